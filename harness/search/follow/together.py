"""Conditions that few rows fulfil, put together by giving rows the inputs of others that fulfil them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from harness.protocols import NOT_REACHED
from harness.search.follow.watcher import Mask, Seen, Watcher
from harness.search.rows.space import concat

Rows = npt.NDArray[np.int64]
Rng = np.random.Generator

RARE = 0.1  # share of the rows that reach a site, below which an outcome of it is rare
LEVELS = 6  # of joins in joins
CROSSED = 12  # rows for each way in which truths come out together
OVERLAID = 4  # rare outcomes that are put into one row, at most


def changes_of(watcher: Watcher, pool: Seen, rng: Rng) -> Mask | None:
    """Shape ``(sites, inputs, 2)``: whether a site came out otherwise when an input was given the values
    of other rows; of a site that joins two truths, whether the left one did, and the right one."""
    size = min(pool.rows.num_rows, max(16, watcher.most // (2 if watcher.alone else 4)))
    some = np.sort(rng.choice(pool.rows.num_rows, size=size, replace=False))
    base = pool.rows.take(pa.array(some))
    parts = []
    for position in range(len(watcher.space.schema.inputs)):
        others = pool.rows.column(position).take(pa.array(rng.integers(pool.rows.num_rows, size=size)))
        parts.append(base.set_column(position, base.schema.field(position), others))
    codes = watcher.codes(concat(watcher.space.schema, parts))
    if codes is None:
        return None
    before = watcher.padded(pool.codes[:, some])[:, None, :]
    after = codes.reshape(len(codes), len(parts), size)
    both = (after != NOT_REACHED) & (before != NOT_REACHED)
    other = np.where(both, after ^ before, 0)
    joins = watcher.joins[:, None, None]
    sides = [np.where(joins, other & bit, other) != 0 for bit in (2, 1)]
    changed: Mask = np.stack([side.any(axis=2) for side in sides], axis=2)
    return changed


def put_together(watcher: Watcher, pool: Seen, changes: Mask, rng: Rng) -> Iterator[Seen]:
    """Rows in which conditions come together that do so in few: at random, and wherever a form joins two
    truths, in the ways in which they have not come out together yet, one level after the other."""
    overlaid = watcher.seen(_overlaid(watcher, pool, np.any(changes, axis=2), rng))
    if overlaid is None:
        return
    yield overlaid
    pool = watcher.joined(pool, overlaid)
    for _ in range(LEVELS):
        crossed = _crossed(watcher, pool, changes, rng)
        made = None if crossed is None else watcher.seen(crossed)
        if made is None:
            return
        yield made
        before = _ways(watcher, pool)
        pool = watcher.joined(pool, made)
        if _ways(watcher, pool) == before:
            return


def _ways(watcher: Watcher, pool: Seen) -> int:
    """In how many ways truths have come out together."""
    return sum(len(np.unique(pool.codes[site])) for site in np.flatnonzero(watcher.joins))


def _crossed(watcher: Watcher, pool: Seen, changes: Mask, rng: Rng) -> pa.RecordBatch | None:
    """Rows on which one side of a join comes out in some way, with the inputs that the other side depends
    on of a row on which that comes out in some way: for each way that few rows have shown."""
    source = []
    for site in np.flatnonzero(watcher.joins[: len(changes)]):
        reached = pool.codes[site] != NOT_REACHED
        for way in range(4):
            shown = int((pool.codes[site] == way).sum())
            if shown > RARE * reached.sum():
                continue
            left = np.flatnonzero(reached & ((pool.codes[site] & 2) == (way & 2)))
            right = np.flatnonzero(reached & ((pool.codes[site] & 1) == (way & 1)))
            if not (len(left) and len(right)):
                continue
            for own, other, side in ((left, right, 1), (right, left, 0)):
                given = np.flatnonzero(changes[site, :, side])
                rows, donors = (rng.choice(one, size=CROSSED) for one in (own, other))
                cells = np.tile(rows, (len(watcher.space.schema.inputs), 1))
                cells[given] = donors
                source.append(cells)
    if not source:
        return None
    cells = np.concatenate(source, axis=1)
    if cells.shape[1] > watcher.most:
        cells = cells[:, np.sort(rng.choice(cells.shape[1], size=watcher.most, replace=False))]
    return _of_cells(watcher, pool, cells)


def _of_cells(watcher: Watcher, pool: Seen, source: Rows) -> pa.RecordBatch:
    """Legal rows whose cells come from given rows of the pool, shape ``(inputs, rows)``."""
    arrays = [pool.rows.column(i).take(pa.array(source[i])) for i in range(len(source))]
    return watcher.legal(pa.RecordBatch.from_arrays(arrays, schema=watcher.space.schema.arrow))


def _overlaid(watcher: Watcher, pool: Seen, involved: Mask, rng: Rng) -> pa.RecordBatch:
    """Rows of the pool, each with the inputs of a few others on which a site has a rare outcome."""
    rare = _rare(watcher, pool, involved)
    rows = rng.integers(pool.rows.num_rows, size=watcher.most)
    source = np.tile(rows, (len(watcher.space.schema.inputs), 1))  # (inputs, rows): whence each cell comes
    if rare:
        for place in range(watcher.most):
            for choice in rng.integers(len(rare), size=rng.integers(1, OVERLAID + 1)):
                where, about = rare[choice]
                source[about, place] = where[rng.integers(len(where))]
    return _of_cells(watcher, pool, source)


def _rare(watcher: Watcher, pool: Seen, involved: Mask) -> list[tuple[Rows, Rows]]:
    """For each rare outcome of a comparison the rows that have it, and the inputs that it is about."""
    found = []
    for site in np.flatnonzero(watcher.decides[: len(involved)]):
        about = np.flatnonzero(involved[site])
        reached = pool.codes[site] != NOT_REACHED
        if not len(about):
            continue
        for code in np.unique(pool.codes[site][reached]):
            where = np.flatnonzero(pool.codes[site] == code)
            if len(where) < RARE * reached.sum():
                found.append((where, about))
        if 0 < reached.sum() < RARE * len(reached):  # what few rows reach at all
            found.append((np.flatnonzero(reached), about))
    return found
