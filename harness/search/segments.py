"""Name the cause of each disagreeing segment of a line: an edge, a threshold, a bin, what lies beyond."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from harness.causes import Cause
from harness.schema import Kind
from harness.search.line import Line, Number, Segment, same
from harness.search.simple import from_number, neighbour

SINGLE_ULP = 2.0**-23


@dataclass(frozen=True, slots=True)
class Reading:
    """A disagreeing segment, its cause, and where it lies in words (``duration = 12``)."""

    segment: Segment
    cause: Cause
    where: str


def read_line(line: Line) -> list[Reading]:
    """The cause of every disagreeing segment of a line, in ascending order."""
    readings = []
    for index, segment in enumerate(line.segments):
        if segment.bad:
            before = line.segments[index - 1] if index else None
            after = line.segments[index + 1] if index + 1 < len(line.segments) else None
            cause = _cause(line, segment, before, after)
            readings.append(Reading(segment, cause, where(line, segment)))
    return readings


def where(line: Line, segment: Segment) -> str:
    """Where a segment lies, as a person says it."""
    low, high = (_text(v, line.kind) for v in (segment.low, segment.high))
    if segment.point:
        return f"{line.name} = {low}"
    if segment.low == line.segments[0].low:
        return f"{line.name} <= {high}"
    if segment.high == line.segments[-1].high:
        return f"{line.name} >= {low}"
    return f"{low} <= {line.name} <= {high}"


def _text(value: Number, kind: Kind) -> str:
    if kind is Kind.FLOAT:
        return repr(float(value)).removesuffix(".0")
    return str(from_number(value, kind))


def _cause(line: Line, segment: Segment, before: Segment | None, after: Segment | None) -> Cause:
    if all(p.at in line.special for p in segment.probes):
        return Cause.SPECIAL_VALUE
    if segment.point:
        return _point(line, segment, before, after)
    if _shifted(segment, before, after):
        assert before is not None
        assert after is not None
        return Cause.SINGLE_PRECISION if _single(line, segment) else Cause.THRESHOLD
    if _outermost(line, segment):
        return Cause.OUT_OF_RANGE
    if line.kind in (Kind.DATE, Kind.DATETIME) and not line.steps:
        return Cause.DATE
    if line.steps:
        return Cause.TABLE_VALUE
    if _negative(line, segment):
        return Cause.ARITHMETIC
    return Cause.COEFFICIENT


def _point(line: Line, segment: Segment, before: Segment | None, after: Segment | None) -> Cause:
    at = segment.low
    split = _sides_apart(segment, before, after)
    if line.kind is not Kind.FLOAT and split and _edge_moved(line, at):
        return Cause.THRESHOLD
    if split and at not in line.marks and _tie(at) and line.kind is Kind.FLOAT:
        return Cause.ROUNDING
    if split:
        return Cause.INTERVAL_CLOSURE
    if line.kind in (Kind.DATE, Kind.DATETIME):
        return Cause.DATE
    if line.kind is Kind.FLOAT and _tie(at) and at not in line.marks:
        return Cause.ROUNDING
    return Cause.TABLE_VALUE


def _sides_apart(segment: Segment, before: Segment | None, after: Segment | None) -> bool:
    """Whether one form counts the value to the values below it, and the other to those above."""
    if before is None or after is None:
        return _end_apart(segment, before or after)
    below, above = before.probes[-1], after.probes[0]
    one = same(segment.reference, below.reference) and same(segment.candidate, above.candidate)
    other = same(segment.reference, above.reference) and same(segment.candidate, below.candidate)
    return one or other


def _end_apart(segment: Segment, beside: Segment | None) -> bool:
    """At the end of the legal range: one form counts the value to its only neighbour, the other does not."""
    if beside is None:
        return False
    near = beside.probes[-1] if beside.high < segment.low else beside.probes[0]
    return same(segment.reference, near.reference) != same(segment.candidate, near.candidate)


def _edge_moved(line: Line, at: Number) -> bool:
    """For whole numbers: both this value and one beside it are named, so the edge itself may differ."""
    return at in line.marks and bool({neighbour(at, line.kind, -1), neighbour(at, line.kind, 1)} & line.marks)


def _shifted(segment: Segment, before: Segment | None, after: Segment | None) -> bool:
    """Whether the segment lies between one form's edge and the other's."""
    if before is None or after is None or before.bad or after.bad:
        return False
    if len(segment.probes) > 1 and not _constant(segment):
        return False
    return _sides_apart(segment, before, after)


def _constant(segment: Segment) -> bool:
    first = segment.probes[0]
    return all(
        same(p.reference, first.reference) and same(p.candidate, first.candidate) for p in segment.probes
    )


def _single(line: Line, segment: Segment) -> bool:
    """Whether the two edges are one number in double and in single precision."""
    if line.kind is not Kind.FLOAT:
        return False
    width = float(segment.high) - float(segment.low)
    size = max(abs(float(segment.low)), abs(float(segment.high)))
    if width > size * SINGLE_ULP:
        return False
    ends = (
        segment.low,
        segment.high,
        neighbour(segment.low, line.kind, -1),
        neighbour(segment.high, line.kind, 1),
    )
    return any(float(np.float32(end)) == float(end) for end in ends)


def _outermost(line: Line, segment: Segment) -> bool:
    """Whether the segment lies beyond the outermost edge, and one form says so: it answers missing, or what
    it says at the other end (wrap-around), or the nearest bin's answer (clamping)."""
    first, last = line.segments[0], line.segments[-1]
    if segment.low != first.low and segment.high != last.high:
        return False
    if (segment.reference is None) != (segment.candidate is None):
        return True
    inner = line.segments[1:-1]
    if not line.steps:
        return _levels_off(segment) and bool(inner)
    opposite = last if segment.low == first.low else first
    return (
        any(
            same(getattr(segment, side), getattr(opposite, side))
            and not same(opposite.reference, segment.reference)
            for side in ("candidate",)
        )
        and len(inner) > 1
    )


def _levels_off(segment: Segment) -> bool:
    """Whether exactly one of the two answers is constant over the segment."""
    references = [p.reference for p in segment.probes]
    candidates = [p.candidate for p in segment.probes]
    flat = [all(same(v, side[0]) for v in side) for side in (references, candidates)]
    return flat[0] != flat[1]


def _negative(line: Line, segment: Segment) -> bool:
    """Whether forms differ for negative values only."""
    return segment.high <= 0 and any(s.low >= 0 and not s.bad for s in line.segments)


def _tie(value: Number) -> bool:
    """Whether a decimal's last digit is a 5: 0.5, 2.675."""
    if not math.isfinite(value):
        return False
    digits = repr(float(value)).rstrip("0").rstrip(".")
    return "." in digits and digits[-1] == "5" and "e" not in digits
