"""What the trees that a form shows answer, to be held against what the form answers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

from harness.answer import ask
from harness.forest import Forest, descend
from harness.model import Model
from harness.search.rows.backgrounds import make_space
from harness.search.rows.mixed import mixed_rows
from harness.search.rows.placing import values_of
from harness.search.rows.pools import build_pools


def rows_of(model: Model, rows: int = 1_500) -> pa.RecordBatch:
    """Legal rows of every kind."""
    return mixed_rows(make_space(model.schema, build_pools(model.schema, []), None, 0), rows, 1)


def answers(session: Any, batch: pa.RecordBatch) -> np.ndarray:
    """What the form says of each row, NaN where it says nothing."""
    answer = ask(session, batch)
    if not answer.outputs:
        return np.full(batch.num_rows, np.nan)
    (column,) = answer.outputs.values()
    return np.asarray(column.cast(pa.float64()).to_numpy(zero_copy_only=False))


def totals(forest: Forest, batch: pa.RecordBatch) -> np.ndarray:
    """The sum of the leaves' values over all trees, NaN where a walk ends nowhere."""
    values = values_of(forest, batch)
    rows = np.arange(batch.num_rows)
    total = np.zeros(len(rows))
    for root in forest.roots:
        end = descend(forest, values, np.full(len(rows), root), rows)
        total += np.where(end >= 0, forest.value[end], np.nan)
    if forest.whole:
        total[np.isnan(values).any(axis=0)] = np.nan
    return total
