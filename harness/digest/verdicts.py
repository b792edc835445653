"""What was found of each model on each target."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from harness.status import Status

Json = Mapping[str, Any]


class Standing(StrEnum):
    """How a target stands once it is weighed against what the model file expects."""

    AGREES = "agrees"
    EXPECTED = "disagrees, as expected"
    DISAGREES = "disagrees"
    UNEXPECTED = "agrees, against expectation"
    FAILED = "failed"
    MISSING = "missing"

    @property
    def good(self) -> bool:
        """Whether nothing needs to be done about it."""
        return self in (Standing.AGREES, Standing.EXPECTED)

    @property
    def ran(self) -> bool:
        """Whether the target answered and was judged, or at least was tried."""
        return self is not Standing.MISSING


@dataclass(frozen=True, slots=True)
class Mismatch:
    """One disagreement: its cause, the evidence, and the smallest example.

    ``inputs`` is one row, or (``batched``) a list of rows; the answers are then lists as well.
    """

    output: str
    cause: str
    rows: int | None = None
    because: str = ""
    decision: str | None = None
    inputs: tuple[Json, ...] = ()
    batched: bool = False
    reference: Any = None
    candidate: Any = None
    waiver: str = ""


@dataclass(frozen=True, slots=True)
class DataEffect:
    """How many of the rows of the model's own data are affected, and which decisions flip.

    ``keys`` name the first affected rows.
    """

    rows: int
    affected: int
    flips: Mapping[str, int]
    keys: tuple[str, ...] = ()
    decides: bool = True  # whether the model declares a decision at all


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found on one target. ``reason`` says why it is missing or failed, and what to do."""

    target: str
    status: Status
    standing: Standing
    reason: str = ""
    rows: int | None = None
    seconds: float | None = None
    data: DataEffect | None = None
    mismatches: tuple[Mismatch, ...] = ()
    waived: tuple[Mismatch, ...] = ()
    notes: tuple[Any, ...] = ()
    unreached: tuple[Any, ...] = ()
    cells: Any = None
    knife_edge: Any = None

    @property
    def causes(self) -> tuple[str, ...]:
        """The causes found, each once, in the order they are listed."""
        return tuple(dict.fromkeys(m.cause for m in self.mismatches))


@dataclass(frozen=True, slots=True)
class Verdict:
    """One model against its reference."""

    model: str
    reference: str
    findings: tuple[Finding, ...]
    path: str = ""
    seconds: float | None = None
    expect: tuple[str, ...] = ()
    expected: bool | None = None
    notes: tuple[Any, ...] = ()

    @property
    def ran(self) -> tuple[Finding, ...]:
        """The findings of targets that are here."""
        return tuple(f for f in self.findings if f.standing.ran)

    def of(self, standing: Standing) -> tuple[Finding, ...]:
        """The findings that stand so."""
        return tuple(f for f in self.findings if f.standing is standing)


def verdicts_of(records: Sequence[Json]) -> tuple[Verdict, ...]:
    """The verdicts among the records of a run, in their order."""
    return tuple(verdict_of(r) for r in records if r.get("record") == "verdict")


def verdict_of(record: Json) -> Verdict:
    """Read one verdict: a record of a run, or a model of the document of `parity verify --json`."""
    expect = tuple(record.get("expect") or ())
    expected = record.get("expected") if expect else None
    targets = record.get("targets") or ()
    statuses = [_status(t)[0] for t in targets]
    found_any = Status.DISAGREES in statuses
    return Verdict(
        model=str(record.get("model", "unnamed model")),
        reference=str(record.get("reference", "")),
        path=str(record.get("path") or ""),
        seconds=record.get("seconds"),
        expect=expect,
        expected=expected,
        notes=_tuple(record.get("notes")),
        findings=tuple(_finding(t, expected, found_any) for t in targets),
    )


def _status(target: Json) -> tuple[Status, str]:
    spelled = target.get("status")
    if spelled in list(Status):
        return Status(spelled), str(target.get("reason") or "")
    return Status.FAILED, f"the run gives a status that this version does not know: {spelled!r}"


def _standing(status: Status, expected: bool | None, found_any: bool) -> Standing:
    if status is Status.DISAGREES:
        return Standing.EXPECTED if expected else Standing.DISAGREES
    if status is Status.AGREES and expected is False and not found_any:
        return Standing.UNEXPECTED
    return Standing(status.value)


def _finding(target: Json, expected: bool | None, found_any: bool) -> Finding:
    status, reason = _status(target)
    if target.get("remedy"):
        reason = f"{reason}; {target['remedy']}"
    data = target.get("data")
    return Finding(
        target=str(target.get("target", "unnamed target")),
        status=status,
        standing=_standing(status, expected, found_any),
        reason=reason,
        rows=target.get("rows"),
        seconds=target.get("seconds"),
        data=_effect(data) if data else None,
        mismatches=tuple(_mismatch(m) for m in target.get("mismatches") or ()),
        waived=tuple(_mismatch(m) for m in target.get("waived") or ()),
        notes=_tuple(target.get("notes")),
        unreached=_tuple(target.get("unreached")),
        cells=target.get("cells"),
        knife_edge=target.get("knife_edge"),
    )


def _tuple(what: Any) -> tuple[Any, ...]:
    if not what:
        return ()
    return tuple(what) if isinstance(what, list | tuple) else (what,)


def _effect(data: Json) -> DataEffect:
    declared = data.get("flips") or {}
    flips = {str(k): int(v) for k, v in declared.items() if v}
    keys = tuple(str(key) for key in data.get("affected_keys") or ())
    rows, affected = int(data.get("rows") or 0), int(data.get("affected") or 0)
    return DataEffect(rows, affected, flips, keys, decides=bool(declared))


def _mismatch(record: Json) -> Mismatch:
    example: Json = record.get("example") or {}
    batch = example.get("batch")
    waiver = record.get("waiver") or record.get("reason") or ""
    inputs = example.get("inputs")
    return Mismatch(
        output=str(record.get("output") or ""),
        cause=str(record.get("cause") or "unexplained"),
        rows=record.get("rows"),
        because=str(record.get("because") or ""),
        decision=record.get("decision"),
        inputs=tuple(batch) if batch is not None else (inputs,) if inputs else (),
        batched=batch is not None,
        reference=example.get("reference"),
        candidate=example.get("candidate"),
        waiver=_waiver(waiver),
    )


def _waiver(waiver: Any) -> str:
    if not isinstance(waiver, Mapping):
        return str(waiver)
    parts = (waiver.get("reason"), waiver.get("owner"), waiver.get("expires"))
    words = ("", "owner: ", "until ")
    return ", ".join(f"{word}{part}" for word, part in zip(words, parts, strict=True) if part)
