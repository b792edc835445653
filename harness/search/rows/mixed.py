"""Random rows, and rows in which some cells hold interesting values."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from harness.schema import Input, Kind
from harness.search.rows.pools import Pool
from harness.search.rows.space import Space, concat, legal
from harness.search.rows.texts import composed
from harness.search.simple import from_number, to_number

Rng = np.random.Generator


def mixed_rows(space: Space, rows: int, seed: int) -> pa.RecordBatch:
    """About so many legal rows: half random, half with interesting values among them."""
    rng = np.random.default_rng([seed, 4])
    parts = [drawn(space, rng, rows - rows // 2), mixed(space, rng, rows // 2)]
    return legal(space.schema, concat(space.schema, parts))


def self_check_rows(space: Space, seed: int) -> pa.RecordBatch:
    """Legal rows of every kind, few: backgrounds, random ones, mixtures with missing and special values."""
    rng = np.random.default_rng([seed, 2])
    parts = [space.backgrounds, drawn(space, rng, 100), mixed(space, rng, 200)]
    return legal(space.schema, concat(space.schema, parts))


def mixture(space: Space, rows: int, seed: int) -> pa.RecordBatch:
    """So many rows, legal or not by the constraints, in which some cells hold interesting values."""
    return mixed(space, np.random.default_rng([seed, 7]), rows)


def random_rows(space: Space, rows: int, seed: int) -> pa.RecordBatch:
    """Legal rows drawn at random, at most ``rows``: for timing, where no data is named."""
    return legal(space.schema, drawn(space, np.random.default_rng(seed), rows))


def mixed(space: Space, rng: Rng, rows: int) -> pa.RecordBatch:
    """Rows in which some cells, few or many, hold interesting values, over random or given backgrounds."""
    share = rng.choice([0.15, 0.4, 0.8], size=rows)
    base = space.backgrounds.take(pa.array(rng.integers(space.backgrounds.num_rows, size=rows)))
    random = drawn(space, rng, rows)
    arrays = []
    for one in space.schema:
        pool = space.pools[one.name]
        values = pool.array(pool.values)
        picked = values.take(pa.array(_pick(pool, rng, rows)))
        source = np.where(rng.random(rows) < share, 0, np.where(rng.random(rows) < 0.5, 1, 2))
        stacked = pa.concat_arrays([picked, base.column(one.name), random.column(one.name)])
        arrays.append(stacked.take(pa.array(source * rows + np.arange(rows))))
    return pa.RecordBatch.from_arrays(arrays, schema=space.schema.arrow)


def _pick(pool: Pool, rng: Rng, rows: int) -> npt.NDArray[np.int64]:
    """Indices into ``pool.values``: mostly main values, some adjacent, a few farther off."""
    sizes = [len(pool.main), len(pool.near), len(pool.far)]
    starts = [0, sizes[0], sizes[0] + sizes[1]]
    weights = np.array([0.65 if sizes[0] else 0, 0.25 if sizes[1] else 0, 0.10 if sizes[2] else 0])
    tier = rng.choice(3, size=rows, p=weights / weights.sum())
    within = rng.random(rows)
    picked: npt.NDArray[np.int64] = np.array(starts)[tier] + (within * np.array(sizes)[tier]).astype(np.int64)
    return picked


def drawn(space: Space, rng: Rng, rows: int) -> pa.RecordBatch:
    """Rows drawn over the whole legal range; with data, half the cells come from its columns."""
    arrays = []
    for one in space.schema:
        column = _random_column(one, space.pools[one.name], rng, rows)
        if space.data is not None and space.data.num_rows:
            seen = space.data.column(one.name).take(pa.array(rng.integers(space.data.num_rows, size=rows)))
            source = (rng.random(rows) < 0.5).astype(np.int64)
            column = pa.concat_arrays([column, seen]).take(pa.array(source * rows + np.arange(rows)))
        arrays.append(column)
    return pa.RecordBatch.from_arrays(arrays, schema=space.schema.arrow)


def _random_column(one: Input, pool: Pool, rng: Rng, rows: int) -> pa.Array:
    absent = rng.random(rows) < (0.03 if one.missing else 0.0)
    if one.kind is Kind.BOOL:
        return pa.array(rng.random(rows) < 0.5, mask=absent)
    if one.kind.textual:
        texts = [v for v in pool.main if v is not None]
        if one.kind is Kind.STRING:
            texts += composed(pool.words, rng, rows)
        chosen = rng.integers(len(texts), size=rows)
        return pool.array(texts).take(pa.array(chosen, mask=absent))
    assert one.bounds is not None
    low, high = (to_number(v) for v in one.bounds)
    if one.kind is Kind.FLOAT:
        return pa.array(_random_floats(float(low), float(high), rng, rows), mask=absent)
    whole = rng.integers(int(low), int(high), size=rows, endpoint=True)
    small = np.clip(rng.integers(-100, 1000, size=rows), int(low), int(high))
    numbers = np.where(rng.random(rows) < 0.8, whole, small)
    if one.kind is Kind.INT:
        return pa.array(numbers, type=pa.int64(), mask=absent)
    times = [from_number(int(v), one.kind) for v in numbers]
    return pa.array([None if gone else t for t, gone in zip(times, absent, strict=True)], type=one.arrow_type)


def _random_floats(low: float, high: float, rng: Rng, rows: int) -> npt.NDArray[np.float64]:
    """Uniform over the range; log-uniform in magnitude; and rounded to few decimals."""
    uniform = low + (high - low) * rng.random(rows)
    magnitude = np.exp(rng.uniform(np.log(1e-3), np.log(max(abs(low), abs(high), 1e-2)), size=rows))
    logarithmic = np.clip(magnitude * rng.choice([-1.0, 1.0], size=rows), low, high)
    values = np.where(rng.random(rows) < 0.7, uniform, logarithmic)
    digits = rng.integers(0, 3, size=rows)
    rounded = np.clip(np.round(values * 10.0**digits) / 10.0**digits, low, high)
    return np.where(rng.random(rows) < 0.5, values, rounded)
