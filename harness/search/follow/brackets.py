"""Pairs of rows that differ in one input and in what is seen of them, drawn together until the two values
adjoin."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from harness.schema import Input, Kind, Schema
from harness.search.positions import Positions, column, positions, spread
from harness.search.rows.pools import Pool
from harness.search.rows.space import concat
from harness.search.simple import to_number

Mask = npt.NDArray[np.bool_]
Rows = npt.NDArray[np.int64]

GRID = 9  # values of an input over each row
BITS = 64  # of a double: what halving takes at most
#: Values tried of each bracket in one step, by how long a call takes at least (seconds): a call that takes
#: long whatever its rows should rather have many than be repeated.
POINTS = ((0.01, 1), (0.03, 3), (0.15, 15), (math.inf, 63))


def points_for(call_s: float) -> int:
    """How many values of each bracket to try in one call, where a call takes so many seconds at least."""
    return next(points for least, points in POINTS if call_s < least)


def steps_of(points: int) -> int:
    """How many steps it takes until any two doubles adjoin."""
    return math.ceil(BITS / math.log2(points + 1)) + 2


@dataclass(slots=True)
class Brackets:
    """Rows ``base``, in each of which one input (``names``) has two values: those at ``low`` and at ``high``
    (see ``harness.search.positions``)."""

    base: pa.RecordBatch
    names: npt.NDArray[np.object_]
    low: Positions
    high: Positions

    def __len__(self) -> int:
        return len(self.names)

    def rows(self, schema: Schema, which: Rows, at: Positions) -> pa.RecordBatch:
        """The rows of some brackets (by number; some may be there often), with their input set to the value
        at a position."""
        base = self.base.take(pa.array(which))
        names = self.names[which]
        arrays = []
        for one in schema:
            values = base.column(one.name)
            mine = names == one.name
            if mine.any():
                place = np.where(mine, len(values) + np.cumsum(mine) - 1, np.arange(len(values)))
                values = pa.concat_arrays([values, column(at[mine], one)]).take(pa.array(place))
            arrays.append(values)
        return pa.RecordBatch.from_arrays(arrays, schema=schema.arrow)

    def ends(self, schema: Schema) -> pa.RecordBatch:
        """The rows at the low ends, then those at the high ends."""
        everything = np.arange(len(self))
        return concat(schema, [self.rows(schema, everything, at) for at in (self.low, self.high)])

    def close(
        self,
        schema: Schema,
        differs: Callable[[pa.RecordBatch, Rows], Mask | None],
        points: int = 1,
        until: float = math.inf,
    ) -> None:
        """Draw together until low and high adjoin, or the time (monotonic seconds) has come.

        ``differs(rows, which)`` says of rows between the ends of some brackets (``which`` numbers them) which
        are seen otherwise than their low ends (None: nothing can be seen any more); it is asked for
        ``points`` rows of each bracket at a time.
        """
        for _ in range(steps_of(points)):
            which = np.flatnonzero(self.high.view(np.uint64) - self.low.view(np.uint64) > 1)
            if not len(which) or time.monotonic() > until:
                return
            tried = spread(self.low[which], self.high[which], points)
            repeated = np.repeat(which, points)
            seen = differs(self.rows(schema, repeated, tried.ravel()), repeated)
            if seen is None:
                return
            ladder = np.column_stack([self.low[which], tried, self.high[which]])
            otherwise = np.column_stack([seen.reshape(tried.shape), np.ones(len(which), dtype=bool)])
            first = otherwise.argmax(axis=1)
            turn = np.arange(len(which))
            self.low[which], self.high[which] = ladder[turn, first], ladder[turn, first + 1]


@dataclass(frozen=True, slots=True)
class Sweep:
    """Rows, each GRID times over with ascending values of one input; ``names`` of that input, and the
    positions ``at`` of its value, shape ``(rows,)``."""

    rows: pa.RecordBatch
    names: npt.NDArray[np.object_]
    at: Positions

    def steps(self) -> Rows:
        """The numbers of the rows that the next one differs from by one step of their input."""
        return np.flatnonzero(np.arange(len(self.at)) % GRID != GRID - 1)

    def brackets(self, lower: Rows) -> Brackets:
        """Brackets between some rows (by number) and the next of each."""
        base = self.rows.take(pa.array(lower))
        return Brackets(base, self.names[lower], self.at[lower].copy(), self.at[lower + 1].copy())


def sweep(
    schema: Schema, pools: Mapping[str, Pool], rng: np.random.Generator, bases: Mapping[str, pa.RecordBatch]
) -> Sweep:
    """Each of some rows, by the ordered input that is varied over them, with a grid of values of its own."""
    parts, names, places = [], [], []
    for name, base in bases.items():
        one = schema[name]
        at = positions(_grid(one, pools[name], rng, base.num_rows).ravel(), one.kind)
        rows = base.take(pa.array(np.repeat(np.arange(base.num_rows), GRID)))
        index = rows.schema.get_field_index(name)
        parts.append(rows.set_column(index, rows.schema.field(index), column(at, one)))
        names.append(np.full(len(at), name, dtype=object))
        places.append(at)
    return Sweep(concat(schema, parts), np.concatenate(names), np.concatenate(places))


def _grid(one: Input, pool: Pool, rng: np.random.Generator, rows: int) -> npt.NDArray[np.float64 | np.int64]:
    """For each of so many rows an ascending grid of values of an ordered input, shape ``(rows, GRID)``: the
    range's ends, and values between them taken from the pool and at random."""
    assert one.bounds is not None
    low, high = (to_number(v) for v in one.bounds)
    pooled = [to_number(v) for v in pool.main if v is not None and v not in one.special]
    inside = np.array([v for v in pooled if low <= v <= high] or [low], dtype=float)
    drawn = rng.choice(inside, size=(rows, GRID - 2))
    uniform = low + (high - low) * rng.random((rows, GRID - 2))
    mixed = np.where(rng.random((rows, GRID - 2)) < 0.5, drawn, uniform)
    values = np.sort(
        np.concatenate([np.full((rows, 1), low), mixed, np.full((rows, 1), high)], axis=1), axis=1
    )
    return values if one.kind is Kind.FLOAT else np.floor(values).astype(np.int64)
