"""Rows at the splits of a forest: each threshold and its neighbours, each level, with all else alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from harness.forest import HIGH, LOW, Floats, Forest, Mask
from harness.schema import Input, Kind
from harness.search.rows.placing import INSIDE, column_of, place
from harness.search.rows.regions import SPLIT, Cells, Regions, clipped, regions
from harness.search.rows.space import Space
from harness.search.simple import to_number

Rows = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Pairs:
    """Two rows each that differ in one input alone, and come to the two sides of a test: their numbers."""

    forest: Rows
    test: Rows
    low: Rows
    high: Rows

    def of_forest(self, number: int) -> Pairs:
        """The same, of a forest by number."""
        return replace(self, forest=np.full(len(self.test), number))


def probe_rows(
    space: Space,
    known: Mapping[str, Floats],
    forest: Forest,
    tests: Rows,
    base: Callable[[int], pa.RecordBatch],
    rng: np.random.Generator,
) -> tuple[pa.RecordBatch, Pairs]:
    """Rows at some splits, legal in each value (not by the constraints), and the pairs across each.

    ``base`` gives so many rows to start from. Of texts only a pair of levels is tried: each level is a cell
    of its own.
    """
    kind, what = np.full(len(tests), SPLIT, dtype=np.int8), np.zeros(len(tests), dtype=np.int32)
    cells = Cells(kind, tests.astype(np.int32), what)
    found = regions(forest, space.schema, cells)
    tests = tests[found.possible]
    found = regions(forest, space.schema, cells.take(np.flatnonzero(found.possible)))
    start = place(space, known, forest, found, base(len(tests)), np.full(len(tests), INSIDE), rng)
    parts: list[pa.RecordBatch] = []
    pairs: list[Pairs] = []
    count = 0
    for number in np.unique(forest.input[tests]):
        mine = np.flatnonzero(forest.input[tests] == number)
        numeric = forest.levels[number] is None
        make = _numbers if numeric else _levels
        values = make(space, forest, found, tests[mine], mine, int(number), rng)
        there = ~pc.is_null(values).to_numpy(zero_copy_only=False)
        width = len(there) // len(mine) if len(mine) else 0
        rows = np.repeat(mine, width)[there]
        batch = start.take(pa.array(rows))
        at = batch.schema.get_field_index(forest.inputs[number])
        parts.append(batch.set_column(at, batch.schema.field(at), values.filter(pa.array(there))))
        # the first two values of each test are the last that is low and the first that is high
        fresh = count + np.cumsum(there) - 1
        first = np.arange(len(mine)) * width
        both = there[first] & there[first + 1]
        probed = tests[mine][both]
        pairs.append(Pairs(np.zeros_like(probed), probed, fresh[first[both]], fresh[first[both] + 1]))
        count += int(there.sum())
    if not parts:
        none = np.zeros(0, dtype=np.int64)
        return space.backgrounds.slice(0, 0), Pairs(none, none, none, none)
    joined = [np.concatenate([getattr(p, name) for p in pairs]) for name in ("forest", "test", "low", "high")]
    return pa.Table.from_batches(parts).combine_chunks().to_batches()[0], Pairs(*joined)


def _numbers(
    space: Space,
    forest: Forest,
    found: Regions,
    tests: Rows,
    mine: Rows,
    number: int,
    rng: np.random.Generator,
) -> pa.Array:
    """The values to try at each threshold, one test after the other, null where one is not to be tried."""
    one = space.schema[forest.inputs[number]]
    values = _around(forest.last[tests], forest.cut[tests], one.kind)
    low, high = found.low[number, mine, None], found.high[number, mine, None]
    inside = (values >= low) & (values <= high) & _legal(values, one)
    for column in range(values.shape[1]):  # each value once
        inside[:, column] &= ~(values[:, :column] == values[:, column, None]).any(axis=1)
    return column_of(np.where(inside, values, np.nan).ravel(), one)


def _around(last: Floats, cut: Floats, kind: Kind) -> Floats:
    """Shape ``(tests, values)``: the last low value, the first high one, the threshold and its neighbours."""
    if kind is not Kind.FLOAT:
        whole = np.floor(last)
        return np.stack([whole, whole + 1, whole - 1, whole + 2], axis=1)
    with np.errstate(over="ignore"):
        single = cut.astype(np.float32)
        around = [np.nextafter(single, np.float32(way)) for way in (-np.inf, np.inf)]
    singles = [one.astype(np.float64) for one in (single, *around)]
    return np.stack(
        [
            last,
            np.nextafter(last, np.inf),
            cut,
            np.nextafter(cut, -np.inf),
            np.nextafter(cut, np.inf),
            *singles,
        ],
        axis=1,
    )


def _legal(values: Floats, one: Input) -> Mask:
    least, most = clipped(one, np.array(-np.inf), np.array(np.inf))
    legal: Mask = (values >= least) & (values <= most)
    for special in one.special:
        legal |= values == float(to_number(special))
    return legal


def _levels(
    space: Space,
    forest: Forest,
    found: Regions,
    tests: Rows,
    mine: Rows,
    number: int,
    rng: np.random.Generator,
) -> pa.Array:
    """A level that goes to each side of each split, null where there is none."""
    known = np.array([*(forest.levels[number] or ()), None], dtype=object)
    allowed = found.allowed[number][mine][:, : len(known) - 1]
    sides = forest.sides[forest.group[tests], : len(known) - 1]
    picked = []
    for side in (LOW, HIGH):
        fits = allowed & (sides == side)
        code = (
            np.argmax(rng.random(fits.shape) * fits, axis=1)
            if fits.shape[1]
            else np.zeros(len(tests), dtype=int)
        )
        picked.append(np.where(fits.any(axis=1), code, len(known) - 1))
    return pa.array(known[np.stack(picked, axis=1).ravel()].tolist(), type=pa.string())
