"""R forms: a function over a data.frame, in a worker of plain R.

There are two sessions, which say the same. ``native``: batches and answers cross in shared memory, by a small
C library that is built for the R that is here. ``portable``: all is base R and crosses through pipes; it
serves where that library cannot be built, and wherever R is reached by ``command``.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from harness.additive import Additive, Unproved
from harness.forest import Forest
from harness.model import Form, Model
from harness.protocols import Clue, Entry, Lack, Limits, MissingError, OpenError, Place, Session, WatchSession
from harness.runtimes._plain import plain_lack
from harness.workers.errand import Errand
from harness.workers.launch import R_REMEDY, r_lack, r_launch
from harness.workers.library import r_library
from harness.workers.opening import blob_table, opening_tables
from harness.workers.session import WorkerSession

KEYS = frozenset({"source", "model", "call", "command"})
REQUIRED: tuple[str | tuple[str, ...], ...] = ("call",)

NATIVE, PORTABLE = "native", "portable"
_SESSIONS = (NATIVE, PORTABLE)
_PLACE = Place()


def lack(form: Form | None, place: Place = _PLACE) -> Lack | None:
    """What is lacking to run a form: Rscript, the command that reaches it, or the session asked for."""
    variant = place.variant if place.variant in _SESSIONS else None
    plain = place if variant is None else replace(place, variant=None)
    lacking = plain_lack("an R form", plain) or r_lack(form)
    if lacking is not None or variant != NATIVE:
        return lacking
    found = _library(form)
    return found if isinstance(found, Lack) else None


def open(model: Model, form: Form, place: Place, limits: Limits) -> Session:
    """Start a session: the native one where it can be had, unless the other is asked for.

    Raises MissingError or OpenError.
    """
    if place.variant == PORTABLE or (form.command and place.variant is None):
        return _open(model, form, limits, None)
    found = _library(form)
    if not isinstance(found, Lack):
        return _open(model, form, limits, found)
    if place.variant == NATIVE:
        raise MissingError(f"target {form.name!r}: {found}")
    return _open(model, form, limits, None)


def watch(model: Model, form: Form, limits: Limits) -> WatchSession:
    """Start a session in which the form's comparisons are seen. Raises MissingError or OpenError."""
    return _open(model, form, limits, None)


def _library(form: Form | None) -> Path | Lack:
    """The C library of the native session for the R that a form runs in, or why there is none."""
    if form is not None and form.command:
        return Lack(
            "R is reached by `command`: it may share no memory with this machine", "leave +native away"
        )
    program = shutil.which("Rscript", path=None if form is None else form.env.get("PATH"))
    if program is None:
        return Lack("Rscript is not on the PATH", R_REMEDY)
    return r_library(program, None if form is None else {**os.environ, **form.env})


def _open(model: Model, form: Form, limits: Limits, library: Path | None) -> WorkerSession:
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
    return WorkerSession(Errand(model, form, r_launch(form, model.folder, library), opening, limits))


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


def entries(session: Session | None) -> tuple[Entry, ...]:
    """The entries of the tables that the form holds."""
    return session.entries() if isinstance(session, WorkerSession) else ()


def forests(model: Model, form: Form, session: Session | None) -> tuple[Forest, ...]:
    """The trees of model objects that the form holds."""
    return session.trees() if isinstance(session, WorkerSession) else ()


def additive(model: Model, form: Form, session: Session | None) -> Additive | Unproved:
    """Whether the form is proved to be a sum of step functions of one input each, or why not."""
    if not isinstance(session, WorkerSession):
        return Unproved(form.name, "it is not open")
    return session.additive()


def versions() -> Mapping[str, str]:
    """The version of the R on the PATH, and which session serves there; empty where there is none."""
    program = shutil.which("Rscript")
    if program is None:
        return {}
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    found = re.search(r"version (\S+)", said.stdout + said.stderr)
    if found is None:
        return {}
    return {"R": found[1], "session": PORTABLE if isinstance(_library(None), Lack) else NATIVE}
