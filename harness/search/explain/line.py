"""Walk along one input with all others held, and find exactly where the answers part.

The line is cut into segments on which both answers stay the same (for step functions), or on which they
agree or disagree throughout (for others). Ends of segments are found by bisection down to adjacent
values, all of them in the same batches.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from harness.legal import holding_rows
from harness.schema import Kind
from harness.search.lab import Facet, Judgement, Lab, Row
from harness.search.positions import numbers, positions, spread
from harness.search.rows.pools import Pool
from harness.search.simple import from_number, neighbour, simplest_in, to_number

Number = float | int

MOST_PROBES = 1_500
GRID = 240
MOST_BOUNDARIES = 48
BETWEEN = 7  # values tried of each boundary in one step
WIDE = 1e-6  # probes farther apart than this, relative to their size, tell a step from a slope


@dataclass(frozen=True, slots=True)
class Probe:
    """One point of the line: whether the forms disagree there, and what each said."""

    at: Number
    bad: bool
    reference: Any
    candidate: Any


@dataclass(frozen=True, slots=True)
class Segment:
    """Adjacent values from ``low`` to ``high`` (both included) of one character.

    ``reference`` and ``candidate`` are what was said at ``low``; ``probes`` are all points tried.
    """

    low: Number
    high: Number
    bad: bool
    probes: tuple[Probe, ...]

    @property
    def reference(self) -> Any:
        """What the reference said at the low end."""
        return self.probes[0].reference

    @property
    def candidate(self) -> Any:
        """What the candidate said at the low end."""
        return self.probes[0].candidate

    @property
    def point(self) -> bool:
        """Whether the segment is a single value."""
        return self.low == self.high


@dataclass(frozen=True, slots=True)
class Line:
    """All segments of one input over one background, in ascending order. ``steps``: both answers are step
    functions of the input. ``marks``: the numbers that a form or the model file names."""

    name: str
    kind: Kind
    background: Row
    segments: tuple[Segment, ...]
    steps: bool
    truncated: bool  # more places disagree than were looked at closely
    marks: frozenset[Number]
    special: frozenset[Number]

    def at(self, value: Any) -> Segment | None:
        """The segment that holds a value, or None."""
        if value is None:
            return None
        number = to_number(value)
        return next((s for s in self.segments if s.low <= number <= s.high), None)


def same(first: Any, second: Any) -> bool:
    """Whether two things said are the same to a reader: floats to nine digits, errors by kind."""
    if isinstance(first, dict) or isinstance(second, dict):
        return isinstance(first, dict) and isinstance(second, dict)
    if isinstance(first, float) and isinstance(second, int | float):
        return first == second or math.isclose(first, second, rel_tol=1e-9, abs_tol=1e-12)
    return bool(first == second)


def walk(lab: Lab, facet: Facet, pool: Pool, background: Row, include: Sequence[Number]) -> Line:
    """Probe one ordered input over a background. ``include`` are values that must be among the probes."""
    name = pool.input.name
    probes = _probe(lab, facet, name, pool.input.kind, background, _points(pool, include))
    steps = _steps([p.reference for p in probes], probes) and _steps([p.candidate for p in probes], probes)
    exact = _refine(lab, facet, name, pool.input.kind, background, probes, steps)
    truncated = len(_open_ends(probes, steps)) > MOST_BOUNDARIES
    special = frozenset(to_number(v) for v in pool.input.special)
    return Line(
        name, pool.input.kind, background, _segments(exact, steps), steps, truncated, pool.marks, special
    )


def _points(pool: Pool, include: Sequence[Number]) -> list[Number]:
    numbers = sorted({to_number(v) for v in pool.values if v is not None})
    if len(numbers) > MOST_PROBES:
        near = set()
        for value in include:
            index = int(np.searchsorted(np.asarray(numbers, dtype=float), float(value)))
            near.update(numbers[max(0, index - 200) : index + 200])
        step = math.ceil(len(numbers) / MOST_PROBES)
        numbers = sorted({*numbers[::step], numbers[-1], *near})
    around = [
        n for v in include for n in (neighbour(v, pool.input.kind, -1), neighbour(v, pool.input.kind, 1))
    ]
    gaps = [m for a, b in itertools.pairwise(numbers) if (m := _middle(a, b, pool.input.kind)) is not None]
    low, high = (to_number(v) for v in pool.input.bounds or (0, 0))
    special = {to_number(v) for v in pool.input.special}
    grid = _grid(low, high, pool.input.kind)
    return sorted(
        {n for n in (*numbers, *include, *around, *gaps, *grid) if low <= n <= high or n in special}
    )


def _grid(low: Number, high: Number, kind: Kind) -> list[Number]:
    """Values evenly spread over the range: what repeats along the line shows in many of them."""
    spread = [low + (high - low) * (step / GRID) for step in range(GRID + 1)]
    return spread if kind is Kind.FLOAT else [math.floor(value) for value in spread]


def _middle(low: Number, high: Number, kind: Kind) -> Number | None:
    if kind is Kind.FLOAT:
        middle = low / 2 + high / 2
        return middle if low < middle < high else None
    return (int(low) + int(high)) // 2


def _probe(
    lab: Lab, facet: Facet, name: str, kind: Kind, background: Row, points: Sequence[Number]
) -> list[Probe]:
    batch = lab.model.schema.batch(
        {n: [v] * len(points) for n, v in background.items()} | {name: [from_number(p, kind) for p in points]}
    )
    legal = holding_rows(batch, lab.model.schema)
    points = [p for p, ok in zip(points, legal, strict=True) if ok]
    if not points:
        return []
    judged = lab.judge(batch.filter(pa.array(legal)))
    bad = facet.of(judged.comparison)
    return [_read(judged, facet, row, point, bool(bad[row])) for row, point in enumerate(points)]


def _read(judged: Judgement, facet: Facet, row: int, point: Number, bad: bool) -> Probe:
    return Probe(
        point, bad, judged.said("reference", facet.output, row), judged.said("candidate", facet.output, row)
    )


def _steps(said: list[Any], probes: list[Probe]) -> bool:
    """Whether the answers look constant between steps: nearly all probes far apart say the same, or the
    answers take few values."""
    wide = equal = 0
    for left, right, a, b in zip(probes, probes[1:], said, said[1:], strict=False):
        if abs(right.at - left.at) > WIDE * max(1.0, abs(left.at)):
            wide += 1
            equal += same(a, b)
    return wide == 0 or equal >= 0.5 * wide


def _alike(left: Probe, right: Probe, steps: bool) -> bool:
    """Whether two probes belong to one segment."""
    if left.bad != right.bad:
        return False
    if steps:
        return same(left.reference, right.reference) and same(left.candidate, right.candidate)
    return _state(left.reference) == _state(right.reference) and _state(left.candidate) == _state(
        right.candidate
    )


def _state(said: Any) -> str:
    if isinstance(said, dict):
        return "error"
    return "missing" if said is None else "value"


def _open_ends(probes: list[Probe], steps: bool) -> list[tuple[Probe, Probe]]:
    """Neighbouring probes between which a disagreement begins, ends or changes."""
    return [
        (left, right)
        for left, right in itertools.pairwise(probes)
        if not _alike(left, right, steps) and (left.bad or right.bad)
    ]


def _refine(
    lab: Lab, facet: Facet, name: str, kind: Kind, background: Row, probes: list[Probe], steps: bool
) -> list[Probe]:
    """Close in on every boundary beside a disagreement, down to adjacent values."""
    open_ends = _open_ends(probes, steps)[:MOST_BOUNDARIES]
    found = {p.at: p for p in probes}
    while open_ends:
        tried = [_between(left.at, right.at, kind) for left, right in open_ends]
        todo = sorted({at for some in tried for at in some})
        fresh = {p.at: p for p in _probe(lab, facet, name, kind, background, todo)}
        narrower = []
        for (left, right), some in zip(open_ends, tried, strict=True):
            inside = [fresh[at] for at in some if at in fresh]  # a constraint may forbid one
            if inside:
                narrower += _open_ends([left, *inside, right], steps)
            else:
                found[left.at], found[right.at] = left, right
        open_ends = narrower[: 2 * MOST_BOUNDARIES]
    return [found[at] for at in sorted(found)]


def _between(low: Number, high: Number, kind: Kind) -> list[Number]:
    """Some values between two, evenly spread over those that there are; none where they adjoin."""
    ends = positions([low, high], kind)
    if int(ends[1]) - int(ends[0]) <= 1:
        return []
    inside = numbers(spread(ends[:1], ends[1:], BETWEEN)[0], kind).tolist()
    return list(dict.fromkeys(inside))


def _segments(probes: list[Probe], steps: bool) -> tuple[Segment, ...]:
    groups: list[list[Probe]] = []
    for probe in probes:
        if groups and _alike(groups[-1][-1], probe, steps):
            groups[-1].append(probe)
        else:
            groups.append([probe])
    return tuple(Segment(g[0].at, g[-1].at, g[0].bad, tuple(g)) for g in groups)


def simplest_probe(lab: Lab, facet: Facet, line: Line, low: Number, high: Number) -> Row:
    """The row with the plainest value from low to high that still disagrees: the value at which the
    disagreement begins where that is a short number, else the simplest of all."""
    begins = high if low == line.segments[0].low else low
    simplest = simplest_in(low, high, line.kind)
    order = [begins, simplest] if _short(begins, line.kind) else [simplest, begins]
    tried = {p.at: p for p in _probe(lab, facet, line.name, line.kind, line.background, [*order, low])}
    chosen = next((at for at in order if at in tried and tried[at].bad), low)
    return {**line.background, line.name: from_number(chosen, line.kind)}


def _short(value: Number, kind: Kind) -> bool:
    return kind is not Kind.FLOAT or len(repr(float(value)).removesuffix(".0").lstrip("-")) <= 6
