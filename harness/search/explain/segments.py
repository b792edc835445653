"""Name the cause of each disagreeing segment of a line: an edge, a threshold, a bin, what lies beyond."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np

from harness.causes import Cause
from harness.schema import Kind
from harness.search.explain.line import Line, Number, Segment, same
from harness.search.simple import from_number, neighbour

INT32 = 2**31


@dataclass(frozen=True, slots=True)
class Reading:
    """Disagreeing segments that adjoin, their cause, and where they lie in words (``duration = 12``)."""

    segments: tuple[Segment, ...]
    cause: Cause
    where: str

    @property
    def low(self) -> Number:
        """The lowest disagreeing value."""
        return self.segments[0].low

    @property
    def high(self) -> Number:
        """The highest disagreeing value."""
        return self.segments[-1].high


def read_line(line: Line, known: Cause | None = None) -> list[Reading]:
    """The cause of every disagreeing segment of a line, in ascending order (``known``, where it is given)."""
    named: list[tuple[Segment, Cause]] = []
    for index, segment in enumerate(line.segments):
        if segment.bad:
            before = line.segments[index - 1] if index else None
            after = line.segments[index + 1] if index + 1 < len(line.segments) else None
            named.append((segment, known or _cause(line, segment, before, after)))
    if known is None:
        named = _all_of_one_kind(line, named)
    return [_reading(line, [s for s, _ in group], group[0][1]) for group in _adjoining(line, named)]


def _all_of_one_kind(line: Line, named: list[tuple[Segment, Cause]]) -> list[tuple[Segment, Cause]]:
    """Where many places of a line show one and the same fault, that is the cause of each."""
    if len(named) >= 3 and all(_negative(line, segment) for segment, _ in named):
        return [(segment, Cause.ARITHMETIC) for segment, _ in named]
    if _calendar_like(line, named):
        return [(segment, Cause.DATE) for segment, _ in named]
    if all(cause is Cause.SINGLE_PRECISION for _, cause in named):
        return named
    numeric = line.kind in (Kind.FLOAT, Kind.INT)
    if numeric and _one_step_in_many_places(line, [segment for segment, _ in named]):
        return [(segment, Cause.ROUNDING) for segment, _ in named]
    return named


def _calendar_like(line: Line, named: list[tuple[Segment, Cause]]) -> bool:
    """Whether a count of days is read from another origin: answers repeat, moved by the same few days."""
    moved = [s for s, cause in named if cause is Cause.THRESHOLD and not {s.low, s.high} & line.marks]
    if line.kind is not Kind.INT or len(moved) < 4:
        return False
    width, count = Counter(s.high - s.low for s in moved).most_common(1)[0]
    return count >= 0.6 * len(moved) and width < 366


def _adjoining(line: Line, named: list[tuple[Segment, Cause]]) -> list[list[tuple[Segment, Cause]]]:
    """Segments of the same cause side by side are one place."""
    groups: list[list[tuple[Segment, Cause]]] = []
    for segment, cause in named:
        if groups:
            last, same_cause = groups[-1][-1]
            if same_cause is cause and neighbour(last.high, line.kind, 1) == segment.low:
                groups[-1].append((segment, cause))
                continue
        groups.append([(segment, cause)])
    return groups


def _reading(line: Line, segments: list[Segment], cause: Cause) -> Reading:
    return Reading(tuple(segments), cause, where(line, segments[0].low, segments[-1].high))


def _one_step_in_many_places(line: Line, bad: list[Segment]) -> bool:
    """Whether the answers differ by one and the same decimal step in three or more places that no form names:
    two ways of rounding."""
    steps = {_step(s) for s in bad}
    unnamed = [s for s in bad if s.low not in line.marks]
    return len(unnamed) >= 3 and len(steps) == 1 and None not in steps


def _step(segment: Segment) -> int | None:
    """The power of ten by which the answers differ all over a segment, or None."""
    exponents = set()
    for probe in segment.probes:
        r, c = probe.reference, probe.candidate
        if isinstance(r, bool) or not isinstance(r, int | float) or not isinstance(c, int | float) or r == c:
            return None
        if not (math.isfinite(r) and math.isfinite(c)):
            return None
        exponent = round(math.log10(abs(c - r)))
        if not math.isclose(abs(c - r), 10.0**exponent, rel_tol=1e-6):
            return None
        exponents.add(exponent)
    return exponents.pop() if len(exponents) == 1 else None


def where(line: Line, low: Number, high: Number) -> str:
    """Where values from low to high lie, as a person says it."""
    if low == high:
        return f"{line.name} = {_text(low, line.kind)}"
    above, below = _from(low, line.kind), _to(high, line.kind)
    if low == line.segments[0].low:
        return f"{line.name} {below}"
    if high == line.segments[-1].high:
        return f"{line.name} {above}"
    return f"{line.name} {above} and {below}"


def _from(low: Number, kind: Kind) -> str:
    """``>= 30``, or ``> 30`` where the double below is the shorter."""
    outside = neighbour(low, kind, -1)
    return f"> {_text(outside, kind)}" if _shorter(outside, low, kind) else f">= {_text(low, kind)}"


def _to(high: Number, kind: Kind) -> str:
    outside = neighbour(high, kind, 1)
    return f"< {_text(outside, kind)}" if _shorter(outside, high, kind) else f"<= {_text(high, kind)}"


def _shorter(first: Number, second: Number, kind: Kind) -> bool:
    return kind is Kind.FLOAT and len(_text(first, kind)) < len(_text(second, kind))


def _text(value: Number, kind: Kind) -> str:
    if kind is Kind.FLOAT:
        return repr(float(value)).removesuffix(".0")
    return str(from_number(value, kind))


def _cause(line: Line, segment: Segment, before: Segment | None, after: Segment | None) -> Cause:
    if all(p.at in line.special for p in segment.probes):
        return Cause.SPECIAL_VALUE
    if _beyond_32_bits(line, segment):
        return Cause.INTEGER_OVERFLOW
    if segment.point or _speck(line, segment):
        return _point(line, segment, before, after)
    if _shifted(segment, before, after):
        assert before is not None
        assert after is not None
        if _single(line, segment):
            return Cause.SINGLE_PRECISION
        return Cause.DATE if _unmarked_time(line, segment) else Cause.THRESHOLD
    if _outermost(line, segment):
        return Cause.OUT_OF_RANGE
    if line.kind in (Kind.DATE, Kind.DATETIME):
        return Cause.DATE
    if line.steps:
        return Cause.TABLE_VALUE
    if _negative(line, segment):
        return Cause.ARITHMETIC
    return Cause.COEFFICIENT


def _speck(line: Line, segment: Segment) -> bool:
    """Whether a segment is no wider than a few adjacent doubles."""
    if line.kind is not Kind.FLOAT:
        return False
    return float(segment.high) - float(segment.low) <= 4 * float(
        np.spacing(max(abs(segment.low), abs(segment.high)))
    )


def _point(line: Line, segment: Segment, before: Segment | None, after: Segment | None) -> Cause:
    at = segment.high if _speck(line, segment) and segment.high in line.marks else segment.low
    split = _sides_apart(segment, before, after)
    if line.kind is not Kind.FLOAT and split and _edge_moved(line, at):
        return Cause.THRESHOLD
    if line.kind in (Kind.DATE, Kind.DATETIME) and not (split and at in line.marks):
        return Cause.DATE
    if line.kind is Kind.FLOAT and _tie(at) and at not in line.marks and _tied_points(line) >= 2:
        return Cause.ROUNDING
    if split:
        return Cause.INTERVAL_CLOSURE
    if line.kind is Kind.FLOAT and _tie(at) and at not in line.marks:
        return Cause.ROUNDING
    return Cause.TABLE_VALUE


def _tied_points(line: Line) -> int:
    """How many single values disagree that are ties and that no form names."""
    return sum(s.bad and s.point and s.low not in line.marks and _tie(s.low) for s in line.segments)


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


def _beyond_32_bits(line: Line, segment: Segment) -> bool:
    """Whether a disagreement begins just where 32-bit integers end."""
    if line.kind not in (Kind.FLOAT, Kind.INT):
        return False
    return segment.low in (INT32, INT32 + 1) or segment.high in (-INT32 - 1, -INT32)


def _unmarked_time(line: Line, segment: Segment) -> bool:
    """Whether a span of time begins and ends at moments that no form names."""
    if line.kind not in (Kind.DATE, Kind.DATETIME):
        return False
    ends = {segment.low, segment.high}
    ends |= {neighbour(segment.low, line.kind, -1), neighbour(segment.high, line.kind, 1)}
    return not ends & line.marks


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
    if line.kind not in (Kind.FLOAT, Kind.INT):
        return False
    below = (neighbour(segment.low, line.kind, -1), segment.low)
    above = (segment.high, neighbour(segment.high, line.kind, 1))
    gap = float(np.spacing(np.float32(max(abs(segment.low), abs(segment.high)))))
    if (
        float(segment.high) - float(segment.low) < gap * 2.0**-16
    ):  # far less than single precision rounds away
        return False
    if any(_rounds_to(a, b) or _rounds_to(b, a) for a in below for b in above):
        return True
    first, last = np.float32(segment.low), np.float32(segment.high)
    edges = {np.float32(below[0]), np.float32(above[1])}
    return bool(first == last and first in edges)  # single precision cannot tell them from the edge


def _rounds_to(double: Number, single: Number) -> bool:
    return double != single and float(np.float32(double)) == float(single)


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
        return _levels_off(line, segment)
    opposite = last if segment.low == first.low else first
    return (
        any(
            same(getattr(segment, side), getattr(opposite, side))
            and not same(opposite.reference, segment.reference)
            for side in ("candidate",)
        )
        and len(inner) > 1
    )


def _levels_off(line: Line, segment: Segment) -> bool:
    """Whether exactly one of the two answers is constant over the segment, and is not so elsewhere."""
    elsewhere = [p for s in line.segments if s is not segment for p in s.probes]
    levels_off = [
        _flat([getattr(p, side) for p in segment.probes]) and not _flat([getattr(p, side) for p in elsewhere])
        for side in ("reference", "candidate")
    ]
    return levels_off[0] != levels_off[1]


def _flat(said: list[Any]) -> bool:
    return all(same(value, said[0]) for value in said)


def _negative(line: Line, segment: Segment) -> bool:
    """Whether forms differ for negative values only."""
    return segment.high <= 0 and any(s.low >= 0 and not s.bad for s in line.segments)


def _tie(value: Number) -> bool:
    """Whether a decimal's last digit is a 5: 0.5, 2.675."""
    if not math.isfinite(value):
        return False
    digits = repr(float(value)).rstrip("0").rstrip(".")
    return "." in digits and digits[-1] == "5" and "e" not in digits
