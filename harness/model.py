"""A model: what it takes, what it gives back, how the answer is used, and its forms.

These are plain values. ``harness.load_model`` reads them from a model file; a program may also
build them itself.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from harness.schema import Kind, Schema
from harness.tolerance import Tolerance


@dataclass(frozen=True, slots=True)
class Output:
    """One column that a model gives back, with the rule by which it is judged.

    ``monotone`` maps input names to "up" or "down": laws to check.
    """

    name: str
    kind: Kind
    tolerance: Tolerance
    monotone: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Decision:
    """How an output is used: the number of ``cuts`` that it reaches (``at_least`` is one cut)."""

    name: str
    output: str
    cuts: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Waiver:
    """A known, accepted disagreement. ``where`` is an expression over inputs, or None for all."""

    target: str
    output: str
    cause: str
    reason: str
    owner: str
    expires: dt.date | None = None
    where: str | None = None


@dataclass(frozen=True, slots=True)
class Form:
    """How one target is run: a ``[targets.NAME]`` table of the model file.

    Paths are absolute. ``outputs`` maps output names to expressions such as ``probabilities[1]``.
    """

    name: str
    runtime: str
    source: Path | None = None
    module: str | None = None
    model: Path | None = None
    call: str | None = None
    command: tuple[str, ...] = ()
    python: Path | None = None
    devices: tuple[str, ...] = ("cpu",)
    columns: tuple[str, ...] = ()
    outputs: Mapping[str, str] = field(default_factory=dict)
    missing_as: Mapping[str, int | str | bool] = field(default_factory=dict)
    env: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Model:
    """One model in all its forms. ``folder`` is where its forms run (the model file's folder).

    ``notes`` say what is worth knowing of the model file, though nothing is wrong with it.
    """

    name: str
    reference: str
    schema: Schema
    outputs: tuple[Output, ...]
    forms: tuple[Form, ...]
    folder: Path
    path: Path | None = None
    data: Path | None = None
    key: str | None = None
    expect: tuple[str, ...] = ()
    decisions: tuple[Decision, ...] = ()
    waivers: tuple[Waiver, ...] = ()
    notes: tuple[str, ...] = ()

    def form(self, name: str) -> Form:
        """The form of a target's name. Raises KeyError that lists the names there are."""
        for one in self.forms:
            if one.name == name:
                return one
        known = ", ".join(one.name for one in self.forms)
        raise KeyError(f"no target named {name!r} (there are: {known})")

    def output(self, name: str) -> Output:
        """The output of that name. Raises KeyError that lists the names there are."""
        for one in self.outputs:
            if one.name == name:
                return one
        known = ", ".join(one.name for one in self.outputs)
        raise KeyError(f"no output named {name!r} (there are: {known})")
