"""A pytest plugin: each ``model.toml`` is collected, one item for each target but the reference.

``pytest suites/`` shows ``suites/german_scorecard/model.toml::onnx@cpu``. A target that agrees passes, one
that disagrees fails with its smallest examples, one that is missing is skipped (an error where
``--parity-require`` names it), and one that failed is an error. A model file with ``expect`` passes only
where exactly these causes are found, over all targets of the model that ran.

A model is verified once, when its first item runs, with all its selected targets together. Under
pytest-xdist its items may run in several processes: each then verifies its own target alone. Where causes
are expected, all targets are always verified, whichever are selected, so that the outcome does not depend
on the selection.

Other programs have files of this name too. Only what looks like a model file of the harness is collected: a
``[model]`` table, and in it a ``reference``, or a whole number ``format`` at the top. ``-m "not parity"``
leaves them all out.
"""

from __future__ import annotations

import argparse
import fnmatch
import os
import re
from collections.abc import Generator, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

# every pytest run on a machine that has the harness imports this module: what costs is imported on use
if TYPE_CHECKING:
    from harness.model import Model
    from harness.verify import ModelVerdict, TargetVerdict

NAME = "model.toml"
_TABLE = re.compile(r"^\s*\[\s*model\s*\]", re.MULTILINE)
_FORMAT = re.compile(r"^\s*format\s*=", re.MULTILINE)
_REFERENCE = re.compile(r"^\s*(?:reference\s*=|format\s*=\s*\d+\s*(?:#.*)?$)", re.MULTILINE)
_VERDICTS = pytest.StashKey[dict[tuple[Path, str], "ModelVerdict | str"]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the options that shape a verification."""
    group = parser.getgroup("parity", "verification of model files (parity-harness)")
    group.addoption(
        "--parity-require",
        action="append",
        default=[],
        metavar="TARGET",
        help="a target, or a pattern such as 'onnx@*', that must not be missing: an error instead of a skip. "
        "May be given several times.",
    )
    group.addoption(
        "--parity-budget",
        type=_seconds,
        metavar="TIME",
        help="wall time for each target once it is warm, for example 10s or 2m (default: 5s)",
    )
    group.addoption("--parity-seed", type=int, metavar="N", help="the seed of the search (default: 0)")


def _seconds(text: str) -> float:
    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?|\.\d+)\s*(ms|s|m|min|h|)\s*", text)
    if match is None or float(match[1]) <= 0:
        raise argparse.ArgumentTypeError(f"{text!r} is no duration: write 10s, 500ms or 2m")
    return float(match[1]) * {"ms": 1e-3, "s": 1.0, "": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0}[match[2]]


def pytest_configure(config: pytest.Config) -> None:
    """Declare the marker that every collected target bears."""
    config.addinivalue_line("markers", "parity: a target of a model file, verified against its reference")


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> ModelFile | None:
    """Collect a file that is named ``model.toml`` and is one of the harness's."""
    if file_path.name == NAME and _is_model_file(file_path):
        return ModelFile.from_parent(parent, path=file_path)
    return None


def _is_model_file(path: Path) -> bool:
    text = path.read_bytes().decode("utf-8-sig", errors="replace")
    if not (_TABLE.search(text) or _FORMAT.search(text)):
        return False
    import tomllib

    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return True  # it looks like one, and collecting it says where it is broken
    if not (_TABLE.search(text) and _REFERENCE.search(text)):
        return False
    return "reference" in values["model"] or type(values.get("format")) is int


@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(
    session: pytest.Session, items: list[pytest.Item]
) -> Generator[None, None, None]:
    """Add an error for each required target that no collected model has: nothing would ever check it."""
    names = sorted({item.name for item in items if isinstance(item, TargetItem)})
    patterns = session.config.getoption("parity_require")
    unmet = [one for one in patterns if not any(_matches(name, one) for name in names)]
    yield
    # only after the selection of -k and -m: what is required is not to be deselected
    items[:0] = [
        UnmetRequirement.from_parent(session, name=f"--parity-require {one}", known=names) for one in unmet
    ]


def _matches(target: str, pattern: str) -> bool:
    return fnmatch.fnmatchcase(target, pattern) or fnmatch.fnmatchcase(target.partition("@")[0], pattern)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Let a skipped target name its model file, not a line of this module."""
    report = yield
    if isinstance(item, TargetItem) and report.skipped and isinstance(report.longrepr, tuple):
        report.longrepr = (str(item.path), 1, report.longrepr[2])
    return report


class ModelFile(pytest.File):
    """One model file; its items are the targets that are compared with the reference."""

    def collect(self) -> Iterable[TargetItem]:
        """Read the model file. What is wrong with it ends the collection with the messages alone."""
        from harness.modelfile import ModelFileError, load_model
        from harness.plan import make_plan
        from harness.target import TargetError

        try:
            model = load_model(os.path.relpath(self.path))
            plan = make_plan(model)
        except (ModelFileError, TargetError) as error:
            raise self.CollectError(str(error)) from None
        names = tuple(map(str, plan.candidates))
        for name in names:
            yield TargetItem.from_parent(self, name=name, model=model, known=names)


class TargetItem(pytest.Item):
    """One target of a model, to be verified against the model's reference."""

    def __init__(self, *, model: Model, known: tuple[str, ...], **keywords: Any) -> None:
        super().__init__(**keywords)
        self.model = model
        self.known = known
        self.add_marker("parity")
        self.extra_keyword_matches.add(model.name)

    def setup(self) -> None:
        """Verify the model if that is still to be done; a target that could not be judged ends here."""
        from harness.status import Status

        found = self._finding()
        if found.status is Status.MISSING:
            reason = f"{self.name} is missing: {found.reason}"
            if any(_matches(self.name, pattern) for pattern in self.config.getoption("parity_require")):
                pytest.fail(f"{reason} (required by --parity-require)", pytrace=False)
            pytest.skip(reason)
        if found.status is Status.FAILED:
            pytest.fail(f"{self.name} failed: {found.reason}", pytrace=False)

    def runtest(self) -> None:
        """Pass where the target agrees, or where exactly the expected causes were found."""
        from harness.status import Status

        verdict, found = self._verdict(), self._finding()
        self.user_properties.append(("rows", found.rows))
        if verdict.as_expected or (verdict.as_expected is None and found.status is Status.AGREES):
            return
        if verdict.as_expected is False:
            expected = " and ".join(verdict.expect)
            title = f"expected {expected}, found {', '.join(sorted(verdict.causes)) or 'no fault'}"
            pytest.fail(f"{title}\n\n{self._report(verdict, verdict.targets)}", pytrace=False)
        title = f"{self.name} disagrees with {verdict.reference}: {', '.join(found.causes)}"
        pytest.fail(f"{title}\n\n{self._report(verdict, (found,))}", pytrace=False)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Where the item stands, and what a heading calls it."""
        return self.path, None, f"{self.model.name}: {self.name}"

    def _finding(self) -> TargetVerdict:
        return next(found for found in self._verdict().targets if found.target == self.name)

    def _verdict(self) -> ModelVerdict:
        verdicts = self.config.stash.setdefault(_VERDICTS, {})
        if (self.path, self.name) not in verdicts:
            names = self._verified_together()
            verdict = _verify(self.model, names, self.config)
            verdicts.update({(self.path, name): verdict for name in names})
        verdict = verdicts[self.path, self.name]
        if isinstance(verdict, str):
            pytest.fail(verdict, pytrace=False)
        return verdict

    def _verified_together(self) -> tuple[str, ...]:
        if self.model.expect:
            return self.known
        if hasattr(self.config, "workerinput"):
            return (self.name,)  # the model's other items may run in another process of pytest-xdist
        items = self.session.items
        return tuple(i.name for i in items if isinstance(i, TargetItem) and i.path == self.path)

    def _report(self, verdict: ModelVerdict, targets: tuple[TargetVerdict, ...]) -> str:
        import io

        from rich.console import Console

        from harness.renderers.terminal import render_verdict

        out = io.StringIO()
        width = self.config.get_terminal_writer().fullwidth
        console = Console(
            file=out, width=width, color_system=None, force_terminal=False, legacy_windows=False
        )
        record = verdict.to_json() | {"targets": [target.to_json() for target in targets]}
        render_verdict(record, console)
        return out.getvalue().rstrip()


class UnmetRequirement(pytest.Item):
    """Stands for a required target that does not exist. (A usage error would crash pytest-xdist.)"""

    def __init__(self, *, known: list[str], **keywords: Any) -> None:
        super().__init__(**keywords)
        self.known = known

    def setup(self) -> None:
        """Always an error, which names the targets there are."""
        known = ", ".join(self.known) or "none: no model.toml was collected"
        pytest.fail(f"{self.name}: there is no such target (there are: {known})", pytrace=False)

    def runtest(self) -> None:
        """Never reached."""


def _verify(model: Model, names: tuple[str, ...], config: pytest.Config) -> ModelVerdict | str:
    """The verdict, or why none could be reached: bad data, or constraints that no row keeps."""
    from harness.dataset import DataError
    from harness.legal import ConstraintError
    from harness.search.rows.backgrounds import NoLegalRowError
    from harness.verify import Options, verify_model
    from harness.verify.counterexamples import local_folder

    chosen = {"budget_s": config.getoption("parity_budget"), "seed": config.getoption("parity_seed")}
    given = {name: value for name, value in chosen.items() if value is not None}
    try:
        return verify_model(model, names, Options(**given, save_to=local_folder(model)))
    except (DataError, ConstraintError, NoLegalRowError) as error:
        return f"{model.name}: {error}"
