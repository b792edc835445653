"""Whole batches of legal rows, seeded: one input at a time, pairs, mixtures, and random fill.

The core (:func:`core`) is finite and always run to its end; :func:`fill` goes on for as long as asked.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations, islice

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from harness.forest import Forest
from harness.legal import holding_rows, legal_values
from harness.protocols import Entry
from harness.schema import Input, Kind, Scalar, Schema
from harness.search.derived import Pair, derived_pairs
from harness.search.pools import Pool
from harness.search.simple import from_number, to_number

Rng = np.random.Generator

BACKGROUNDS = 6
PAIR_VALUES = 24  # values of one input that are paired with another's
EXTREMES, EXTREME_BACKGROUNDS = 64, 3  # rows of ends at random, and what they are laid over
TRIOS = 4  # threes of inputs in one batch
TRIO_VALUES = 10  # values of one input that are tried together with two others'


@dataclass(frozen=True, slots=True)
class Effort:
    """How large a batch may be, and what share of the usual rows the core takes (slow forms: less).

    Whatever the share, every interesting value is tried at least once.
    """

    batch: int = 8_192
    share: float = 1.0
    rate: float = field(default=math.inf, compare=False)  # rows a second of the slowest form
    call_s: float = field(default=0.0, compare=False)  # seconds that it takes for a single row

    @property
    def singles(self) -> int:
        """Rows spent on single values, over all inputs."""
        return int(60_000 * self.share)

    @property
    def pairs(self) -> int:
        """Rows spent on pairs of values, over all pairs of inputs."""
        return int(60_000 * self.share)

    @property
    def derived(self) -> int:
        """Rows in which two inputs together meet a number that a form names."""
        return int(30_000 * self.share)

    @property
    def entries(self) -> int:
        """Rows that meet the entries of tables."""
        return int(30_000 * self.share)

    @property
    def mixtures(self) -> int:
        """Rows in which several inputs are interesting at once."""
        return int(16_384 * self.share)

    def rows(self, space: Space) -> int:
        """About how many rows the core has."""
        values = sum(len(pool.values) for pool in space.pools.values())
        inputs = len(space.schema)
        paired = min(self.pairs, inputs * (inputs - 1) // 2 * PAIR_VALUES**2)
        return max(values, min(self.singles, values * BACKGROUNDS)) + paired + self.mixtures + self.derived


@dataclass(frozen=True, slots=True)
class Space:
    """Everything rows are made from: the schema, the pools, and rows to start from."""

    schema: Schema
    pools: Mapping[str, Pool]
    backgrounds: pa.RecordBatch
    data: pa.RecordBatch | None = None
    constants: tuple[float | int, ...] = ()  # numbers that the forms name
    forests: tuple[Forest, ...] = ()  # trees that forms are known to walk
    entries: tuple[Entry, ...] = ()  # entries of tables that forms hold

    @property
    def plain(self) -> dict[str, Scalar | None]:
        """The plainest background, by input name."""
        row: dict[str, Scalar | None] = self.backgrounds.slice(0, 1).to_pylist()[0]
        return row


class NoLegalRowError(ValueError):
    """No row was found that keeps every constraint."""


def make_space(
    schema: Schema,
    pools: Mapping[str, Pool],
    data: pa.RecordBatch | None,
    seed: int,
    constants: Sequence[float | int] = (),
) -> Space:
    """Choose backgrounds: the plain row first, then rows of the data, else random ones.

    Raises NoLegalRowError where thousands of random rows all break a constraint.
    """
    rng = np.random.default_rng(seed)
    plain = schema.batch({name: [pool.plain] for name, pool in pools.items()})
    parts = [plain]
    if data is not None and data.num_rows:
        chosen = rng.choice(data.num_rows, size=min(BACKGROUNDS * 4, data.num_rows), replace=False)
        parts.append(data.take(pa.array(chosen)))
    space = Space(schema, pools, plain, data)
    parts += [_random(space, rng, 256), _mixture(space, rng, 256)]
    legal = _legal(schema, concat(schema, parts))
    tries = 0
    while legal.num_rows == 0:
        tries += 1
        if tries > 40:
            rules = "; ".join(schema.constraints)
            raise NoLegalRowError(
                f"no legal row found in 20,000 tries: do the constraints contradict? ({rules})"
            )
        legal = _legal(schema, concat(schema, [_random(space, rng, 256), _mixture(space, rng, 256)]))
    return Space(schema, pools, legal.slice(0, BACKGROUNDS), data, tuple(constants))


def core(space: Space, seed: int, effort: Effort) -> Iterator[pa.RecordBatch]:
    """The finite part of the search, in batches of legal rows: every interesting value over several
    backgrounds, pairs of them, and mixtures."""
    rng = np.random.default_rng(seed)
    yield from batches(space, _singles(space, effort), effort.batch)
    yield from batches(space, iter([_extremes(space, rng)]), effort.batch)
    yield from batches(space, _pairs(space, rng, effort), effort.batch)
    yield from batches(space, iter([_mixture(space, rng, effort.mixtures)]), effort.batch)
    yield from batches(space, _derived(space, rng, effort), effort.batch)


def fill(space: Space, seed: int, rows: int) -> Iterator[pa.RecordBatch]:
    """Random rows, mixtures, and three interesting values at once, in turn and without end."""
    rng = np.random.default_rng([seed, 1])
    threes = _threes(space, rng, max(1, rows // TRIOS))
    while True:
        several = list(islice(threes, TRIOS))
        made = [_random(space, rng, rows), _mixture(space, rng, rows)]
        for batch in [*made, concat(space.schema, several)] if several else made:
            legal = _legal(space.schema, batch)
            if legal.num_rows:
                yield legal


def mixed_rows(space: Space, rows: int, seed: int) -> pa.RecordBatch:
    """About so many legal rows: half random, half with interesting values among them."""
    rng = np.random.default_rng([seed, 4])
    parts = [_random(space, rng, rows - rows // 2), _mixture(space, rng, rows // 2)]
    return _legal(space.schema, concat(space.schema, parts))


def self_check_rows(space: Space, seed: int) -> pa.RecordBatch:
    """Legal rows of every kind, few: backgrounds, random ones, mixtures with missing and special values."""
    rng = np.random.default_rng([seed, 2])
    parts = [space.backgrounds, _random(space, rng, 100), _mixture(space, rng, 200)]
    return _legal(space.schema, concat(space.schema, parts))


def mixture(space: Space, rows: int, seed: int) -> pa.RecordBatch:
    """So many rows, legal or not by the constraints, in which some cells hold interesting values."""
    return _mixture(space, np.random.default_rng([seed, 7]), rows)


def random_rows(space: Space, rows: int, seed: int) -> pa.RecordBatch:
    """Legal rows drawn at random, at most ``rows``: for timing, where no data is named."""
    return _legal(space.schema, _random(space, np.random.default_rng(seed), rows))


def batches(space: Space, parts: Iterable[pa.RecordBatch], size: int) -> Iterator[pa.RecordBatch]:
    """Gather parts into batches of about so many rows, legal rows only."""
    waiting: list[pa.RecordBatch] = []
    count = 0
    for part in parts:
        for start in range(0, part.num_rows, size):
            legal = _legal(space.schema, part.slice(start, size))
            waiting.append(legal)
            count += legal.num_rows
            if count >= size:
                yield concat(space.schema, waiting)
                waiting, count = [], 0
    if count:
        yield concat(space.schema, waiting)


def _legal(schema: Schema, batch: pa.RecordBatch) -> pa.RecordBatch:
    if not schema.constraints:
        return batch
    return batch.filter(pa.array(holding_rows(batch, schema)))


def concat(schema: Schema, parts: Sequence[pa.RecordBatch]) -> pa.RecordBatch:
    """Batches one after the other."""
    arrays = [pa.concat_arrays([part.column(one.name) for part in parts]) for one in schema]
    return pa.RecordBatch.from_arrays(arrays, schema=schema.arrow)


def with_column(base: pa.RecordBatch, name: str, column: pa.Array) -> pa.RecordBatch:
    """The rows with another column in the place of one."""
    return base.set_column(base.schema.get_field_index(name), base.schema.field(name), column)


def _singles(space: Space, effort: Effort) -> Iterator[pa.RecordBatch]:
    total = sum(len(pool.values) for pool in space.pools.values())
    used = int(np.clip(effort.singles // max(1, total), 1, space.backgrounds.num_rows))
    for name, pool in space.pools.items():
        values = pool.array(pool.values)
        rows = np.tile(np.arange(used), len(values))
        base = space.backgrounds.take(pa.array(rows))
        yield with_column(base, name, values.take(pa.array(np.repeat(np.arange(len(values)), used))))


def _extremes(space: Space, rng: Rng) -> pa.RecordBatch:
    """Rows with every ordered input at an end of its range: all at the least or all at the greatest, one of
    them at the other end, and ends at random. What adds up many inputs goes farthest there."""
    ordered = [one for one in space.schema if one.kind.ordered]
    count = len(ordered)
    ends = [np.zeros((1, count)), np.ones((1, count)), np.eye(count), 1 - np.eye(count)]
    high = np.concatenate([*ends, rng.random((EXTREMES, count)) < 0.5]).astype(np.int64)
    backgrounds = min(EXTREME_BACKGROUNDS, space.backgrounds.num_rows)
    rows = np.tile(np.arange(backgrounds), len(high))
    batch = space.backgrounds.take(pa.array(rows))
    for one, side in zip(ordered, high.T, strict=True):
        bounds = pa.array(list(one.bounds or ()), type=one.arrow_type)
        batch = with_column(batch, one.name, bounds.take(pa.array(np.repeat(side, backgrounds))))
    return batch


def _pairs(space: Space, rng: Rng, effort: Effort) -> Iterator[pa.RecordBatch]:
    """Two interesting values at once, over one background a pair of inputs."""
    couples = list(combinations(space.pools.values(), 2))
    if not couples:
        return
    allowance = max(8, effort.pairs // len(couples))
    for number, (first, second) in enumerate(couples):
        a, b = (_few(pool, rng, PAIR_VALUES) for pool in (first, second))
        left, right = (g.ravel() for g in np.meshgrid(np.arange(len(a)), np.arange(len(b)), indexing="ij"))
        if len(left) > allowance:
            kept = rng.choice(len(left), size=allowance, replace=False)
            left, right = left[kept], right[kept]
        background = number % space.backgrounds.num_rows
        base = space.backgrounds.take(pa.array(np.full(len(left), background)))
        base = with_column(base, first.input.name, a.take(pa.array(left)))
        yield with_column(base, second.input.name, b.take(pa.array(right)))


def _threes(space: Space, rng: Rng, most: int) -> Iterator[pa.RecordBatch]:
    """Three interesting values at once, in all ways or at most so many, over one background for each three of
    the inputs; again and again with other values and backgrounds."""
    trios = list(combinations(space.pools.values(), 3))
    while trios:
        for number in rng.permutation(len(trios)):
            pools = trios[number]
            values = [_few(pool, rng, TRIO_VALUES) for pool in pools]
            grid = np.meshgrid(*(np.arange(len(one)) for one in values), indexing="ij")
            chosen = np.stack([axis.ravel() for axis in grid])
            if chosen.shape[1] > most:
                chosen = chosen[:, rng.choice(chosen.shape[1], size=most, replace=False)]
            background = int(rng.integers(space.backgrounds.num_rows))
            batch = space.backgrounds.take(pa.array(np.full(chosen.shape[1], background)))
            for pool, column, index in zip(pools, values, chosen, strict=True):
                batch = with_column(batch, pool.input.name, column.take(pa.array(index)))
            yield batch


def _few(pool: Pool, rng: Rng, most: int) -> pa.Array:
    """At most so many of the main values; missing, special and levels are half of them."""
    values = list(pool.main)
    if len(values) > most:
        first = [v for v in values if v is None or v in pool.input.special or v in pool.input.levels]
        first = [first[i] for i in sorted(rng.permutation(len(first))[: most // 2])]
        rest = [v for v in values if v not in first]
        chosen = rng.choice(len(rest), size=most - len(first), replace=False)
        values = first + [rest[i] for i in sorted(chosen)]
    return pool.array(values)


def _derived(space: Space, rng: Rng, effort: Effort) -> Iterator[pa.RecordBatch]:
    """Rows in which two inputs together meet a number, over mixtures of the others."""
    pairs = derived_pairs(space.schema, dict(space.pools), space.constants, rng, effort.derived)
    by_inputs: dict[tuple[str, str], list[Pair]] = {}
    for pair in pairs:
        by_inputs.setdefault((pair.first, pair.second), []).append(pair)
    for (first, second), members in by_inputs.items():
        base = _mixture(space, rng, len(members))
        columns = [
            space.pools[name].array([m.values[i] for m in members]) for i, name in enumerate((first, second))
        ]
        batch = with_column(with_column(base, first, columns[0]), second, columns[1])
        legal = legal_values(columns[0], space.schema[first])
        yield batch.filter(pa.array(legal))


def _mixture(space: Space, rng: Rng, rows: int) -> pa.RecordBatch:
    """Rows in which some cells, few or many, hold interesting values, over random or given backgrounds."""
    share = rng.choice([0.15, 0.4, 0.8], size=rows)
    base = space.backgrounds.take(pa.array(rng.integers(space.backgrounds.num_rows, size=rows)))
    drawn = _random(space, rng, rows)
    arrays = []
    for one in space.schema:
        pool = space.pools[one.name]
        values = pool.array(pool.values)
        picked = values.take(pa.array(_pick(pool, rng, rows)))
        source = np.where(rng.random(rows) < share, 0, np.where(rng.random(rows) < 0.5, 1, 2))
        stacked = pa.concat_arrays([picked, base.column(one.name), drawn.column(one.name)])
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


def _random(space: Space, rng: Rng, rows: int) -> pa.RecordBatch:
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
        texts = pool.array([v for v in pool.main if v is not None])
        return texts.take(pa.array(rng.integers(len(texts), size=rows), mask=absent))
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
