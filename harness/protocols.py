"""The seams as Protocols: read this first.

A :class:`Runtime` opens a :class:`Session` for one form of a model on a :class:`Place`. A session
takes a batch and gives a :class:`Reply`. Runtimes, devices, codecs and renderers are one file each
in their folder, found by file name (``harness.registry``): the module itself is the plug-in and
offers the functions that its Protocol lists.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from harness.model import Form, Model
from harness.schema import Scalar
from harness.trace import Span


class Outcome(IntEnum):
    """How one row (or one call) came out."""

    ANSWERED = 0
    RAISED = 1
    HUNG = 2
    DIED = 3
    MISALIGNED = 4  # another number of values than the batch has rows
    UNANSWERABLE = 5  # the form's own input types cannot say this row (no `missing_as`)
    UNRESOLVED = 6  # its batch failed, and the row was not tried alone


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a call gave no answer.

    ``kind`` is the exception's or condition's class, ``trace`` the traceback in the form's own
    language, ``row`` the first row to blame where the runtime knows it.
    """

    outcome: Outcome
    kind: str
    message: str
    trace: str = ""
    row: int | None = None

    def __str__(self) -> str:
        return f"{self.kind}: {self.message}" if self.message else self.kind


@dataclass(frozen=True, slots=True)
class Reply:
    """What one call gave: outputs by name, each of as many values as the batch has rows, or why not.

    Outputs are float64, int64, bool, string, date32 or timestamp[us] arrays, null where missing
    (NaN is folded into null: in an output both mean missing). ``spans`` cover the call from encode
    to decode-result.
    """

    outputs: Mapping[str, pa.Array] | None
    failure: Failure | None = None
    warnings: tuple[str, ...] = ()
    spans: tuple[Span, ...] = ()


class Session(Protocol):
    """One form, loaded and ready. Not thread-safe."""

    def call(self, batch: pa.RecordBatch) -> Reply:
        """Run the form on a batch of at least one row. What user code does is in the reply:
        raising, dying and hanging do not raise here; the session restarts itself where it must."""
        ...

    def printed(self) -> str:
        """What the form has written to standard output and error so far (at most the last 64 KiB)."""
        ...

    def close(self) -> None:
        """End the session and its processes. Calling it twice is harmless."""
        ...


class OpenError(Exception):
    """A form could not be opened. The message says what happened, where, and what to do next."""


class MissingError(OpenError):
    """What a target needs is not on this machine. The message says what, and how to get it."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where and how a target runs: the part after ``@`` of ``NAME@DEVICE[:index][/precision][+variant]``."""

    device: str = "cpu"
    index: int | None = None
    precision: str | None = None
    variant: str | None = None

    def __str__(self) -> str:
        index = "" if self.index is None else f":{self.index}"
        precision = "" if self.precision is None else f"/{self.precision}"
        variant = "" if self.variant is None else f"+{self.variant}"
        return f"{self.device}{index}{precision}{variant}"


@dataclass(frozen=True, slots=True)
class Limits:
    """What a session may take: seconds to open, seconds a call, bytes of memory (None: no limit)."""

    open_s: float = 60.0
    call_s: float = 20.0
    memory_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class Clue:
    """One value that a form treats as special: a constant, threshold, level, table entry.

    ``input`` names the input it is compared with, or is None where the form does not say.
    ``origin`` tells a person where it stands (``score.R:12``). ``role`` is one of "constant",
    "threshold" (compared with an input or used as a cut), "level" (text or number looked up).
    """

    value: Scalar
    role: str = "constant"
    input: str | None = None
    origin: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """Values that belong together in a table that a form keeps: ``fields`` with the name that each bears
    there, or None for a part of a key. ``origin`` is the table."""

    fields: tuple[tuple[str | None, Scalar], ...]
    origin: str = ""


@dataclass(frozen=True, slots=True)
class Watching:
    """How a form is watched: ``alone``: each row in a batch of its own (for forms that go row by row);
    ``force``: the number of a site whose comparison is to come out as ``value`` for every row (0: none)."""

    alone: bool = False
    force: int = 0
    value: bool = False


@dataclass(frozen=True, slots=True)
class Watched:
    """How the comparisons of a form came out over a batch.

    ``sites`` are the comparisons and steps in words, numbered from 1; ``decides`` says which can be forced,
    ``touched`` which have been made at all in this session. ``joins`` marks those that are no comparison but
    put two truths together: their code is 2 for a true left one, plus 1 for a true right one.
    ``codes`` of shape ``(sites, rows)``: -1, 0 or 1 as a comparison of numbers came out, other whole numbers
    for steps; NOT_REACHED where a row did not get there. ``said`` are the outputs (float or object arrays of
    shape ``(rows,)``), to be told apart only; ``failed`` the rows without an answer. ``signals``: what
    is telling of a row, by kind (see ``harness.search.explain.signals``). ``loose``: some comparisons were
    of single values, which only rows alone can show.
    """

    sites: tuple[str, ...]
    decides: npt.NDArray[np.bool_]
    touched: npt.NDArray[np.bool_]
    joins: npt.NDArray[np.bool_]
    codes: npt.NDArray[np.int64]
    said: Mapping[str, npt.NDArray[Any]]
    failed: npt.NDArray[np.bool_]
    signals: Mapping[str, npt.NDArray[np.bool_]]
    loose: bool


#: The code of a row that did not reach a site.
NOT_REACHED = -(2**31)


class WatchSession(Protocol):
    """A form opened to be watched: it serves for nothing else."""

    def watch(self, batch: pa.RecordBatch, asked: Watching) -> Watched | None:
        """Run the form on a batch; None where nothing can be seen of it (any more)."""
        ...

    def close(self) -> None:
        """End the session and its processes. Calling it twice is harmless."""
        ...


@dataclass(frozen=True, slots=True)
class Lack:
    """Why something cannot run here, and how to get it."""

    reason: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.reason}; {self.remedy}" if self.remedy else self.reason


@runtime_checkable
class Runtime(Protocol):
    """A module in ``harness/runtimes/``: one language or engine that runs forms.

    ``KEYS`` are the keys of a ``[targets.NAME]`` table that it understands besides ``runtime`` and
    ``env``; ``REQUIRED`` lists those that must be there (a tuple inside means: exactly one of these).
    """

    KEYS: frozenset[str]
    REQUIRED: tuple[str | tuple[str, ...], ...]

    def lack(self, form: Form | None, place: Place) -> Lack | None:
        """What is lacking to run a form (or anything at all, for None) on this place; None if nothing is."""
        ...

    def open(self, model: Model, form: Form, place: Place, limits: Limits) -> Session:
        """Start a session. Raises MissingError or OpenError."""
        ...

    def clues(self, model: Model, form: Form, session: Session | None) -> tuple[Clue, ...]:
        """What the form itself shows of its constants, thresholds and levels, read from its files or through
        a session that this runtime opened for it (None: it could not be opened). Never raises for what it
        cannot read: it answers with less."""
        ...

    def versions(self) -> Mapping[str, str]:
        """Names and versions of what this runtime runs on, for the environment of a run."""
        ...


@runtime_checkable
class Device(Protocol):
    """A module in ``harness/devices/``: one kind of hardware."""

    def lack(self) -> Lack | None:
        """Why this device cannot be used here, or None."""
        ...

    def describe(self) -> Mapping[str, str]:
        """Name, driver, memory and so on, for the environment of a run. Empty where it is lacking."""
        ...


#: What a codec writes: bytes, or a view of a library's own buffer, so that nothing is copied for its type.
Encoded = bytes | memoryview


@runtime_checkable
class Codec(Protocol):
    """A module in ``harness/codecs/``: one way to write a table as bytes and to read it back.

    It has a Python end, an R end, or both. ``R_END`` is the text file of the R end, which defines
    ``encode(frame)``, giving a raw vector, and ``decode(bytes)``, giving a data.frame; None where there is
    none. ``R_PACKAGES`` are the R packages that it loads, each with how to get it. ``PYTHON_END`` is false
    where Python has no way to read it; then the two functions are never called.
    """

    TITLE: str
    PYTHON_END: bool
    R_END: Path | None
    R_PACKAGES: Mapping[str, str]

    def lack(self) -> Lack | None:
        """What the Python end lacks here; None if nothing is."""
        ...

    def encode(self, batch: pa.RecordBatch) -> Encoded:
        """The batch as bytes. Raises TypeError, ValueError, OverflowError or NotImplementedError for what
        it cannot carry; what it carries otherwise than it was is for the fidelity matrix to find."""
        ...

    def decode(self, data: Encoded) -> pa.RecordBatch:
        """The batch that such bytes hold. Raises as :meth:`encode`."""
        ...


@runtime_checkable
class Renderer(Protocol):
    """A module in ``harness/renderers/``: one output format of a report. A pure function of runs."""

    SUFFIX: str

    def render(self, run: object, folder: Path) -> str:
        """The run as text of this format; ``folder`` is where its attachments are."""
        ...


@dataclass(frozen=True, slots=True)
class Availability:
    """Whether a thing is here: ``lack`` is None if so. ``details`` are versions and the like."""

    name: str
    lack: Lack | None
    details: Mapping[str, str] = field(default_factory=dict)
