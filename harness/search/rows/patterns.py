"""Rows in which many inputs follow one pattern: all at an end of their range, all missing, and in a row of
inputs that are alike one run of a value."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby, product

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from harness.schema import Input, Kind, Scalar
from harness.search.rows.mixed import drawn
from harness.search.rows.pools import Pool
from harness.search.rows.space import Space, with_column

Rng = np.random.Generator

BACKGROUNDS = 3  # that a pattern is laid over
EXTREMES = 64  # rows of ends at random
ABSENCES = 256  # ways in which values are missing, at most
LEAST_ALIKE = 3  # inputs side by side that make a row
RUN_VALUES = 6  # values that a run has, and its neighbours
RUNS = 6_000  # rows of runs for one row of inputs, at most
CHAINS = 2_000  # rows in which a value mostly goes on to the next input


def patterns(space: Space, rng: Rng) -> Iterator[pa.RecordBatch]:
    """All of these rows, legal or not by the constraints."""
    yield _extremes(space, rng)
    yield from _absences(space, rng)
    for inputs in _alike(space):
        yield _runs(space, inputs, rng)


def _extremes(space: Space, rng: Rng) -> pa.RecordBatch:
    """Rows with every ordered input at an end of its range: all at the least or all at the greatest, one of
    them at the other end, and ends at random. What adds up many inputs goes farthest there."""
    ordered = [one for one in space.schema if one.kind.ordered]
    high = _sides(len(ordered), EXTREMES, rng)
    batch, rows = _backgrounds(space, len(high))
    for one, side in zip(ordered, high.T, strict=True):
        ends = pa.array(list(one.bounds or ()), type=one.arrow_type)
        batch = with_column(batch, one.name, ends.take(pa.array(side[rows])))
    return batch


def _absences(space: Space, rng: Rng) -> Iterator[pa.RecordBatch]:
    """Rows with values missing in all ways, or in many: all that may be missing, all but one, one, and at
    random."""
    may = [one for one in space.schema if one.missing]
    if not may:
        return
    if 2 ** len(may) <= ABSENCES:
        absent = np.array(list(product((0, 1), repeat=len(may))), dtype=np.int64)
    else:
        absent = _sides(len(may), max(0, ABSENCES - 2 * len(may) - 2), rng)
    batch, rows = _backgrounds(space, len(absent))
    for one, side in zip(may, absent.T, strict=True):
        column = batch.column(one.name)
        where = np.where(side[rows] == 1, -1, np.arange(len(rows)))
        batch = with_column(batch, one.name, column.take(pa.array(where, mask=where < 0)))
    yield batch


def _sides(count: int, random: int, rng: Rng) -> npt.NDArray[np.int64]:
    """Zeros and ones, shape ``(rows, count)``: all zero, all one, one of them, all but one, and at random."""
    fixed = [np.zeros((1, count)), np.ones((1, count)), np.eye(count), 1 - np.eye(count)]
    return np.concatenate([*fixed, rng.random((random, count)) < 0.5]).astype(np.int64)


def _backgrounds(space: Space, count: int) -> tuple[pa.RecordBatch, npt.NDArray[np.int64]]:
    """Each of so many patterns over a few backgrounds: the rows, and which pattern each is of."""
    used = min(BACKGROUNDS, space.backgrounds.num_rows)
    batch = space.backgrounds.take(pa.array(np.tile(np.arange(used), count)))
    return batch, np.repeat(np.arange(count), used)


def _alike(space: Space) -> list[list[Input]]:
    """Inputs that stand side by side and take the same values: months, scores, instalments."""
    rows = [list(group) for _, group in groupby(space.schema, key=_sort)]
    return [inputs for inputs in rows if len(inputs) >= LEAST_ALIKE]


def _sort(one: Input) -> tuple[object, ...]:
    return (
        one.kind,
        one.bounds if one.kind.ordered else None,
        one.missing,
        one.special,
        one.levels,
        one.unseen,
    )


def _runs(space: Space, inputs: list[Input], rng: Rng) -> pa.RecordBatch:
    """Random rows with one run of a value among others of another value, wherever it begins and ends; rows in
    which a value mostly goes on to the next input; and ascending and descending ones."""
    count, pools = len(inputs), [space.pools[one.name] for one in inputs]
    values = _telling(pools[0], rng)
    first, last, inside, outside = (
        axis.ravel()
        for axis in np.meshgrid(
            np.arange(count), np.arange(count), np.arange(len(values)), np.arange(len(values)), indexing="ij"
        )
    )
    kept = np.flatnonzero((first <= last) & (inside != outside))
    if len(kept) > RUNS:
        kept = np.sort(rng.choice(kept, size=RUNS, replace=False))
    place = np.arange(count)
    within = (place >= first[kept, None]) & (place <= last[kept, None])
    runs = np.where(within, inside[kept, None], outside[kept, None])
    chosen = np.concatenate([runs, _chains(count, len(values), rng)])
    if inputs[0].kind.ordered and None not in values:
        ordered = np.sort(chosen[rng.integers(len(chosen), size=CHAINS // 4)], axis=1)
        chosen = np.concatenate([chosen, ordered, ordered[:, ::-1]])
    base = drawn(space, rng, len(chosen))
    for one, column in zip(inputs, chosen.T, strict=True):
        base = with_column(base, one.name, pools[0].array(values).take(pa.array(column)))
    return base


def _chains(count: int, values: int, rng: Rng) -> npt.NDArray[np.int64]:
    """Rows of shape ``(CHAINS, count)`` in which each value goes on to the next place four times in five."""
    drawn = rng.integers(values, size=(CHAINS, count))
    stays = rng.random((CHAINS, count)) < 0.8
    stays[:, 0] = False
    whence = np.maximum.accumulate(np.where(stays, 0, np.arange(count)), axis=1)
    chained: npt.NDArray[np.int64] = np.take_along_axis(drawn, whence, axis=1)
    return chained


def _telling(pool: Pool, rng: Rng) -> list[Scalar | None]:
    """A few values: missing if it may be, the ends of the range, and what forms name."""
    main = list(pool.main)
    ends = list(pool.input.bounds or ()) if pool.input.kind is not Kind.BOOL else []
    first = [v for v in main if v is None or v in ends][:3]
    rest = [v for v in main if v not in first]
    size = min(len(rest), RUN_VALUES - len(first))
    return [*first, *(rest[i] for i in sorted(rng.choice(len(rest), size=size, replace=False)))]
