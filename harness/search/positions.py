"""The values of an ordered input as whole numbers, in order and without gaps: adjacent values differ by one.

A double's position counts the doubles from zero to it; an integer, day or second is its own position.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from harness.schema import Input, Kind

Number = float | int
Positions = npt.NDArray[np.int64]

_MAGNITUDE = np.int64(0x7FFF_FFFF_FFFF_FFFF)


def positions(values: Sequence[Number] | npt.NDArray[np.float64 | np.int64], kind: Kind) -> Positions:
    """The positions of finite numbers (days, or seconds, for dates and times), shape ``(n,)``."""
    if kind is not Kind.FLOAT:
        return np.asarray(values, dtype=np.int64)
    bits = np.asarray(values, dtype=np.float64).view(np.int64)
    return np.where(bits < 0, -(bits & _MAGNITUDE), bits)


def numbers(at: Positions, kind: Kind) -> npt.NDArray[np.float64 | np.int64]:
    """The numbers at some positions; the inverse of :func:`positions`."""
    if kind is not Kind.FLOAT:
        return at
    sizes = np.abs(at).view(np.float64)
    return np.where(at < 0, -sizes, sizes)


def column(at: Positions, one: Input) -> pa.Array:
    """The values of an ordered input at some positions, as the column of a batch."""
    values = numbers(at, one.kind)
    if one.kind is Kind.DATE:
        return pa.array(values.astype("datetime64[D]"), type=one.arrow_type)
    if one.kind is Kind.DATETIME:
        return pa.array(values.astype("datetime64[s]"), type=pa.timestamp("s")).cast(one.arrow_type)
    return pa.array(values, type=one.arrow_type)


def spread(low: Positions, high: Positions, count: int) -> Positions:
    """So many positions evenly spread between each low and high, both left out; ascending, shape
    ``(n, count)``. Where fewer lie between some are there twice; ``high - low`` is at least 2."""
    width = high.view(np.uint64) - low.view(np.uint64)  # up to 2**64: more than a signed number holds
    parts = np.uint64(count + 1)
    turn = np.arange(1, count + 1, dtype=np.uint64)
    offset = (width // parts)[:, None] * turn + (width % parts)[:, None] * turn // parts
    inside = np.clip(offset, np.uint64(1), (width - np.uint64(1))[:, None])
    found: Positions = (low.view(np.uint64)[:, None] + inside).view(np.int64)
    return found
