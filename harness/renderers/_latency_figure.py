"""Latency by batch size as a drawing: p50 as a line for each target, p95 and p99 as whiskers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter

from markupsafe import Markup

from harness.digest import Timing
from harness.digest.words import duration, magnitude, plural, visible

_WIDTH, _HEIGHT = 580, 340
_LEFT, _RIGHT, _TOP, _BOTTOM = 62, 160, 28, 46
_LABEL_GAP = 17
_LONGEST_LABEL = 16


@dataclass(frozen=True, slots=True)
class _Axis:
    """A logarithmic scale from values to pixels."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        part = math.log(value / self.low) / math.log(self.high / self.low)
        return self.start + part * (self.end - self.start)

    def ticks(self) -> list[float]:
        """Powers of ten within; where they are fewer than three, their doubles and halves as well."""
        decades = range(math.floor(math.log10(self.low)), math.ceil(math.log10(self.high)) + 1)
        tens = [10.0**d for d in decades if self.low <= 10.0**d <= self.high]
        if len(tens) >= 3:
            return tens
        finer = [step * 10.0**d for d in decades for step in (1, 2, 5)]
        return [value for value in finer if self.low <= value <= self.high]


def _axis(values: Sequence[float], start: float, end: float, margin: float) -> _Axis:
    return _Axis(min(values) / margin, max(values) * margin, start, end)


def latency_figure(timings: Sequence[Timing], colours: dict[str, int]) -> Markup:
    """Draw the timed targets of one model as an SVG element; ``colours`` numbers the targets."""
    timed = [t for t in timings if t.p50_ns is not None and t.rows > 0]
    if not timed:
        return Markup("")
    slowest = [t.p99_ns or t.p95_ns or t.p50_ns or 1.0 for t in timed]
    x = _axis([t.rows for t in timed], _LEFT + 10, _WIDTH - _RIGHT - 8, 1.0001)
    y = _axis([*slowest, *(t.p50_ns or 1.0 for t in timed)], _HEIGHT - _BOTTOM, _TOP, 1.25)
    series = {
        target: sorted(group, key=attrgetter("rows"))
        for target, group in groupby(sorted(timed, key=attrgetter("target")), key=attrgetter("target"))
    }
    parts = [_grid(x, y, sorted({t.rows for t in timed}))]
    parts += [
        _series(points, colours[target], x, y, _dodge(i, len(series)))
        for i, (target, points) in enumerate(series.items())
    ]
    parts.append(_labels(series, colours, y))
    svg = Markup('<svg class="latency" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>')
    return svg.format(_WIDTH, _HEIGHT, _described(series), Markup("").join(parts))


def _dodge(index: int, count: int) -> float:
    # whiskers of several targets at one batch size would hide each other
    return 3.0 * (index - (count - 1) / 2)


def _grid(x: _Axis, y: _Axis, rows: Sequence[int]) -> Markup:
    parts = []
    for tick in y.ticks():
        at = y(tick)
        parts.append(
            Markup(
                '<line class="grid" x1="{}" x2="{}" y1="{:.1f}" y2="{:.1f}"/>'
                '<text class="tick" x="{}" y="{:.1f}" text-anchor="end">{}</text>'
            ).format(_LEFT, _WIDTH - _RIGHT, at, at, _LEFT - 8, at + 4, _plain_duration(tick))
        )
    for tick in _spread(x, rows):
        parts.append(
            Markup(
                '<line class="tickmark" x1="{0:.1f}" x2="{0:.1f}" y1="{1}" y2="{2}"/>'
                '<text class="tick" x="{0:.1f}" y="{3}" text-anchor="middle">{4}</text>'
            ).format(x(tick), _HEIGHT - _BOTTOM, _HEIGHT - _BOTTOM + 5, _HEIGHT - _BOTTOM + 19, f"{tick:,}")
        )
    middle = (_LEFT + _WIDTH - _RIGHT) / 2
    parts.append(
        Markup(
            '<line class="axis" x1="{0}" x2="{1}" y1="{2}" y2="{2}"/>'
            '<text class="title" x="{3}" y="{4}" text-anchor="middle">rows in a call</text>'
            '<text class="title" x="4" y="13">wall time of a call</text>'
        ).format(_LEFT, _WIDTH - _RIGHT, _HEIGHT - _BOTTOM, middle, _HEIGHT - 8)
    )
    return Markup("").join(parts)


def _spread(x: _Axis, rows: Sequence[int]) -> list[int]:
    """The batch sizes whose labels do not run into the one before."""
    kept: list[int] = []
    for size in rows:
        if not kept or x(size) - x(kept[-1]) >= 12 + 6.5 * len(f"{size:,}"):
            kept.append(size)
    return kept


def _plain_duration(nanoseconds: float) -> str:
    number, unit = duration(nanoseconds).split(" ")
    return f"{float(number.replace(',', '')):g} {unit}"


def _series(points: Sequence[Timing], colour: int, x: _Axis, y: _Axis, dodge: float) -> Markup:
    line = " ".join(f"{x(t.rows) + dodge:.1f},{y(t.p50_ns or 1):.1f}" for t in points)
    parts = [Markup('<polyline class="line" points="{}"/>').format(line)]
    for timing in points:
        parts.append(_point(timing, x(timing.rows) + dodge, colour, y))
    return Markup('<g class="series s{}">{}</g>').format(colour, Markup("").join(parts))


def _point(timing: Timing, at: float, colour: int, y: _Axis) -> Markup:
    middle = timing.p50_ns or 1.0
    top = y(timing.p99_ns or timing.p95_ns or middle)
    whisker = Markup('<line class="whisker" x1="{0:.1f}" x2="{0:.1f}" y1="{1:.1f}" y2="{2:.1f}"/>').format(
        at, y(middle), top
    )
    for percentile in (timing.p95_ns, timing.p99_ns):
        if percentile is not None:
            whisker += Markup(
                '<line class="whisker" x1="{:.1f}" x2="{:.1f}" y1="{:.1f}" y2="{:.1f}"/>'
            ).format(at - 3, at + 3, y(percentile), y(percentile))
    return Markup("<g>{}{}<title>{}</title></g>").format(
        whisker, marker(colour, at, y(middle)), _told(timing)
    )


def marker(colour: int, x: float, y: float, r: float = 4.0) -> Markup:
    """The mark of a target: its shape tells it apart without colour."""
    shapes = (
        '<circle class="mark" cx="{x:.1f}" cy="{y:.1f}" r="{r}"/>',
        '<path class="mark" d="M{x0:.1f} {y0:.1f}h{d}v{d}h-{d}z"/>',
        '<path class="mark" d="M{x:.1f} {y0:.1f}l{r} {d}h-{d}z"/>',
        '<path class="mark" d="M{x:.1f} {y0:.1f}l{r} {r}l-{r} {r}l-{r} -{r}z"/>',
        '<path class="mark" d="M{x:.1f} {y1:.1f}l{r} -{d}h-{d}z"/>',
        '<circle class="mark hollow" cx="{x:.1f}" cy="{y:.1f}" r="{r}"/>',
        '<path class="mark hollow" d="M{x0:.1f} {y0:.1f}h{d}v{d}h-{d}z"/>',
        '<path class="mark hollow" d="M{x:.1f} {y0:.1f}l{r} {d}h-{d}z"/>',
    )
    shape = Markup(shapes[colour % len(shapes)])
    return shape.format(x=x, y=y, r=r, d=2 * r, x0=x - r, y0=y - r, y1=y + r)


def _labels(series: dict[str, list[Timing]], colours: dict[str, int], y: _Axis) -> Markup:
    """The targets' names beside the ends of their lines, kept apart from one another."""
    wanted = sorted((y(points[-1].p50_ns or 1), target) for target, points in series.items())
    placed: list[float] = []
    for at, _ in wanted:
        placed.append(max(at, placed[-1] + _LABEL_GAP) if placed else at)
    # what was pushed below the plot is pushed back up
    floor: float = _HEIGHT - _BOTTOM
    for i in reversed(range(len(placed))):
        placed[i] = min(placed[i], floor)
        floor = placed[i] - _LABEL_GAP
    parts = []
    for (end, target), at in zip(wanted, placed, strict=True):
        edge, name = _WIDTH - _RIGHT, visible(target)
        short = name if len(name) <= _LONGEST_LABEL else f"{name[: _LONGEST_LABEL - 1]}…"
        parts.append(
            Markup(
                '<g class="series s{}"><line class="leader" x1="{}" x2="{}" y1="{:.1f}" y2="{:.1f}"/>{}'
                '<text class="label" x="{}" y="{:.1f}">{}</text></g>'
            ).format(
                colours[target],
                edge + 1,
                edge + 12,
                end,
                at,
                marker(colours[target], edge + 18, at, 3.5),
                edge + 27,
                at + 4,
                short,
            )
        )
    return Markup("").join(parts)


def _told(timing: Timing) -> str:
    tails = [f"p{n} {duration(ns)}" for n, ns in ((95, timing.p95_ns), (99, timing.p99_ns)) if ns is not None]
    told = ", ".join([f"p50 {duration(timing.p50_ns or 0)}", *tails])
    return f"{visible(timing.target)}, {plural(timing.rows, 'row')}: {told}"


def _described(series: dict[str, list[Timing]]) -> str:
    ends = [
        f"{visible(target)} {duration(points[0].p50_ns or 0)} at {plural(points[0].rows, 'row')} "
        f"and {duration(points[-1].p50_ns or 0)} at {magnitude(points[-1].rows)} rows"
        for target, points in series.items()
    ]
    return "Median time of a call by rows in a call, both logarithmic: " + "; ".join(ends)
