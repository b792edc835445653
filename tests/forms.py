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

LIMITS = Limits(open_s=60, call_s=30)
SUFFIXES = {"r": ".R", "python": ".py"}

needs_r = pytest.mark.skipif(
    shutil.which("Rscript") is None, reason="R is not installed (apt-get install r-base-core)"
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


def open_session(model: Model, limits: Limits = LIMITS) -> Session:
    form = model.forms[0]
    session: Session = find("runtimes", form.runtime).open(model, form, Place(), limits)
    return session


def floats(*names: str) -> list[Input]:
    """Float inputs that may be missing."""
    return [Input(name, Kind.FLOAT, missing=True) for name in names]
