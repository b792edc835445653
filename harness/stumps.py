"""Rules of one input each, learnt from a few rows: which of the others will fail the same way?

A cover of *stumps* (an input is missing; equals one of some texts; is at least, or at most, a value)
is grown greedily: each stump holds for no row known to be fine and for as many failing rows as
possible. It only orders work and skips repetition; no verdict rests on it.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from harness.tolerance import doubles, is_number

Rows = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


def predict(batch: pa.RecordBatch, failing: Rows, fine: Rows) -> Mask:
    """Say for each row of the batch whether a learnt rule holds for it (shape ``(rows,)``)."""
    held = np.zeros(batch.num_rows, dtype=bool)
    left = failing
    while len(left):
        best = max(_stumps(batch, left, fine), key=lambda mask: int(mask[left].sum()), default=None)
        if best is None or not best[left].any():
            break
        held |= best
        left = left[~best[left]]
    return held


def _stumps(batch: pa.RecordBatch, failing: Rows, fine: Rows) -> list[Mask]:
    found: list[Mask] = []
    for column in batch.columns:
        absent = column.is_null().to_numpy(zero_copy_only=False)
        if absent[failing].any() and not absent[fine].any():
            found.append(absent)
        ordered = is_number(column.type) and not pa.types.is_boolean(column.type)
        found.extend(_by_range(column, failing, fine) if ordered else _by_value(column, failing, fine))
    return found


def _by_range(column: pa.Array, failing: Rows, fine: Rows) -> list[Mask]:
    values = doubles(column)
    bad, good = values[failing], values[fine]
    bad, good = bad[~np.isnan(bad)], good[~np.isnan(good)]
    if not len(bad):
        return []
    highest, lowest = (good.max(), good.min()) if len(good) else (-np.inf, np.inf)
    above, below = bad[bad > highest], bad[bad < lowest]
    with np.errstate(invalid="ignore"):
        masks = [values >= above.min()] if len(above) else []
        masks += [values <= below.max()] if len(below) else []
        points = np.setdiff1d(bad, good)
        if len(points):
            masks.append(np.isin(values, points))
    return masks


def _by_value(column: pa.Array, failing: Rows, fine: Rows) -> list[Mask]:
    bad = pc.unique(column.take(pa.array(failing))).drop_null()
    good = pc.unique(column.take(pa.array(fine))).drop_null()
    only = bad.filter(pc.invert(pc.is_in(bad, value_set=good)))
    if not len(only):
        return []
    return [pc.is_in(column, value_set=only).to_numpy(zero_copy_only=False)]
