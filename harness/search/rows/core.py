"""Whole batches of legal rows, seeded: one input at a time, pairs, mixtures, and random fill.

The core (:func:`core`) is finite and always run to its end; :func:`fill` goes on for as long as asked.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, islice

import numpy as np
import pyarrow as pa

from harness.legal import legal_values
from harness.search.rows.derived import Pair, derived_pairs
from harness.search.rows.mixed import drawn, mixed
from harness.search.rows.patterns import patterns
from harness.search.rows.pools import Pool
from harness.search.rows.space import PAIR_VALUES, Effort, Space, batches, concat, legal, with_column

Rng = np.random.Generator

TRIOS = 4  # threes of inputs in one batch
TRIO_VALUES = 10  # values of one input that are tried together with two others'


def core(space: Space, seed: int, effort: Effort) -> Iterator[pa.RecordBatch]:
    """The finite part of the search, in batches of legal rows: every interesting value over several
    backgrounds, pairs of them, and mixtures."""
    rng = np.random.default_rng(seed)
    yield from batches(space, _singles(space, effort), effort.batch)
    yield from batches(space, patterns(space, rng), effort.batch)
    yield from batches(space, _pairs(space, rng, effort), effort.batch)
    yield from batches(space, iter([mixed(space, rng, effort.mixtures)]), effort.batch)
    yield from batches(space, _derived(space, rng, effort), effort.batch)


def fill(space: Space, seed: int, rows: int) -> Iterator[pa.RecordBatch]:
    """Random rows, mixtures, and three interesting values at once, in turn and without end."""
    rng = np.random.default_rng([seed, 1])
    threes = _threes(space, rng, max(1, rows // TRIOS))
    while True:
        several = list(islice(threes, TRIOS))
        made = [drawn(space, rng, rows), mixed(space, rng, rows)]
        for batch in [*made, concat(space.schema, several)] if several else made:
            kept = legal(space.schema, batch)
            if kept.num_rows:
                yield kept


def _singles(space: Space, effort: Effort) -> Iterator[pa.RecordBatch]:
    total = sum(len(pool.values) for pool in space.pools.values())
    used = int(np.clip(effort.singles // max(1, total), 1, space.backgrounds.num_rows))
    for name, pool in space.pools.items():
        values = pool.array(pool.values)
        rows = np.tile(np.arange(used), len(values))
        base = space.backgrounds.take(pa.array(rows))
        yield with_column(base, name, values.take(pa.array(np.repeat(np.arange(len(values)), used))))


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
        base = mixed(space, rng, len(members))
        columns = [
            space.pools[name].array([m.values[i] for m in members]) for i, name in enumerate((first, second))
        ]
        batch = with_column(with_column(base, first, columns[0]), second, columns[1])
        yield batch.filter(pa.array(legal_values(columns[0], space.schema[first])))
