"""Rows for everything that the trees of a form tell apart, and how much of that was met.

A cell is a leaf; a way on which a missing value leaves a split (to a side, to a surrogate and on, or
nowhere); or a level at a split of levels. Rows are made for every cell, inside its region and at its ends,
and for every split: the threshold and its neighbours, in double and in single precision. One row meets a
leaf in each tree of a forest, so that a large forest is met with far fewer rows than it has leaves.

Whether a form walks the trees at all, on its inputs as they are, shows by its answers: they must change where
a split says so, between two adjacent values. Of trees for which they do not, no cell is claimed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from harness.answer import Answer
from harness.forest import Forest, Mask, Seen, descend, walk
from harness.legal import legal_rows
from harness.protocols import Clue
from harness.search.lab import Judgement
from harness.search.rows.mixed import mixture
from harness.search.rows.placing import INSIDE, known_numbers, place, values_of
from harness.search.rows.probes import Pairs, probe_rows
from harness.search.rows.regions import Cells, cells_of, in_parts, regions
from harness.search.rows.space import Space, concat
from harness.tolerance import doubles, is_number

MOST_ROWS = 60_000
LEAST_ROWS = 300  # of forms however slow
MANY_ROWS = 2_000  # of forests however large
SECONDS = 3.0  # that the slowest form may take over these rows
STEPS = 60_000_000  # splits that rows may meet, in all trees together
CANDIDATES = (1, 8, 64)  # rows tried for a cell, until one is legal
PER_LEAF = 3  # rows, where there is room for so many
PER_SPLIT = 8
COMMON = 0.2  # of rows drawn at random that are legal: then a cell for which none is found has none
CHANGE = 1e-9
THRESHOLDS = 2_000  # of an input, that the other parts of the search hear of


@dataclass(eq=False)
class _Covered:
    """One forest, what of it was met, and which splits were seen to decide."""

    forest: Forest
    cells: Cells
    seen: Seen
    possible: Mask
    tries: npt.NDArray[np.int64]
    expected: npt.NDArray[np.int64]  # by input: pairs across a split whose leaves differ
    changed: npt.NDArray[np.int64]  # by input: those of them whose answers differ

    @classmethod
    def of(cls, forest: Forest, space: Space) -> _Covered:
        cells = cells_of(forest, space.schema)
        possible = [
            regions(forest, space.schema, cells.take(part)).possible for part in in_parts(forest, len(cells))
        ]
        found = np.concatenate(possible)
        expected, changed = np.zeros((2, len(forest.inputs)), dtype=np.int64)
        tries = np.zeros(len(cells), dtype=np.int64)
        return cls(forest, cells, Seen.nothing(forest), found, tries, expected, changed)

    @property
    def walked(self) -> bool:
        """Whether the form was seen to walk these trees, on each input as it is."""
        return bool(self.changed.any() and ((self.expected == 0) | (self.changed > 0)).all())


@dataclass(eq=False)
class Coverage:
    """The cells of some forests, met by the rows of :meth:`batches` as they are compared.

    ``rate``: rows a second of the slowest form; ``size``: rows of a batch, at most.
    """

    space: Space
    forests: Sequence[Forest]
    seed: int = 0
    rate: float = float("inf")
    size: int = 8_192
    reference: str = ""
    _known: Mapping[str, npt.NDArray[np.float64]] = field(init=False)
    _all: list[_Covered] = field(init=False)
    _pairs: Pairs | None = field(default=None, init=False)
    _drawn: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        self._known = known_numbers(self.space)
        self._all = [_Covered.of(forest, self.space) for forest in self.forests]

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Batches of legal rows, each to be given to :meth:`note` before the next is drawn."""
        steps = sum(forest.steps for forest in self.forests)
        most = min(MOST_ROWS, max(LEAST_ROWS, self.rate * SECONDS), max(MANY_ROWS, STEPS / max(1, steps)))
        left = int(most) - int(most) // 2
        for batch in self._probes(int(most) // 2):
            left -= batch.num_rows
            yield batch
        left += int(most) // 2
        while left > 0 and (batch := self._round(left)) is not None:
            left -= max(1, batch.num_rows)
            if batch.num_rows:
                yield batch

    def note(self, judged: Judgement) -> None:
        """Take a batch, compared, into account."""
        compared = judged.comparison.compared
        for number, one in enumerate(self._all):
            values = values_of(one.forest, judged.batch)
            walk(one.forest, values[:, compared], one.seen)
            if self._pairs is not None:
                self._see_changes(number, one, values, judged)
        self._pairs = None

    def cells(self) -> tuple[int, int] | None:
        """How many cells were met, of how many that legal rows can meet; None where no form was seen to walk
        trees."""
        counted = [one for one in self._all if one.walked]
        if not counted:
            return None
        met = [one.cells.met(one.seen) for one in counted]
        of = sum(
            int((m | one.possible).sum()) + one.forest.left_out for m, one in zip(met, counted, strict=True)
        )
        return sum(int(m.sum()) for m in met), of

    def _see_changes(
        self, number: int, one: _Covered, values: npt.NDArray[np.float64], judged: Judgement
    ) -> None:
        assert self._pairs is not None
        mine = self._pairs.forest == number
        test, low, high = (part[mine] for part in (self._pairs.test, self._pairs.low, self._pairs.high))
        roots = one.forest.root_of[one.forest.node_of[test]]
        ends = [descend(one.forest, values, roots.copy(), row) for row in (low, high)]
        said = [np.where(end >= 0, one.forest.value[end], np.nan) for end in ends]
        differ = (ends[0] >= 0) & (ends[1] >= 0) & (said[0] != said[1])
        answer = judged.reference if one.forest.target == self.reference else judged.candidate
        answered = answer.answered[low] & answer.answered[high]
        told = differ & answered
        moved = _moved(answer, low, high)
        np.add.at(one.expected, one.forest.input[test[told]], 1)
        np.add.at(one.changed, one.forest.input[test[told & moved]], 1)

    def _probes(self, most: int) -> Iterator[pa.RecordBatch]:
        """Rows at every split, or at as many as there is room for: those of other thresholds first."""
        splits = sum(len(one.forest.input) for one in self._all)
        share = min(1.0, most / PER_SPLIT / max(1, splits))
        for number, one in enumerate(self._all):
            tests = _splits(one.forest, share, np.random.default_rng([self.seed, 9, number]))
            step = max(1, self.size // PER_SPLIT)
            for start in range(0, len(tests), step):
                rng = np.random.default_rng([self.seed, 10, number, start])
                batch, pairs = probe_rows(
                    self.space, self._known, one.forest, tests[start : start + step], self._base, rng
                )
                batch, pairs = _legal(batch, pairs, self.space)
                if batch.num_rows:
                    self._pairs = pairs.of_forest(number)
                    yield batch

    def _round(self, most: int) -> pa.RecordBatch | None:
        """Rows for cells that were not met so far; None where nothing is left to try."""
        unmet = [one.possible & ~one.cells.met(one.seen) & (one.tries < len(CANDIDATES)) for one in self._all]
        if not any(mask.any() for mask in unmet):
            return None
        tried = min(
            int(one.tries[mask].min()) for one, mask in zip(self._all, unmet, strict=True) if mask.any()
        )
        open_ = [np.flatnonzero(m & (one.tries == tried)) for one, m in zip(self._all, unmet, strict=True)]
        total = sum(len(cells) for cells in open_)
        rows = PER_LEAF if total * PER_LEAF <= most else 1
        room = max(1, min(most // rows, self.size // max(rows, CANDIDATES[tried])))
        parts = [self.space.backgrounds.slice(0, 0)]
        for one, cells in zip(self._all, open_, strict=True):
            rng = np.random.default_rng([self.seed, 11, self._drawn])
            count = min(len(cells), -(-room * len(cells) // total))
            if count:
                chosen = np.sort(rng.choice(cells, size=count, replace=False))
                parts.append(self._rows_in(one, chosen, rows, rng))
        return concat(self.space.schema, parts)

    def _rows_in(
        self, one: _Covered, chosen: npt.NDArray[np.int64], rows: int, rng: np.random.Generator
    ) -> pa.RecordBatch:
        """Legal rows in cells, at most ``rows`` of each."""
        tried = int(one.tries[chosen[0]])
        each = max(rows, CANDIDATES[tried])
        one.tries[chosen] += 1
        cells = np.repeat(chosen, each)
        where = np.tile(np.arange(each) % 3 if rows == PER_LEAF else np.full(each, INSIDE), len(chosen))
        found = regions(one.forest, self.space.schema, one.cells.take(cells))
        batch = place(self.space, self._known, one.forest, found, self._base(len(cells)), where, rng)
        legal = legal_rows(batch, self.space.schema)
        if tried == len(CANDIDATES) - 1 and self._common():
            none = ~legal.reshape(-1, each).any(axis=1)
            one.possible[chosen[none]] = False
        rank = np.cumsum(legal.reshape(-1, each), axis=1).ravel()
        return batch.filter(pa.array(legal & (rank <= rows)))

    def _base(self, rows: int) -> pa.RecordBatch:
        self._drawn += 1
        return mixture(self.space, rows, self.seed * 1_000 + self._drawn)

    def _common(self) -> bool:
        """Whether a good part of all rows is legal: constraints are not thin."""
        return bool(legal_rows(self._base(500), self.space.schema).mean() >= COMMON)


def thresholds(forest: Forest) -> tuple[Clue, ...]:
    """The thresholds of a forest, each once an input; of a great many, some from everywhere."""
    numeric = np.flatnonzero(forest.group < 0)
    found: list[Clue] = []
    for number, name in enumerate(forest.inputs):
        cuts = np.unique(forest.cut[numeric[forest.input[numeric] == number]])
        cuts = cuts[np.isfinite(cuts)]
        kept = cuts[:: max(1, -(-len(cuts) // THRESHOLDS))]
        found += [Clue(cut, "threshold", name, forest.origin) for cut in kept.tolist()]
    return tuple(found)


def _splits(forest: Forest, share: float, rng: np.random.Generator) -> npt.NDArray[np.int64]:
    """Tests to be probed: all, or a share, each threshold of each input once before any comes twice."""
    tests = np.arange(len(forest.input))
    if share >= 1.0 or not len(tests):
        return tests
    order = rng.permutation(tests)
    keys = np.stack([forest.input[order], forest.group[order], forest.last[order]])
    _, first = np.unique(keys, axis=1, return_index=True)
    repeated = np.ones(len(order), dtype=bool)
    repeated[first] = False
    ranked = np.concatenate([order[~repeated], order[repeated]])
    return np.sort(ranked[: max(1, int(len(tests) * share))])


def _legal(batch: pa.RecordBatch, pairs: Pairs, space: Space) -> tuple[pa.RecordBatch, Pairs]:
    """Legal rows alone, and the pairs of which both rows are."""
    legal = legal_rows(batch, space.schema)
    fresh = np.cumsum(legal) - 1
    both = legal[pairs.low] & legal[pairs.high]
    kept = Pairs(pairs.forest[both], pairs.test[both], fresh[pairs.low[both]], fresh[pairs.high[both]])
    return batch.filter(pa.array(legal)), kept


def _moved(answer: Answer, low: npt.NDArray[np.int64], high: npt.NDArray[np.int64]) -> Mask:
    """Whether the answers to the two rows of each pair differ by more than rounding."""
    moved = np.zeros(len(low), dtype=bool)
    for column in answer.outputs.values():
        if is_number(column.type):
            a, b = (doubles(column.take(pa.array(rows))) for rows in (low, high))
            with np.errstate(invalid="ignore"):
                moved |= (np.abs(a - b) > CHANGE * np.maximum(np.abs(a), np.abs(b))) | (
                    np.isnan(a) != np.isnan(b)
                )
        else:
            a, b = (np.array(column.take(pa.array(rows)).to_pylist(), dtype=object) for rows in (low, high))
            moved |= np.array([x != y for x, y in zip(a, b, strict=True)], dtype=bool)
    return moved
