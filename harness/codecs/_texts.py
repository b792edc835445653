"""Texts as their lengths and their bytes end to end, -1 for a missing one, and back."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa


def to_lengths(array: pa.Array) -> tuple[npt.NDArray[np.int32], memoryview]:
    """Lengths in bytes, and all bytes; both where they lie, as far as that goes."""
    array = array.cast(pa.string())
    if len(array) == 0:
        return np.zeros(0, "<i4"), memoryview(b"")
    _, offsets, data = array.buffers()
    ends = np.frombuffer(offsets, "<i4", len(array) + 1, array.offset * 4)
    lengths = np.diff(ends).astype("<i4")
    if array.null_count:
        missing = array.is_null().to_numpy(zero_copy_only=False)
        if lengths[missing].any():  # a null may hide bytes; they are not sent
            return to_lengths(pa.array(array.to_pylist(), pa.string()))
        lengths[missing] = -1
    held = memoryview(b"") if data is None else memoryview(data)
    return lengths, held[int(ends[0]) : int(ends[-1])]


def from_lengths(lengths: npt.NDArray[np.int32], data: Any) -> pa.Array:
    """The texts. Raises pyarrow.ArrowInvalid (a ValueError) where they are no UTF-8."""
    missing = lengths < 0
    ends = np.zeros(len(lengths) + 1, "<i4")
    np.cumsum(np.maximum(lengths, 0), out=ends[1:])
    valid = pa.py_buffer(np.packbits(~missing, bitorder="little")) if missing.any() else None
    found = pa.Array.from_buffers(
        pa.string(), len(lengths), [valid, pa.py_buffer(ends), pa.py_buffer(bytes(data))]
    )
    found.validate(full=True)
    return found
