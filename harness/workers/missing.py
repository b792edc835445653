"""R's missing value among doubles, where an Arrow bitmap says null."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from harness.workers.python import wire

_EIGHT = np.arange(8)
_FULL = 0xFF


def fill_missing(values: npt.NDArray[np.float64], valid: Any, first: int) -> None:
    """Write R's NA over the doubles whose bit is not set, in place; every other double keeps its bits.

    ``valid`` are the bitmap's bytes, ``first`` the bit of the first double.
    """
    # bytes without a null are most of them: only the others are taken apart
    partial = np.flatnonzero(valid != _FULL)
    bits = np.unpackbits(valid[partial], bitorder="little").reshape(-1, 8)
    places = (partial[:, None] * 8 + _EIGHT - first)[bits == 0]
    places = places[(places >= 0) & (places < len(values))]
    values.view("<u8")[places] = wire.R_NA_REAL
