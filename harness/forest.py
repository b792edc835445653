"""The trees that a form walks, as tables of nodes: which way a row takes, and what of them rows have met.

A node asks its *tests* in order, until one can be decided; the first is the split itself, the others (of
``rpart``) its surrogates. A test sends a row LOW or HIGH; it cannot be decided (ABSENT) where its input is
missing, or has a level that the split never saw. Where no test can be decided, the node says what happens.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt

LOW, HIGH, ABSENT, DEAD = range(4)
#: Of a node: the row stays here, and gets the node's own answer (in place of ABSENT).
STOP = 2

_PAIRS = 1_000_000  # of rows and trees that are walked at once

Ints = npt.NDArray[np.int32]
Bytes = npt.NDArray[np.int8]
Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Forest:
    """Trees over some inputs. Nodes are numbered through all trees, a node without tests is a leaf.

    ``low``, ``high``: the node below on each side (-1 in a leaf); ``otherwise`` what happens where no test
    can be decided (LOW, HIGH, STOP or DEAD: the form raises, or has no answer); ``value`` a number that
    tells a node's answer from another's (NaN: not known). The tests of node n are ``first[n]:first[n +
    1]``.

    Of a test: ``input`` by number; ``last`` the greatest double that is LOW, ``cut`` the threshold as it
    stands in the model; ``group`` the row of ``sides`` (-1: a number is compared); with ``flip`` its LOW
    leads to the node's high side. ``sides`` has a column for each of the input's ``levels`` (shared by all
    tests: as many as the most levels), and a last one for any other text.

    ``whole``: a row with any of the inputs missing reaches no leaf. ``left_out`` leaves are not in the
    tables.
    """

    target: str
    origin: str
    inputs: tuple[str, ...]
    levels: tuple[tuple[str, ...] | None, ...]
    low: Ints
    high: Ints
    otherwise: Bytes
    value: Floats
    first: Ints
    input: Ints
    cut: Floats
    last: Floats
    flip: Mask
    group: Ints
    sides: Bytes
    whole: bool = False
    left_out: int = 0

    @cached_property
    def is_leaf(self) -> Mask:
        """Which nodes are leaves."""
        leaf: Mask = self.first[:-1] == self.first[1:]
        return leaf

    @cached_property
    def node_of(self) -> Ints:
        """The node of each test."""
        return np.repeat(np.arange(len(self.low), dtype=np.int32), np.diff(self.first))

    @cached_property
    def rank(self) -> Ints:
        """The place of each test in its node: 0 for the split itself."""
        rank: Ints = np.arange(len(self.input), dtype=np.int32) - self.first[self.node_of]
        return rank

    @cached_property
    def parent(self) -> Ints:
        """The node above each node; -1 above a root."""
        parent = np.full(len(self.low), -1, dtype=np.int32)
        inner = np.flatnonzero(~self.is_leaf).astype(np.int32)
        parent[self.low[inner]] = inner
        parent[self.high[inner]] = inner
        return parent

    @cached_property
    def roots(self) -> Ints:
        """The first node of each tree."""
        return np.flatnonzero(self.parent < 0).astype(np.int32)

    @cached_property
    def root_of(self) -> Ints:
        """The first node of the tree of each node."""
        root = np.where(self.parent < 0, np.arange(len(self.parent)), self.parent).astype(np.int32)
        for _ in range(len(root)):
            above = root[root]
            if np.array_equal(above, root):
                break
            root = above
        return root

    @cached_property
    def steps(self) -> float:
        """Splits that a row meets on its way through all trees, where every leaf of a tree is as likely."""
        steps, at = np.zeros(len(self.low)), self.roots
        while len(at := at[~self.is_leaf[at]]):
            below = np.concatenate([self.low[at], self.high[at]])
            steps[below] = np.tile(steps[at] + 1, 2)
            at = below
        leaves = np.bincount(self.root_of[self.is_leaf], minlength=len(self.low))
        total = np.bincount(self.root_of[self.is_leaf], steps[self.is_leaf], minlength=len(self.low))
        return float((total[self.roots] / np.maximum(leaves[self.roots], 1)).sum())


def sound(forest: Forest) -> bool:
    """Whether the nodes are trees: each below one other at most, and all to be reached from a root."""
    inner = ~forest.is_leaf
    below = np.concatenate([forest.low[inner], forest.high[inner]])
    count = len(forest.low)
    if ((below < 0) | (below >= count)).any() or len(np.unique(below)) < len(below):
        return False
    reached, at = len(forest.roots), forest.roots
    while len(at := at[inner[at]]):
        at = np.concatenate([forest.low[at], forest.high[at]])
        reached += len(at)
    return reached == count


@dataclass(frozen=True, eq=False)
class Seen:
    """What of a forest rows have met: ``ends`` nodes where a row's walk ended, ``otherwise`` nodes that no
    test decided, ``sides`` the sides of its node that each test has sent rows to (shape ``(tests, 2)``),
    ``levels`` those that each test was made with (shape ``(tests, columns of Forest.sides)``)."""

    ends: Mask
    otherwise: Mask
    sides: Mask
    levels: Mask = field(repr=False)

    @classmethod
    def nothing(cls, forest: Forest) -> Seen:
        """Before any row has come."""
        nodes, tests = len(forest.low), len(forest.input)
        wide = forest.sides.shape[1] if (forest.group >= 0).any() else 0
        return cls(
            np.zeros(nodes, dtype=bool),
            np.zeros(nodes, dtype=bool),
            np.zeros((tests, 2), dtype=bool),
            np.zeros((tests, wide), dtype=bool),
        )


def walk(forest: Forest, values: Floats, seen: Seen) -> None:
    """Let rows run through every tree, and note in ``seen`` what they meet.

    ``values`` has shape ``(inputs, rows)``: numbers, or the codes of levels (any other text: the last
    column of ``sides``); NaN where missing.
    """
    rows = np.arange(values.shape[1])
    if forest.whole:
        rows = rows[~np.isnan(values).any(axis=0)]
    step = max(1, _PAIRS // max(1, len(rows)))
    for start in range(0, len(forest.roots), step):
        roots = forest.roots[start : start + step]
        descend(forest, values, np.repeat(roots, len(rows)), np.tile(rows, len(roots)), seen)


def descend(
    forest: Forest, values: Floats, at: Ints, row: npt.NDArray[np.int64], seen: Seen | None = None
) -> Ints:
    """The node where each of some walks ends that begin at a node with a row; -1 where there is no answer."""
    end = np.full(len(at), -1, dtype=np.int32)
    going = np.arange(len(at))
    while len(going):
        ended = forest.is_leaf[at]
        end[going[ended]] = at[ended]
        going, at, row = going[~ended], at[~ended], row[~ended]
        side = _sides(forest, values, at, row, seen)
        stays = side == STOP
        end[going[stays]] = at[stays]
        on = side < STOP
        at = np.where(side[on] == LOW, forest.low[at[on]], forest.high[at[on]])
        going, row = going[on], row[on]
    if seen is not None:
        seen.ends[end[end >= 0]] = True
    return end


def _sides(forest: Forest, values: Floats, at: Ints, row: npt.NDArray[np.int64], seen: Seen | None) -> Bytes:
    """LOW, HIGH, STOP or DEAD for each node with a row."""
    test = forest.first[at]
    side = _decided(forest, values, test, row, seen)
    undecided = np.flatnonzero(side == ABSENT)
    while len(undecided):
        test[undecided] += 1
        none_left = test[undecided] == forest.first[at[undecided] + 1]
        given_up, undecided = undecided[none_left], undecided[~none_left]
        side[given_up] = forest.otherwise[at[given_up]]
        if seen is not None:
            seen.otherwise[at[given_up]] = True
        side[undecided] = _decided(forest, values, test[undecided], row[undecided], seen)
        undecided = undecided[side[undecided] == ABSENT]
    return side


def _decided(
    forest: Forest, values: Floats, test: Ints, row: npt.NDArray[np.int64], seen: Seen | None
) -> Bytes:
    """How each test comes out for a row."""
    x = values[forest.input[test], row]
    side = (x > forest.last[test]).astype(np.int8)
    missing = np.isnan(x)
    texts = np.flatnonzero((forest.group[test] >= 0) & ~missing)
    if len(texts):
        code = x[texts].astype(np.int64)
        side[texts] = forest.sides[forest.group[test[texts]], code]
        if seen is not None:
            seen.levels[test[texts], code] = True
    side[missing] = ABSENT
    flipped = forest.flip[test] & (side < ABSENT)
    side[flipped] = 1 - side[flipped]
    if seen is not None:
        told = side < ABSENT
        seen.sides[test[told], side[told]] = True
    return side


def last_low(cut: Floats, strict: Mask, single: Mask) -> Floats:
    """The greatest double that is on the low side of each threshold.

    ``strict``: ``x < cut`` is low, else ``x <= cut``; ``single``: x is rounded to single precision first.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        double = np.where(strict, np.nextafter(cut, -np.inf), cut)
        below = cut.astype(np.float32)
        down = np.float32(-np.inf)
        too_high = np.where(strict, below.astype(np.float64) >= cut, below.astype(np.float64) > cut)
        below = np.where(too_high, np.nextafter(below, down), below)
        above = np.nextafter(below, np.float32(np.inf))
        middle = below.astype(np.float64) / 2 + above.astype(np.float64) / 2
        rounds_down = middle.astype(np.float32) == below
        rounded = np.where(rounds_down, middle, np.nextafter(middle, -np.inf))
        rounded = np.where(np.isfinite(below) & np.isfinite(above), rounded, double)
    return np.where(single, rounded, double)
