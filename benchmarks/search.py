"""How many bugs the search finds, how fast, and whether it names them; beside Hypothesis and random rows.

    nox -s bench_search                                the catalogue in suites/migration_bugs
    nox -s bench_search -- FOLDER --budget 10          any folder of cases
    nox -s bench_search -- FOLDER --json raw.json      with the raw figures

A case is a folder with a ``model.toml``, and beside it a ``truth.json``: ``{"bug": true, "cause": "...",
"acceptable": ["...", ...]}``; without one, the ``expect`` of the model file is the truth. The three rivals
get the same targets, warm, and the same time; they take turns on each case, so that what else the machine
does falls on all of them.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from rich.console import Console
from rich.table import Table

from harness.legal import legal_rows
from harness.model import Model
from harness.modelfile import load_model
from harness.plan import make_plan
from harness.protocols import Limits
from harness.schema import Input, Kind, Schema
from harness.search.lab import Lab, Respondent
from harness.verify import Options, verify_model

BATCH = 2_000
RIVALS = ("parity", "plain Hypothesis", "random rows")


@dataclasses.dataclass(frozen=True)
class Truth:
    """What a case is: a bug with its acceptable causes, or a sound pair (no causes)."""

    bug: bool
    causes: frozenset[str]


@dataclasses.dataclass(frozen=True)
class Result:
    """One case: the truth, what each rival found, and after how many seconds (None: not)."""

    case: str
    truth: Truth
    status: str
    causes: tuple[str, ...]
    first_s: dict[str, float | None]
    calls: int
    example_inputs: int | None

    @property
    def right(self) -> bool:
        """Whether exactly acceptable causes were named."""
        return bool(self.causes) and set(self.causes) <= self.truth.causes


def truth_of(folder: Path, model: Model) -> Truth:
    """The truth beside a model file, or what the model file expects."""
    file = folder / "truth.json"
    if not file.exists():
        return Truth(bool(model.expect), frozenset(model.expect))
    said = json.loads(file.read_text(encoding="utf-8"))
    causes = {*(said.get("acceptable") or ()), said.get("cause")} - {None}
    return Truth(bool(said["bug"]), frozenset(causes))


def measure(folder: Path, budget_s: float, seed: int, *, rivals: bool) -> Result:
    """Give a case to the search and to both rivals."""
    model = load_model(folder / "model.toml")
    verdict = verify_model(model, options=Options(budget_s=budget_s, seed=seed)).targets[0]
    first: dict[str, float | None] = {"parity": verdict.first_s}
    if rivals:
        plan = make_plan(model)
        limits = Limits(call_s=5)
        with (
            Respondent(model, plan.reference, limits) as reference,
            Respondent(model, plan.candidates[0], limits) as candidate,
        ):
            lab = Lab(model, reference, candidate)
            for respondent in (reference, candidate):
                respondent.ask(plain_batch(model.schema, 1, np.random.default_rng(seed)))  # warm
            first["random rows"] = timed(lambda until: random_rows(lab, seed, until), budget_s)
            first["plain Hypothesis"] = timed(lambda until: plain_hypothesis(lab, seed, until), budget_s)
    example = verdict.mismatches[0] if verdict.mismatches else None
    plain = None
    if example is not None:
        plain = sum(1 for value in example.inputs.values() if value not in (None, 0, "", False))
    return Result(
        folder.name, truth_of(folder, model), str(verdict.status), verdict.causes, first, verdict.calls, plain
    )


def timed(search: Callable[[float], bool], budget_s: float) -> float | None:
    """Seconds until a search found something; None if it did not in time."""
    start = time.monotonic()
    return time.monotonic() - start if search(start + budget_s) else None


# ---- random rows -----------------------------------------------------------------------------------------


def random_rows(lab: Lab, seed: int, until: float) -> bool:
    """Uniform rows in batches, a tenth of the cells missing, special or unseen where that is legal."""
    rng = np.random.default_rng(seed)
    while time.monotonic() < until:
        batch = plain_batch(lab.model.schema, BATCH, rng)
        legal = batch.filter(pa.array(legal_rows(batch, lab.model.schema)))
        if legal.num_rows and lab.judge(legal).comparison.disagrees.any():
            return True
    return False


def plain_batch(schema: Schema, rows: int, rng: np.random.Generator) -> pa.RecordBatch:
    """Rows drawn uniformly from the legal range."""
    return schema.batch({one.name: list(_uniform(one, rows, rng)) for one in schema})


def _uniform(one: Input, rows: int, rng: np.random.Generator) -> Iterator[Any]:
    odd: list[Any] = [*one.special, *([None] if one.missing else [])]
    if one.kind is Kind.CATEGORY and one.unseen:
        odd.append("unseen")
    for _ in range(rows):
        yield odd[rng.integers(len(odd))] if odd and rng.random() < 0.1 else _ordinary(one, rng)


def _ordinary(one: Input, rng: np.random.Generator) -> Any:
    from harness.search.simple import from_number, to_number

    if one.kind is Kind.BOOL:
        return bool(rng.random() < 0.5)
    if one.kind is Kind.CATEGORY and one.levels:
        return one.levels[rng.integers(len(one.levels))]
    if one.kind.textual:
        return "".join(chr(rng.integers(32, 127)) for _ in range(rng.integers(0, 20)))
    assert one.bounds is not None
    low, high = (to_number(bound) for bound in one.bounds)
    if one.kind is Kind.FLOAT:
        return float(rng.uniform(low, high))
    return from_number(int(rng.integers(int(low), int(high), endpoint=True)), one.kind)


# ---- plain Hypothesis ------------------------------------------------------------------------------------


class FoundError(Exception):
    """A row on which the forms disagree."""


class TimeUpError(BaseException):
    """The time is up."""


def plain_hypothesis(lab: Lab, seed: int, until: float) -> bool:
    """A property test as a person would write it: one row an example, the built-in strategies."""
    schema = lab.model.schema
    strategy = st.fixed_dictionaries({one.name: _strategy(one) for one in schema})

    @settings(
        max_examples=10_000_000,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
        derandomize=True,
    )
    @given(strategy)
    def property_holds(row: dict[str, Any]) -> None:
        if time.monotonic() > until:
            raise TimeUpError
        batch = schema.batch({name: [value] for name, value in row.items()})
        if legal_rows(batch, schema)[0] and lab.judge(batch).comparison.disagrees[0]:
            raise FoundError

    try:
        property_holds()
    except FoundError:
        return True
    except TimeUpError:
        return False
    return False


def _strategy(one: Input) -> st.SearchStrategy[Any]:
    choices: list[st.SearchStrategy[Any]] = [_present(one)]
    if one.special:
        choices.append(st.sampled_from(one.special))
    if one.missing:
        choices.append(st.none())
    return st.one_of(choices)


def _present(one: Input) -> st.SearchStrategy[Any]:
    text = st.text(st.characters(codec="utf-8", exclude_characters="\x00\ufffe\uffff"), max_size=20)
    if one.kind is Kind.BOOL:
        return st.booleans()
    if one.kind is Kind.CATEGORY:
        levels = st.sampled_from(one.levels)
        return st.one_of(levels, text) if one.unseen else levels
    if one.kind.textual:
        return text
    assert one.bounds is not None
    low, high = one.bounds
    if one.kind is Kind.FLOAT:
        return st.floats(float(low), float(high), allow_nan=False)  # type: ignore[arg-type]
    if one.kind is Kind.INT:
        return st.integers(low, high)  # type: ignore[arg-type]
    if one.kind is Kind.DATE:
        return st.dates(low, high)  # type: ignore[arg-type]
    return st.datetimes(low, high).map(lambda moment: moment.replace(microsecond=0))  # type: ignore[arg-type]


# ---- the figures -----------------------------------------------------------------------------------------


def summary(results: Sequence[Result], rivals: Sequence[str]) -> Table:
    """Found, right, false alarms, time to the first counterexample, calls and size of the example."""
    bugs = [one for one in results if one.truth.bug]
    sound = [one for one in results if not one.truth.bug]
    firsts = {name: [one.first_s[name] for one in bugs] for name in rivals}
    found = {name: [seconds for seconds in firsts[name] if seconds is not None] for name in rivals}
    table = Table(box=None, header_style="bold")
    table.add_column("")
    for name in rivals:
        table.add_column(name, justify="right")

    def row(words: str, cells: dict[str, str]) -> None:
        table.add_row(words, *(cells.get(name, "") for name in rivals))

    row(
        "bugs found",
        {n: f"{len(found[n])} of {len(bugs)} ({_share(len(found[n]), len(bugs))})" for n in rivals},
    )
    row("median seconds to the first", {n: f"{statistics.median(found[n]):.2f}" for n in rivals if found[n]})
    right = sum(one.right for one in bugs)
    row("cause right", {"parity": f"{right} of {len(bugs)} ({_share(right, len(bugs))})"})
    alarms = sum(one.status != "agrees" for one in sound)
    row("false alarms", {"parity": f"{alarms} of {len(sound)}"})
    if bugs:
        row(
            "median calls of the reference", {"parity": f"{statistics.median(one.calls for one in bugs):.0f}"}
        )
        sizes = [one.example_inputs for one in bugs if one.example_inputs is not None]
        if sizes:
            row("median inputs not zero or empty", {"parity": f"{statistics.median(sizes):.0f}"})
    return table


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.0f} %" if whole else "none"


def _line(result: Result) -> str:
    if not result.truth.bug:
        return "agrees" if result.status == "agrees" else f"FALSE ALARM: {', '.join(result.causes)}"
    if result.first_s["parity"] is None:
        return f"NOT FOUND ({result.status})"
    wanted = " or ".join(sorted(result.truth.causes))
    return ", ".join(result.causes) + ("" if result.right else f"   WRONG: {wanted} was meant")


def main() -> int:
    """Print the figures; exit status 1 where a bug was missed or a sound pair called faulty."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", nargs="?", type=Path, default=Path("suites/migration_bugs"))
    parser.add_argument("--budget", type=float, default=5.0, help="seconds for each case and rival")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", type=Path, help="write the raw figures there")
    parser.add_argument("--alone", action="store_true", help="without the rivals")
    asked = parser.parse_args()
    folders = sorted(path.parent for path in asked.folder.glob("*/model.toml"))
    if not folders:
        parser.error(f"{asked.folder}: no folder in it holds a model.toml")
    console = Console(stderr=True)
    results = []
    for number, folder in enumerate(folders, start=1):
        result = measure(folder, asked.budget, asked.seed, rivals=not asked.alone)
        results.append(result)
        console.print(
            f"{number:4} of {len(folders)}  {folder.name:32} {_line(result)}", markup=False, soft_wrap=True
        )
    if asked.json is not None:
        rows = [dataclasses.asdict(one) for one in results]
        for one in rows:
            one["truth"]["causes"] = sorted(one["truth"]["causes"])
        asked.json.write_text(json.dumps(rows, indent=1), encoding="utf-8")
    Console().print(summary(results, RIVALS[:1] if asked.alone else RIVALS))
    missed = any(one.truth.bug and one.first_s["parity"] is None for one in results)
    alarmed = any(not one.truth.bug and one.status != "agrees" for one in results)
    return int(missed or alarmed)


if __name__ == "__main__":
    sys.exit(main())
