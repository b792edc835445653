"""What a verification says: verdicts as values, and as the JSON of the model-file contract."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from harness.status import Exit, Status, worst

Json = dict[str, Any]
FORMAT = 1


@dataclass(frozen=True, slots=True)
class Mismatch:
    """One disagreement: a cause, in one output, with its smallest example.

    ``inputs`` is the example row; ``reference`` and ``candidate`` are what was said of it (None is
    missing, ``{"error": ...}`` an error). Where the cause lies in the batch, ``batch`` is the smallest
    list of rows, and both answers are lists.
    """

    output: str
    cause: str
    because: str
    rows: int
    inputs: Mapping[str, Any]
    reference: Any
    candidate: Any
    batch: tuple[Mapping[str, Any], ...] = ()
    decision: str | None = None

    def to_json(self) -> Json:
        """As one entry of ``mismatches``."""
        example: Json = {"inputs": plain(dict(self.inputs))}
        if self.batch:
            example["batch"] = plain([dict(row) for row in self.batch])
        example |= {"reference": plain(self.reference), "candidate": plain(self.candidate)}
        entry: Json = {"output": self.output, "rows": self.rows, "cause": self.cause, "because": self.because}
        if self.decision is not None:
            entry["decision"] = self.decision
        return entry | {"example": example}


@dataclass(frozen=True, slots=True)
class DataVerdict:
    """How many rows of the named data are affected, and how many decisions on them flip."""

    rows: int
    affected: int
    flips: Mapping[str, int]
    keys: tuple[str, ...] = ()  # of the first affected rows

    def to_json(self) -> Json:
        """As the ``data`` entry of a target."""
        entry: Json = {"rows": self.rows, "affected": self.affected, "flips": dict(self.flips)}
        return entry | ({"affected_keys": list(self.keys)} if self.keys else {})


@dataclass(frozen=True, slots=True)
class TargetVerdict:
    """What was found of one target."""

    target: str
    status: Status
    rows: int = 0
    reason: str | None = None
    data: DataVerdict | None = None
    mismatches: tuple[Mismatch, ...] = ()
    waived: tuple[Mismatch, ...] = ()
    notes: tuple[str, ...] = ()
    knife_edge: Mapping[str, int] = field(default_factory=dict)
    unreached: tuple[str, ...] = ()  # comparisons of a form that no row reached, or for which none decided
    cells: tuple[int, int] | None = None  # leaves of trees: met by a compared row, of how many
    beyond: tuple[Json, ...] = ()  # illegal input that one form answers and the other does not
    seconds: float = 0.0
    first_s: float | None = None  # seconds until the first disagreeing row was seen
    calls: int = 0  # of the reference's form

    @property
    def causes(self) -> tuple[str, ...]:
        """The causes found, each once."""
        return tuple(dict.fromkeys(m.cause for m in self.mismatches))

    def to_json(self) -> Json:
        """As one entry of ``targets``."""
        entry: Json = {
            "target": self.target,
            "status": str(self.status),
            "rows": self.rows,
            "reason": self.reason,
            "seconds": round(self.seconds, 3),
        }
        if self.data is not None:
            entry["data"] = self.data.to_json()
        entry["mismatches"] = [m.to_json() for m in self.mismatches]
        if self.waived:
            entry["waived"] = [m.to_json() for m in self.waived]
        if self.notes:
            entry["notes"] = list(self.notes)
        if any(self.knife_edge.values()):
            entry["knife_edge"] = {k: v for k, v in self.knife_edge.items() if v}
        if self.cells is not None:
            entry["cells"] = {"checked": self.cells[0], "of": self.cells[1]}
        if self.beyond:
            entry["beyond"] = list(self.beyond)
        if self.first_s is not None:
            entry["first_seconds"] = round(self.first_s, 3)
        if self.unreached:
            entry["unreached"] = list(self.unreached)
        return entry


@dataclass(frozen=True, slots=True)
class ModelVerdict:
    """What was found of one model, over all its targets but the reference."""

    model: str
    reference: str
    seconds: float
    targets: tuple[TargetVerdict, ...]
    expect: tuple[str, ...] = ()
    path: str | None = None
    notes: tuple[str, ...] = ()

    @property
    def causes(self) -> frozenset[str]:
        """The causes found in any target."""
        return frozenset(cause for target in self.targets for cause in target.causes)

    @property
    def as_expected(self) -> bool | None:
        """Whether exactly the expected causes were found; None where none are expected."""
        return self.causes == frozenset(self.expect) if self.expect else None

    def exit(self, required: Sequence[str] = ()) -> Exit:
        """The exit status of this model alone; ``required`` are targets that must not be missing."""
        statuses = [target.status for target in self.targets]
        held = []
        if Status.DISAGREES in statuses:
            held.append(Exit.DISAGREES)
        ran = Status.AGREES in statuses or Status.DISAGREES in statuses
        lacking = any(t.status is Status.MISSING and t.target in required for t in self.targets)
        if Status.FAILED in statuses or not ran or lacking:
            held.append(Exit.NOTHING)
        return worst(held)

    def to_json(self) -> Json:
        """As one entry of ``models``."""
        entry: Json = {"model": self.model, "reference": self.reference, "seconds": round(self.seconds, 3)}
        if self.path is not None:
            entry["path"] = shown_path(self.path)
        if self.expect:
            entry |= {"expect": list(self.expect), "expected": self.as_expected}
        if self.notes:
            entry["notes"] = list(self.notes)
        return entry | {"targets": [target.to_json() for target in self.targets]}


def shown_path(path: str) -> str:
    """A path as a person in the current directory would write it; in full where it lies elsewhere."""
    try:
        return str(Path(path).absolute().relative_to(Path.cwd()))
    except ValueError:
        return path


def document(verdicts: Sequence[ModelVerdict]) -> Json:
    """The whole JSON document of a verification."""
    return {"format": FORMAT, "models": [verdict.to_json() for verdict in verdicts]}


def plain(value: Any) -> Any:
    """A value as JSON has it: missing is null, infinities are words, dates ISO 8601."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, dt.datetime | dt.date):
        return value.isoformat()
    if isinstance(value, float) and not math.isfinite(value):
        return None if math.isnan(value) else ("Infinity" if value > 0 else "-Infinity")
    return value
