"""Read a pinned disagreement: walk along its inputs, and name what is found there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from harness.causes import Cause
from harness.schema import Input, Kind
from harness.search.explain.cluster import Cluster, Region, neutralise, spoken_row
from harness.search.explain.levels import permuted, read_missing, read_values
from harness.search.explain.line import Line, simplest_probe, walk
from harness.search.explain.named import numbers_named
from harness.search.explain.pin import Pin, disagreeing
from harness.search.explain.segments import Reading, read_line
from harness.search.explain.weights import weighted_inputs
from harness.search.lab import Facet, Lab, Row
from harness.search.rows.mixed import random_rows
from harness.search.rows.space import Space
from harness.search.simple import neighbour, to_number

INVOLVED = 12  # values of each other input that are tried in its place
SLOPED = 3  # inputs with which the difference of one level grows, at most
OTHERS = 400  # random rows over which a region of one input is tried

#: Causes of a whole region of an input, and causes of single values and thin slices.
BROAD = (Cause.TABLE_VALUE, Cause.COEFFICIENT)
NARROW = (Cause.INTERVAL_CLOSURE, Cause.THRESHOLD, Cause.ROUNDING, Cause.SINGLE_PRECISION, Cause.DATE)


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads pinned disagreements of one pair of targets."""

    lab: Lab
    space: Space

    def read(self, facet: Facet, pinned: Pin) -> list[Cluster]:
        """The clusters that a pinned disagreement belongs to: one for each cause along its inputs."""
        if len(pinned.inputs) > 1:
            return [self._together(facet, pinned)]
        pool = self.space.pools[pinned.inputs[0]]
        if facet.kind == "unanswerable" or pinned.row[pool.input.name] is None:
            return [read_missing(pinned, facet)]
        if pool.input.kind.textual or pool.input.kind is Kind.BOOL:
            clusters = read_values(self.lab, facet, pinned, pool)
            return [self._sloped(facet, cluster) for cluster in clusters]
        return self._walk(facet, pinned)

    def _sloped(self, facet: Facet, cluster: Cluster) -> Cluster:
        """A level that disagrees only with some values of other inputs is an interaction; one whose
        difference grows with one other input has another slope, not another value."""
        if cluster.cause is not Cause.TABLE_VALUE or self.space.forests:
            return cluster  # in a tree, what a level does always hangs on other inputs
        (name,) = (region.name for region in cluster.regions)
        if self._broad(facet, name, cluster.cause, cluster.example) is Cause.INTERACTION:
            others = self._involved(facet, cluster.example, name)
            words = f"{cluster.where} with {spoken_row(cluster.example, others)}" if others else cluster.where
            cause = self._condition(cluster.example, (name, *others))
            return replace(cluster, cause=cause, where=words)
        found = weighted_inputs(self.lab, facet, self.space, cluster.example)
        own = {region.name for region in cluster.regions}
        others = [] if found is None else [name for name in found.inputs if name not in own]
        ordered = [name for name in others if self.space.schema[name].kind.ordered]
        if not ordered or len(others) > SLOPED:
            return cluster
        words = f"{cluster.where}: the difference grows with {' and '.join(ordered)}"
        return replace(cluster, cause=Cause.COEFFICIENT, where=words)

    def _walk(self, facet: Facet, pinned: Pin) -> list[Cluster]:
        name = pinned.inputs[0]
        line = self._line(facet, pinned.row, name, pinned.background)
        neutral = {name: pinned.background[name]}
        known = Cause.ERROR if facet.kind == "raised" else None
        clusters = [self._of_reading(facet, line, reading, neutral) for reading in read_line(line, known)]
        if line.truncated and clusters:
            # the same fault in more places than were looked at closely
            common = Counter(c.cause for c in clusters).most_common(1)[0][0]
            first = next(c for c in clusters if c.cause is common)
            clusters.append(replace(first, regions=(Region(name),)))
        return clusters

    def _line(self, facet: Facet, row: Row, name: str, background: Row) -> Line:
        value = row[name]
        assert value is not None
        return walk(self.lab, facet, self.space.pools[name], background, [to_number(value)])

    def _of_reading(self, facet: Facet, line: Line, reading: Reading, neutral: Row) -> Cluster:
        example = simplest_probe(self.lab, facet, line, reading.low, reading.high)
        region = Region(line.name, segments=reading.segments)
        cause, words = reading.cause, reading.where
        if cause in BROAD:
            cause = self._broad(facet, line.name, reading.cause, example)
        if cause is Cause.INTERACTION:
            others = self._involved(facet, example, line.name)
            cause = self._condition(example, (line.name, *others))
            words += f" with {spoken_row(example, others)}" if others else ""
        marked = bool({reading.low, reading.high} & line.marks)
        return Cluster(facet, cause, words, example, (region,), neutral, marked=marked)

    def _broad(self, facet: Facet, name: str, cause: Cause, example: Row) -> Cause:
        """A whole region of one input disagrees here. Where it agrees over other backgrounds, other inputs
        have a part in it: an interaction, unless the answers there are constants of a stored model (a leaf,
        a cell)."""
        if any(permuted(self.lab, facet, example, one) for one in self.space.schema):
            return Cause.CATEGORY_ORDER
        value = {name: example[name]}
        others = random_rows(self.space, OTHERS, seed=1)
        judged = self.lab.judge(neutralise(self.space.schema, others, value))
        bad = facet.of(judged.comparison)
        if bad.mean() > 0.75:
            return cause
        said = {
            side: {repr(judged.said(side, facet.output, int(row))) for row in np.flatnonzero(bad)}
            for side in ("reference", "candidate")
        }
        leaf = self._has_leaves() and all(len(values) == 1 for values in said.values())
        return Cause.TABLE_VALUE if leaf else Cause.INTERACTION

    def _has_leaves(self) -> bool:
        """Whether a form is a stored model, whose leaves or cells are regions of several inputs."""
        return any(form.model is not None or form.runtime == "onnx" for form in self.lab.model.forms)

    def _together(self, facet: Facet, pinned: Pin) -> Cluster:
        """Several inputs together: a quantity made of them that meets an edge, or a region."""
        neutral = {name: pinned.background[name] for name in pinned.inputs}
        regions = tuple(Region(name) for name in pinned.inputs)
        for name in pinned.inputs:
            value = pinned.row[name]
            if value is None or not self.space.pools[name].input.kind.ordered:
                continue
            line = self._line(facet, pinned.row, name, pinned.row)
            here = next((r for r in read_line(line) if r.low <= to_number(value) <= r.high), None)
            if here is not None and here.cause in NARROW and not self._shared_edge(line, here):
                words = f"{here.where} with {spoken_row(pinned.row, (n for n in pinned.inputs if n != name))}"
                return Cluster(facet, here.cause, words, pinned.row, regions, neutral)
        words = spoken_row(pinned.row, pinned.inputs)
        cause = self._condition(pinned.row, pinned.inputs)
        if cause is Cause.INTERACTION and self._one_cell(facet, pinned):
            cause = Cause.TABLE_VALUE
        return Cluster(facet, cause, words, pinned.row, regions, neutral)

    def _one_cell(self, facet: Facet, pinned: Pin) -> bool:
        """Whether whole numbers carry a disagreement, and none beside any of them does: a cell of a table. An
        end of a range, 0 and 1 are what rules speak of, too."""
        inputs = [self.space.schema[name] for name in pinned.inputs]
        if any(one.kind.ordered and one.kind is not Kind.INT for one in inputs):
            return False
        whole = [one for one in inputs if one.kind is Kind.INT]
        ends = [one.bounds for one in whole]
        inner = [
            one
            for one, bounds in zip(whole, ends, strict=True)
            if bounds is not None and pinned.row[one.name] not in (*bounds, 0, 1)
        ]
        if not inner:
            return False
        beside = [
            {**pinned.row, one.name: int(to_number(pinned.row[one.name] or 0)) + step}
            for one in whole
            for step in (-1, 1)
        ]
        legal = [row for row in beside if self._in_range(row, whole)]
        return bool(legal) and not disagreeing(self.lab, facet, legal).any()

    def _in_range(self, row: Row, whole: list[Input]) -> bool:
        values = [(row[one.name], one.bounds) for one in whole]
        return all(b is not None and b[0] <= v <= b[1] for v, b in values)  # type: ignore[operator]

    def _shared_edge(self, line: Line, reading: Reading) -> bool:
        """Whether a slice between two edges ends at a number that both forms name, and at none that only one
        does: then the edge is the same, and what differs is where it counts."""
        if reading.cause is not Cause.THRESHOLD:
            return False
        kind = line.kind
        ends = {reading.low, neighbour(reading.low, kind, -1), reading.high, neighbour(reading.high, kind, 1)}
        named = [numbers_named(one) for one in (self.lab.reference, self.lab.candidate)]
        return bool(ends & (named[0] & named[1])) and not ends & (named[0] ^ named[1])

    def _condition(self, row: Row, names: Iterable[str]) -> Cause:
        """The cause of a region of several inputs: what all of it has in common, else their interaction."""
        for name in names:
            one, value = self.space.schema[name], row[name]
            if value is None:
                return Cause.MISSING_VALUE
            if value in one.special:
                return Cause.SPECIAL_VALUE
            if one.kind is Kind.CATEGORY and value not in one.levels:
                return Cause.UNSEEN_CATEGORY
        timely = {Kind.DATE, Kind.DATETIME}
        return Cause.DATE if any(self.space.schema[n].kind in timely for n in names) else Cause.INTERACTION

    def _involved(self, facet: Facet, row: Row, own: str) -> list[str]:
        """The other inputs without whose values a row would not disagree."""
        tries = [
            (name, {**row, name: value})
            for name, pool in self.space.pools.items()
            for value in (pool.plain, *pool.main[:INVOLVED])
            if name != own and value != row[name]
        ]
        if not tries:
            return []
        bad = disagreeing(self.lab, facet, [changed for _, changed in tries])
        return list(dict.fromkeys(name for (name, _), still in zip(tries, bad, strict=True) if not still))
