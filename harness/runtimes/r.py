"""R forms: a function over a data.frame, in a worker of plain R (no package, no compiler needed)."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from harness.forest import Forest
from harness.model import Form, Model
from harness.protocols import Clue, Lack, Limits, OpenError, Place, Session, WatchSession
from harness.runtimes._plain import plain_lack
from harness.workers.errand import Errand
from harness.workers.launch import r_lack, r_launch
from harness.workers.opening import blob_table, opening_tables
from harness.workers.session import WorkerSession

KEYS = frozenset({"source", "model", "call", "command"})
REQUIRED: tuple[str | tuple[str, ...], ...] = ("call",)

_PLACE = Place()


def lack(form: Form | None, place: Place = _PLACE) -> Lack | None:
    """What is lacking to run a form: Rscript, or the command that reaches it."""
    return plain_lack("an R form", place) or r_lack(form)


def open(model: Model, form: Form, place: Place, limits: Limits) -> Session:
    """Start a session. Raises MissingError or OpenError."""
    return _open(model, form, limits)


def watch(model: Model, form: Form, limits: Limits) -> WatchSession:
    """Start a session in which the form's comparisons are seen. Raises MissingError or OpenError."""
    return _open(model, form, limits)


def _open(model: Model, form: Form, limits: Limits) -> WorkerSession:
    if form.call is None or (form.source is None and form.model is None):
        raise OpenError(f"target {form.name!r}: an R form needs `call`, and `source` or `model` or both")
    given = {
        "call": form.call,
        "source": None if form.source is None else str(form.source),
        "text": None if form.source is None else _text(form.source, form.name),
        "model": None if form.model is None else str(form.model),
    }
    opening = opening_tables(model, given)
    if form.model is not None:
        content = _content(form.model, form.name, "model")
        if form.command:
            opening.append(blob_table(content))
    return WorkerSession(Errand(model, form, r_launch(form, model.folder), opening, limits))


def _text(source: Path, name: str) -> str:
    content = _content(source, name, "source")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        byte = f"{content[error.start]:#04x}"
        raise OpenError(
            f"target {name!r}: {source}:{line}: byte {byte} is not UTF-8; save the source as UTF-8"
        ) from None


def _content(path: Path, name: str, key: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise OpenError(f"target {name!r}: {path}: {error.strerror}; see `{key}` in the model file") from None


def clues(model: Model, form: Form, session: Session | None) -> tuple[Clue, ...]:
    """Constants, thresholds and levels of the functions, objects and model that the source makes."""
    return session.mine() if isinstance(session, WorkerSession) else ()


def forests(model: Model, form: Form, session: Session | None) -> tuple[Forest, ...]:
    """The trees of model objects that the form holds."""
    return session.trees() if isinstance(session, WorkerSession) else ()


def versions() -> Mapping[str, str]:
    """The version of the R on the PATH; empty where there is none."""
    program = shutil.which("Rscript")
    if program is None:
        return {}
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    found = re.search(r"version (\S+)", said.stdout + said.stderr)
    return {"R": found[1]} if found else {}
