"""Rows put into regions: values inside and at the ends, over mixtures of what the regions leave open."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from harness.forest import Floats, Forest, Mask
from harness.schema import Input, Kind
from harness.search.rows.regions import Regions, clipped, legal_codes
from harness.search.rows.space import Space
from harness.search.simple import to_number

INSIDE, AT_LOW, AT_HIGH = range(3)

_MICROSECONDS = 1_000_000

Rng = np.random.Generator


def numbers_of(column: pa.Array) -> Floats:
    """The numbers that an ordered or boolean column stands for (days, seconds), NaN where missing."""
    if pa.types.is_date32(column.type):
        column = column.cast(pa.int32())
    elif pa.types.is_timestamp(column.type):
        column = pc.divide(column.cast(pa.int64()), _MICROSECONDS)
    return np.asarray(column.cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False), dtype=np.float64)


def column_of(numbers: Floats, one: Input) -> pa.Array:
    """The column that numbers stand for; NaN is missing."""
    missing = np.isnan(numbers)
    if one.kind is Kind.FLOAT:
        return pa.array(numbers, mask=missing)
    whole = np.where(missing, 0, numbers).astype(np.int64)
    if one.kind is Kind.BOOL:
        return pa.array(whole != 0, mask=missing)
    if one.kind is Kind.INT:
        return pa.array(whole, mask=missing)
    if one.kind is Kind.DATE:
        return pa.array(whole.astype(np.int32), mask=missing).cast(pa.date32())
    return pa.array(whole * _MICROSECONDS, mask=missing).cast(one.arrow_type)


def codes_of(column: pa.Array, levels: tuple[str, ...], other: int) -> Floats:
    """The columns of ``Forest.sides`` that texts have; NaN where missing."""
    found = pc.index_in(column, value_set=pa.array(levels, type=column.type))
    codes = np.asarray(pc.fill_null(found, other).to_numpy(zero_copy_only=False), dtype=np.float64)
    codes[column.is_null().to_numpy(zero_copy_only=False)] = np.nan
    return codes


def values_of(forest: Forest, batch: pa.RecordBatch) -> Floats:
    """What a forest sees of rows: see :func:`harness.forest.walk`."""
    seen = np.empty((len(forest.inputs), batch.num_rows))
    for number, (name, levels) in enumerate(zip(forest.inputs, forest.levels, strict=True)):
        column = batch.column(name)
        seen[number] = (
            numbers_of(column) if levels is None else codes_of(column, levels, forest.sides.shape[1] - 1)
        )
    return seen


def known_numbers(space: Space) -> Mapping[str, Floats]:
    """The interesting values of each ordered input, as sorted numbers."""
    return {
        one.name: np.unique([float(to_number(v)) for v in space.pools[one.name].main if v is not None])
        for one in space.schema
        if not one.kind.textual
    }


def place(
    space: Space,
    known: Mapping[str, Floats],
    forest: Forest,
    found: Regions,
    base: pa.RecordBatch,
    where: npt.NDArray[np.int64],
    rng: Rng,
) -> pa.RecordBatch:
    """Rows (as many as ``base``, one a region) that lie in their regions.

    ``where`` says for each row whether its numbers are inside their intervals or at an end. What a region
    does not narrow stays as it is in ``base``.
    """
    for number, name in enumerate(forest.inputs):
        one = space.schema[name]
        old = base.column(name)
        absent = old.is_null().to_numpy(zero_copy_only=False)
        stay = absent & found.may[number] & ~found.must[number]
        if forest.levels[number] is None:
            narrowed = (found.low[number] > -np.inf) | (found.high[number] < np.inf)
            column = column_of(_numbers(known[name], one, number, found, where, rng), one)
        else:
            column, narrowed = _texts(space, forest, number, found, rng)
        change = (narrowed | absent | found.must[number]) & ~(stay & ~narrowed)
        fresh = pc.if_else(pa.array(change), column, old)
        at = base.schema.get_field_index(name)
        base = base.set_column(at, base.schema.field(at), fresh)
    return base


def _numbers(
    known: Floats, one: Input, number: int, found: Regions, where: npt.NDArray[np.int64], rng: Rng
) -> Floats:
    """A legal number in each region, NaN where it must be missing, or has none."""
    low, high = clipped(one, found.low[number], found.high[number])
    fits: Mask = low <= high
    width = np.where(fits, high - low, 0.0)
    drawn = low + width * rng.random(len(low))
    if one.kind is not Kind.FLOAT:
        drawn = np.floor(low + (width + 1) * rng.random(len(low)))
    drawn = np.where(rng.random(len(low)) < 0.5, _known(known, low, high, drawn, rng), drawn)
    chosen = np.where(where == AT_LOW, low, np.where(where == AT_HIGH, high, np.clip(drawn, low, high)))
    for special in one.special:
        value = float(to_number(special))
        inside = (found.low[number] <= value) & (value <= found.high[number])
        chosen = np.where(inside & (~fits | (rng.random(len(low)) < 0.1)), value, chosen)
        fits = np.logical_or(fits, inside)
    gone = found.must[number] | ~fits
    return np.where(gone, np.nan, chosen)


def _known(known: Floats, low: Floats, high: Floats, drawn: Floats, rng: Rng) -> Floats:
    """An interesting value within each interval, or what was drawn where none lies there."""
    first, last = np.searchsorted(known, low, "left"), np.searchsorted(known, high, "right")
    picked = first + np.floor((last - first) * rng.random(len(low))).astype(np.int64)
    some = last > first
    return np.where(some, known[np.where(some, picked, 0)] if len(known) else drawn, drawn)


def _texts(space: Space, forest: Forest, number: int, found: Regions, rng: Rng) -> tuple[pa.Array, Mask]:
    """An allowed text in each region (null where none is), and where not every one is allowed."""
    name = forest.inputs[number]
    levels = forest.levels[number] or ()
    allowed = found.allowed[number]
    code = np.argmax(rng.random(allowed.shape) * allowed, axis=1)
    others = [v for v in space.pools[name].main if isinstance(v, str) and v not in levels] or ["zzz"]
    texts = np.array([*levels, *others], dtype=object)
    at_other = code == forest.sides.shape[1] - 1
    picked = np.where(at_other, len(levels) + rng.integers(len(others), size=len(code)), code)
    gone = np.logical_or(found.must[number], ~allowed.any(axis=1))
    legal = sorted(legal_codes(forest, number, space.schema))
    narrowed: Mask = np.logical_not(allowed[:, legal].all(axis=1))
    column = pa.array(texts[np.where(gone, 0, picked)].tolist(), mask=gone, type=pa.string())
    return column, narrowed
