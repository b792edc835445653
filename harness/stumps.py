"""Rules of one input each, learnt from a few rows: which of the others will fail the same way?

A cover of *stumps* (an input is missing; equals one of some values; is at least, or at most, a value) is
grown greedily: each stump holds for no row known to be fine and for as many failing rows as possible. It
only orders work and skips repetition; no verdict rests on it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from harness.tolerance import doubles, is_number

Mask = npt.NDArray[np.bool_]

#: So many texts that fail, and none of those that are fine among them: all others will fail.
MANY = 8


@dataclass(frozen=True, slots=True)
class Stump:
    """A rule on one input: it is missing, lies in ``[low, high]``, is one of ``values``, or (``outside``) is
    none of them and not missing."""

    name: str
    missing: bool = False
    low: float | None = None
    high: float | None = None
    values: pa.Array | None = None
    outside: bool = False

    def holds(self, batch: pa.RecordBatch) -> Mask:
        """For which rows the rule holds (shape ``(rows,)``)."""
        column = batch.column(self.name)
        if self.missing:
            return _plain(column.is_null())
        if self.values is not None:
            among = _plain(pc.is_in(column, value_set=self.values))
            return ~among & _plain(column.is_valid()) if self.outside else among
        numbers = doubles(column)
        with np.errstate(invalid="ignore"):
            above = numbers >= (-np.inf if self.low is None else self.low)
            inside: Mask = above & (numbers <= (np.inf if self.high is None else self.high))
        return inside


def learn(failing: pa.RecordBatch, fine: pa.RecordBatch) -> tuple[Stump, ...]:
    """A cover of the failing rows by stumps that hold for none of the fine ones, the widest first."""
    learnt: list[Stump] = []
    left = failing
    while left.num_rows:
        scored = [(int(stump.holds(left).sum()), stump) for stump in _stumps(left, fine)]
        most, best = max(scored, key=lambda pair: pair[0], default=(0, None))
        if best is None or most == 0:
            break
        learnt.append(best)
        left = left.filter(pa.array(~best.holds(left)))
    return tuple(learnt)


def predict(stumps: Sequence[Stump], batch: pa.RecordBatch) -> Mask:
    """For which rows any of the stumps holds."""
    held = np.zeros(batch.num_rows, dtype=bool)
    for stump in stumps:
        held |= stump.holds(batch)
    return held


def _plain(mask: pa.Array) -> Mask:
    values: Mask = pc.fill_null(mask, False).to_numpy(zero_copy_only=False)
    return values


def _stumps(failing: pa.RecordBatch, fine: pa.RecordBatch) -> Iterator[Stump]:
    for name in failing.schema.names:
        bad, good = failing.column(name), fine.column(name)
        if bad.null_count and not good.null_count:
            yield Stump(name, missing=True)
        ordered = is_number(bad.type) and not pa.types.is_boolean(bad.type)
        if ordered:
            yield from _ranges(name, bad, good)
        only = pc.unique(bad).drop_null()
        only = only.filter(pc.invert(pc.is_in(only, value_set=pc.unique(good))))
        if len(only) >= MANY and not ordered:
            yield Stump(name, values=pc.unique(good).drop_null(), outside=True)
        if len(only):
            yield Stump(name, values=only)


def _ranges(name: str, bad: pa.Array, good: pa.Array) -> Iterator[Stump]:
    failing, fine = doubles(bad), doubles(good)
    failing, fine = failing[~np.isnan(failing)], fine[~np.isnan(fine)]
    above = failing[failing > (np.max(fine) if len(fine) else -np.inf)]
    below = failing[failing < (np.min(fine) if len(fine) else np.inf)]
    if len(above):
        yield Stump(name, low=float(np.min(above)))
    if len(below):
        yield Stump(name, high=float(np.max(below)))
