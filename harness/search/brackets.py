"""Pairs of rows that differ in one input and in what is seen of them, drawn together by bisection until the
two values adjoin."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from harness.schema import Input, Kind, Schema
from harness.search.pools import Pool
from harness.search.simple import between, from_number, to_number

Mask = npt.NDArray[np.bool_]
Rows = npt.NDArray[np.int64]
Number = float | int

STEPS = 66  # halvings: as many as separate any two doubles
GRID = 9  # values of an input over each row


@dataclass(slots=True)
class Brackets:
    """Rows ``base``, in each of which one input (``names``) has two values, ``low`` and ``high``."""

    base: pa.RecordBatch
    names: npt.NDArray[np.object_]
    low: list[Number]
    high: list[Number]

    def __len__(self) -> int:
        return len(self.names)

    def take(self, rows: Rows) -> Brackets:
        """Some of them."""
        return Brackets(
            self.base.take(pa.array(rows)),
            self.names[rows],
            [self.low[i] for i in rows],
            [self.high[i] for i in rows],
        )

    def at(self, schema: Schema, values: Sequence[Number]) -> pa.RecordBatch:
        """The rows with their input set to given values."""
        arrays = []
        for one in schema:
            column = self.base.column(one.name)
            mine = self.names == one.name
            if mine.any():
                moved = [from_number(v, one.kind) for v, hit in zip(values, mine, strict=True) if hit]
                where = np.where(mine, len(column) + np.cumsum(mine) - 1, np.arange(len(column)))
                column = pa.concat_arrays([column, pa.array(moved, type=one.arrow_type)])
                column = column.take(pa.array(where))
            arrays.append(column)
        return pa.RecordBatch.from_arrays(arrays, schema=schema.arrow)

    def close(self, schema: Schema, differs: Callable[[pa.RecordBatch, Rows], Mask | None]) -> None:
        """Halve until low and high adjoin. ``differs(rows, which)`` says of rows in the middle of some
        brackets which are seen otherwise than their low ends (None: nothing can be seen any more)."""
        for _ in range(STEPS):
            middles = [
                between(low, high, schema[name].kind)
                for name, low, high in zip(self.names, self.low, self.high, strict=True)
            ]
            which = np.flatnonzero([m is not None for m in middles])
            if not len(which):
                return
            values = [m for m in middles if m is not None]
            above = differs(self.take(which).at(schema, values), which)
            if above is None:
                return
            for value, index, moved in zip(values, which, above, strict=True):
                if moved:
                    self.high[index] = value
                else:
                    self.low[index] = value


def grid(one: Input, pool: Pool, rng: np.random.Generator, rows: int) -> npt.NDArray[np.float64 | np.int64]:
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


def swept(
    one: Input, pool: Pool, rng: np.random.Generator, base: pa.RecordBatch
) -> tuple[pa.RecordBatch, npt.NDArray[np.float64 | np.int64]]:
    """Each row GRID times, with the values of a grid of its own in one input; and those values, flat."""
    values = grid(one, pool, rng, base.num_rows).ravel()
    column = pa.array([from_number(v, one.kind) for v in values.tolist()], type=one.arrow_type)
    rows = base.take(pa.array(np.repeat(np.arange(base.num_rows), GRID)))
    at = rows.schema.get_field_index(one.name)
    return rows.set_column(at, rows.schema.field(one.name), column), values


def number_of(value: float | int, kind: Kind) -> Number:
    """A value of a grid as a plain number of its kind."""
    return float(value) if kind is Kind.FLOAT else int(value)
