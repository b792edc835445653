"""Where the cells of a forest lie: between which values of the inputs, with which levels, what missing.

A cell is what a row can meet of a forest: a leaf; a node whose tests all have nothing to go by; a side to
which a surrogate sends; a level at a split of levels.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from harness.forest import ABSENT, DEAD, HIGH, LOW, Bytes, Floats, Forest, Ints, Mask, Seen
from harness.schema import Input, Kind, Schema
from harness.search.simple import to_number

END, OTHERWISE, SIDE, LEVEL, SPLIT = range(5)

_CELLS = 4_000_000  # cells times inputs that are looked at in one go


@dataclass(frozen=True, eq=False)
class Cells:
    """What is to be met: ``kind`` of each, ``at`` its node (END, OTHERWISE) or test, ``what`` a side or
    level.

    A SPLIT is no cell of its own: it stands for all rows that come to a test.
    """

    kind: Bytes
    at: Ints
    what: Ints

    def __len__(self) -> int:
        return len(self.at)

    def take(self, chosen: npt.NDArray[np.int64]) -> Cells:
        """Some of them."""
        return Cells(self.kind[chosen], self.at[chosen], self.what[chosen])

    def met(self, seen: Seen) -> Mask:
        """Which have been met."""
        met = np.zeros(len(self), dtype=bool)
        for kind, table in ((END, seen.ends), (OTHERWISE, seen.otherwise)):
            chosen = self.kind == kind
            met[chosen] = table[self.at[chosen]]
        for kind, pairs in ((SIDE, seen.sides), (LEVEL, seen.levels)):
            chosen = self.kind == kind
            if chosen.any():
                met[chosen] = pairs[self.at[chosen], self.what[chosen]]
        return met


def cells_of(forest: Forest, schema: Schema) -> Cells:
    """Every cell, whether legal rows can reach it or not."""
    missing = np.array([schema[name].missing and not forest.whole for name in forest.inputs], dtype=bool)
    parts = [(END, np.flatnonzero(forest.is_leaf), 0)]
    if missing.any():
        first = missing[forest.input[forest.first[:-1][~forest.is_leaf]]]
        inner = np.flatnonzero(~forest.is_leaf)[first]
        parts.append((OTHERWISE, inner[forest.otherwise[inner] != DEAD], 0))
    surrogates = np.flatnonzero((forest.rank > 0) & (forest.group < 0))
    parts += [(SIDE, surrogates, side) for side in (LOW, HIGH)]
    of_levels = np.flatnonzero(forest.group >= 0)
    for code in range(forest.sides.shape[1]):
        legal = np.array(
            [code in legal_codes(forest, i, schema) for i in range(len(forest.inputs))], dtype=bool
        )
        here = of_levels[legal[forest.input[of_levels]]] if len(legal) else of_levels
        parts.append((LEVEL, here[forest.sides[forest.group[here], code] != DEAD], code))
    return Cells(
        np.concatenate([np.full(len(at), kind, dtype=np.int8) for kind, at, _ in parts]),
        np.concatenate([at.astype(np.int32) for _, at, _ in parts]),
        np.concatenate([np.full(len(at), what, dtype=np.int32) for _, at, what in parts]),
    )


def legal_codes(forest: Forest, number: int, schema: Schema) -> frozenset[int]:
    """The columns of ``Forest.sides`` that legal values of an input by number have; none of a number's."""
    known, one = forest.levels[number], schema[forest.inputs[number]]
    if known is None:
        return frozenset()
    if one.kind is Kind.CATEGORY and not one.unseen:
        return frozenset(known.index(level) for level in one.levels)
    return frozenset((*range(len(known)), forest.sides.shape[1] - 1))


@dataclass(frozen=True, eq=False)
class Regions:
    """The region of each of some cells. Arrays of shape ``(inputs, cells)``: numbers lie in ``[low,
    high]``, or are missing where they ``may`` be; those that ``must`` be are. ``allowed``: by the number of
    an input of texts, which columns of ``Forest.sides`` (shape ``(cells, columns)``). ``possible``: legal
    rows are in it."""

    low: Floats
    high: Floats
    may: Mask
    must: Mask
    allowed: Mapping[int, Mask]
    possible: Mask


def in_parts(forest: Forest, cells: int) -> list[npt.NDArray[np.int64]]:
    """Numbers of cells, in parts small enough to be looked at in one go."""
    step = max(1_000, _CELLS // max(1, len(forest.inputs)))
    return [np.arange(start, min(cells, start + step)) for start in range(0, cells, step)]


def regions(forest: Forest, schema: Schema, cells: Cells) -> Regions:
    """Where rows must lie to meet each cell, given that what it does not call missing is there."""
    found = _everything(forest, schema, len(cells))
    node = np.where(np.isin(cells.kind, (END, OTHERWISE)), cells.at, 0)
    of_test = ~np.isin(cells.kind, (END, OTHERWISE))
    node[of_test] = forest.node_of[cells.at[of_test]]
    until = forest.first[node]
    until[cells.kind == OTHERWISE] = forest.first[node + 1][cells.kind == OTHERWISE]
    until[of_test] = cells.at[of_test]
    _pass_over(forest, found, forest.first[node], until)
    _own(forest, found, cells)
    _climb(forest, found, node)
    for number, name in enumerate(forest.inputs):
        found.possible[:] &= _possible(forest, number, schema, schema[name], found)
    return found


def _everything(forest: Forest, schema: Schema, count: int) -> Regions:
    shape = (len(forest.inputs), count)
    may = np.array([schema[name].missing and not forest.whole for name in forest.inputs], dtype=bool)
    allowed = {}
    for number, levels in enumerate(forest.levels):
        if levels is not None:
            legal = np.zeros(forest.sides.shape[1], dtype=bool)
            legal[list(legal_codes(forest, number, schema))] = True
            allowed[number] = np.tile(legal, (count, 1))
    return Regions(
        np.full(shape, -math.inf),
        np.full(shape, math.inf),
        np.tile(may[:, None], (1, count)),
        np.zeros(shape, dtype=bool),
        allowed,
        np.ones(count, dtype=bool),
    )


def _pass_over(forest: Forest, found: Regions, test: Ints, until: Ints) -> None:
    """The inputs of tests before another are missing."""
    test = test.copy()
    while len(going := np.flatnonzero(test < until)):
        found.must[forest.input[test[going]], going] = True
        test[going] += 1


def _own(forest: Forest, found: Regions, cells: Cells) -> None:
    """What a cell asks of the input of its own test."""
    here = np.flatnonzero(np.isin(cells.kind, (SIDE, LEVEL, SPLIT)))
    number = forest.input[cells.at[here]]
    found.possible[here] &= ~found.must[number, here]
    found.may[number, here] = False
    sided = np.flatnonzero(cells.kind == SIDE)
    _narrow(forest, found, sided, cells.at[sided], cells.what[sided], np.zeros(len(sided), dtype=bool))
    levels = np.flatnonzero(cells.kind == LEVEL)
    for number_, allowed in found.allowed.items():
        rows = levels[forest.input[cells.at[levels]] == number_]
        kept = allowed[rows, cells.what[rows]]
        allowed[rows] = False
        allowed[rows, cells.what[rows]] = kept


def _climb(forest: Forest, found: Regions, node: Ints) -> None:
    """Narrow the regions by every split from their nodes up to the roots."""
    going, at = np.arange(len(node)), node
    while True:
        above = forest.parent[at]
        going, at, above = going[above >= 0], at[above >= 0], above[above >= 0]
        if not len(going):
            return
        side = np.where(forest.high[above] == at, HIGH, LOW)
        test, end = forest.first[above].copy(), forest.first[above + 1]
        asked = np.arange(len(going))  # those whose deciding test is looked for
        while len(asked := asked[found.must[forest.input[test[asked]], going[asked]]]):
            test[asked] += 1
            asked = asked[test[asked] < end[asked]]
        decided = test < end
        given_up = going[~decided]
        found.possible[given_up] &= forest.otherwise[above[~decided]] == side[~decided]
        alone = (end - forest.first[above] == 1) & (forest.otherwise[above] == side)
        _narrow(forest, found, going[decided], test[decided], side[decided], alone[decided])
        at = above


def _narrow(
    forest: Forest, found: Regions, rows: npt.NDArray[np.int64], test: Ints, side: Ints, absent: Mask
) -> None:
    """Only values that a test sends to a side of its node; with ``absent``, those that it cannot decide,
    too."""
    number = forest.input[test]
    found.may[number, rows] &= absent
    wanted = np.where(forest.flip[test], 1 - side, side)
    numeric = forest.group[test] < 0
    below, above = numeric & (wanted == LOW), numeric & (wanted == HIGH)
    at = number[below], rows[below]
    found.high[at] = np.minimum(found.high[at], forest.last[test[below]])
    at = number[above], rows[above]
    found.low[at] = np.maximum(found.low[at], np.nextafter(forest.last[test[above]], math.inf))
    for text, allowed in found.allowed.items():
        here = ~numeric & (number == text)
        sides = forest.sides[forest.group[test[here]]]
        fits = (sides == wanted[here, None]) | (absent[here, None] & (sides == ABSENT))
        allowed[rows[here]] &= fits


def _possible(forest: Forest, number: int, schema: Schema, one: Input, found: Regions) -> Mask:
    """In which regions an input has a legal value."""
    must, may = found.must[number], found.may[number]
    if forest.levels[number] is not None:
        there = found.allowed[number].any(axis=1)
    else:
        low, high = clipped(one, found.low[number], found.high[number])
        there = low <= high
        for special in one.special:
            value = float(to_number(special))
            there |= (found.low[number] <= value) & (value <= found.high[number])
    missable = one.missing and not forest.whole
    possible: Mask = np.where(must, missable, there | may)
    return possible


def clipped(one: Input, low: Floats, high: Floats) -> tuple[Floats, Floats]:
    """The ends of intervals within the legal range, at whole values where the input has only these."""
    if one.kind is Kind.BOOL:
        least, most = 0.0, 1.0
    else:
        assert one.bounds is not None
        least, most = (float(to_number(value)) for value in one.bounds)
    low, high = np.maximum(low, least), np.minimum(high, most)
    return (low, high) if one.kind is Kind.FLOAT else (np.ceil(low), np.floor(high))
