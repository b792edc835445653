"""Rows for every region that a form is known to treat alike, and how many of these were met."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from harness.schema import Input, Kind, Scalar
from harness.search.rows import Space, mixture
from harness.search.simple import from_number, to_number

PER_LEAF = 3  # rows


def leaf_rows(space: Space, seed: int) -> pa.RecordBatch:
    """PER_LEAF rows in each leaf, one leaf after the other, over mixtures of the inputs it does not bound.

    Rows that are not legal are among them: see :func:`leaves_met`.
    """
    rng = np.random.default_rng([seed, 8])
    leaves = [leaf for leaf in space.leaves for _ in range(PER_LEAF)]
    batch = mixture(space, len(leaves), seed)
    for position, one in enumerate(space.schema):
        if not any(one.name in leaf.bounds for leaf in leaves):
            continue
        assert one.bounds is not None
        least, most = (float(to_number(v)) for v in one.bounds)
        values = batch.column(position).to_pylist()
        for row, leaf in enumerate(leaves):
            low, high = leaf.bounds.get(one.name, (-math.inf, math.inf))
            low, high = max(low, least), min(high, most)
            if one.name in leaf.bounds and low <= high:
                values[row] = _between(one, low, high, rng)
        batch = batch.set_column(position, batch.schema.field(position), space.pools[one.name].array(values))
    return batch


def leaves_met(space: Space, rows: pa.RecordBatch, compared: npt.NDArray[np.bool_]) -> tuple[int, int]:
    """How many leaves have a row that was compared, and how many there are that legal rows can reach.

    ``rows`` are those of :func:`leaf_rows`, ``compared`` those of them that were (shape ``(rows,)``).
    """
    inside = np.ones(rows.num_rows, dtype=bool)
    for position, one in enumerate(space.schema):
        bounds = np.array([leaf.bounds.get(one.name, (-math.inf, math.inf)) for leaf in space.leaves])
        if not np.isfinite(bounds).any():
            continue
        low, high = (np.repeat(bounds[:, end], PER_LEAF) for end in (0, 1))
        values = [math.nan if v is None else float(to_number(v)) for v in rows.column(position).to_pylist()]
        with np.errstate(invalid="ignore"):
            inside &= (np.isneginf(low) & np.isposinf(high)) | ((values >= low) & (values <= high))
    reachable = inside.reshape(-1, PER_LEAF).any(axis=1)
    met = (inside & compared).reshape(-1, PER_LEAF).any(axis=1)
    return int(met.sum()), int(reachable.sum())


def _between(one: Input, low: float, high: float, rng: np.random.Generator) -> Scalar:
    if one.kind is Kind.FLOAT:
        return from_number(min(high, max(low, low + (high - low) * rng.random())), one.kind)
    first, last = math.ceil(low), math.floor(high)
    return from_number(first if first >= last else int(rng.integers(first, last, endpoint=True)), one.kind)
