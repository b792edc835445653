"""Tiny models written to a folder, in R or Python, and sessions of them."""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from harness.model import Form, Model, Output
from harness.protocols import Limits, Place, Session
from harness.registry import find
from harness.schema import Input, Kind, Schema
from harness.tolerance import Tolerance
from harness.workers.library import r_library

LIMITS = Limits(open_s=60, call_s=30)
PLACE = Place()
SUFFIXES = {"r": ".R", "python": ".py"}


def _native_library() -> object:
    program = shutil.which("Rscript")
    return None if program is None else r_library(program)


needs_r = pytest.mark.skipif(
    shutil.which("Rscript") is None, reason="R is not installed (apt-get install r-base-core)"
)


needs_native = pytest.mark.skipif(
    not isinstance(_native_library(), Path), reason="R's C library cannot be built here (apt-get install gcc)"
)


def write(path: Path, text: str) -> Path:
    path.write_text(textwrap.dedent(text), encoding="utf-8")
    return path


def model_of(
    folder: Path,
    runtime: str,
    text: str | None,
    inputs: Sequence[Input],
    outputs: Mapping[str, Kind],
    **form: Any,
) -> Model:
    """A model with one form, named like its runtime. ``text`` is that of its source file."""
    if text is not None:
        form["source"] = write(folder / f"score{SUFFIXES[runtime]}", text)
    form.setdefault("call", "score")
    return Model(
        name="tiny",
        reference=runtime,
        schema=Schema(tuple(inputs)),
        outputs=tuple(Output(name, kind, Tolerance(exact=True)) for name, kind in outputs.items()),
        forms=(Form(runtime, runtime, **form),),
        folder=folder,
    )


def open_session(model: Model, limits: Limits = LIMITS, place: Place = PLACE) -> Session:
    form = model.forms[0]
    session: Session = find("runtimes", form.runtime).open(model, form, place, limits)
    return session


def floats(*names: str) -> list[Input]:
    """Float inputs that may be missing."""
    return [Input(name, Kind.FLOAT, missing=True) for name in names]
