"""Models as they are stored: what each format takes, how long it loads, and which numbers it keeps."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import numpy as np

from harness.fidelity.ends import Language
from harness.fidelity.model_loads import LOADS, LONG_ENOUGH_NS
from harness.fidelity.r_session import RSession, r_lack
from harness.installed import package_lack
from harness.model import Model
from harness.protocols import Lack

_TIMEOUT_S = 300.0
_JSONLITE = Lack("R has no package jsonlite here", "apt-get install r-cran-jsonlite")
#: What a format needs in Python: the package, and the extra that brings it.
_PACKAGES = {"onnx": ("onnxruntime", "onnx"), "skops": ("skops", "codecs")}


@dataclass(frozen=True, slots=True)
class Stored:
    """One model in one format, loaded by one language. ``kept`` of ``numbers`` are there bit for bit: the
    numbers are those of the neutral form. ``lack`` says why it could not be loaded."""

    model: str
    format: str
    language: Language
    path: Path
    size_bytes: int = 0
    load_ns: tuple[int, ...] = ()
    kept: int = 0
    numbers: int = 0
    lack: str | None = None

    @property
    def typical_ns(self) -> float:
        """The median load."""
        return median(self.load_ns)


@dataclass(frozen=True, slots=True)
class _Load:
    model: str
    format: str
    language: Language
    path: Path


@dataclass(frozen=True, slots=True)
class _Loaded:
    size_bytes: int
    load_ns: tuple[int, ...]
    numbers: frozenset[str]


def stored_models(
    models: Sequence[Model], session: RSession, tell: Callable[[str], None] = lambda words: None
) -> tuple[Stored, ...]:
    """The formats of those models that have a neutral form, a JSON file beside their RDS file."""
    loads = [load for model in models for load in _loads_of(model)]
    if not loads:
        return ()
    tell("loading in Python")
    found = _in_python([load for load in loads if load.language is Language.PYTHON], session.folder)
    tell("loading in R")
    found |= {load: _in_r(load, session) for load in loads if load.language is Language.R}
    return tuple(_stored(load, found) for load in loads)


def _loads_of(model: Model) -> Iterator[_Load]:
    rds = next((form.model for form in model.forms if form.model and form.model.suffix == ".rds"), None)
    neutral = rds.with_suffix(".json") if rds else None
    if rds is None or neutral is None or not neutral.is_file():
        return
    yield _Load(model.name, "rds", Language.R, rds)
    yield _Load(model.name, "json", Language.R, neutral)
    for name in ("json", "pickle", "skops"):
        yield _Load(model.name, name, Language.PYTHON, neutral)
    for form in model.forms:
        if form.runtime == "onnx" and form.source is not None:
            yield _Load(model.name, "onnx", Language.PYTHON, form.source)


def _in_python(loads: Sequence[_Load], folder: Path) -> dict[_Load, _Loaded | str]:
    """All in one process of its own: what an engine does there ends it alone."""
    lacks = {load: _python_lack(load.format) for load in loads}
    found: dict[_Load, _Loaded | str] = {load: str(lack) for load, lack in lacks.items() if lack}
    here = [load for load in loads if load not in found]
    request, answer = folder / "loads", folder / "loaded"
    request.write_text(json.dumps([[load.format, str(load.path)] for load in here]), "utf-8")
    command = [sys.executable, "-m", "harness.fidelity.model_loads", str(request), str(answer)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_TIMEOUT_S, check=False)
    except subprocess.TimeoutExpired:
        return found | dict.fromkeys(here, f"loading took longer than {_TIMEOUT_S:g} s")
    if done.returncode != 0:
        last = (done.stderr.strip().splitlines() or [f"exit status {done.returncode}"])[-1]
        return found | dict.fromkeys(here, f"loading ended: {last}")
    for load, said in zip(here, json.loads(answer.read_text("utf-8")), strict=True):
        if "error" in said:
            found[load] = said["error"]
        else:
            found[load] = _Loaded(said["size_bytes"], tuple(said["load_ns"]), frozenset(said["numbers"]))
    return found


def _python_lack(name: str) -> Lack | None:
    return package_lack(Path(sys.executable), *_PACKAGES[name]) if name in _PACKAGES else None


def _in_r(load: _Load, session: RSession) -> _Loaded | str:
    lack = r_lack()
    if lack is None and load.format == "json" and session.lacking(["jsonlite"]):
        lack = _JSONLITE
    if lack is not None:
        return str(lack)
    numbers = session.folder / "numbers"
    asked = f"{load.format!r}, {str(load.path)!r}, {str(numbers)!r}, {LOADS}, {LONG_ENOUGH_NS}"
    status, *rest = session.say(f"models_load({asked})").split()
    if status == "error":
        return bytes.fromhex(rest[0]).decode("utf-8", "backslashreplace")
    held = np.frombuffer(numbers.read_bytes(), "<f8")
    return _Loaded(
        load.path.stat().st_size, tuple(map(int, rest)), frozenset(one.tobytes().hex() for one in held)
    )


def _stored(load: _Load, found: dict[_Load, _Loaded | str]) -> Stored:
    mine = found[load]
    if isinstance(mine, str):
        return Stored(load.model, load.format, load.language, load.path, lack=mine)
    of_model = {(one.format, one.language): said for one, said in found.items() if one.model == load.model}
    neutral = of_model["json", Language.PYTHON]
    wanted = neutral.numbers if isinstance(neutral, _Loaded) else frozenset[str]()
    return Stored(
        load.model,
        load.format,
        load.language,
        load.path,
        mine.size_bytes,
        mine.load_ns,
        len(wanted & mine.numbers),
        len(wanted),
    )
