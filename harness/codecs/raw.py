"""Raw columns: each vector as R holds it in memory, one after the other; no library at either end.

Little-endian. ``PRW1``, int32 columns, float64 rows; then for each column its name, its mode (int32), its
attributes (a text and a list of texts each), and its values: float64, int32, or for texts their lengths (-1
is NA) and their bytes.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from harness.codecs import R_ENDS
from harness.codecs._r_vectors import RVector, from_r, in_bytes, to_r
from harness.codecs._texts import from_lengths, to_lengths
from harness.protocols import Encoded, Lack

TITLE = "raw columns"
PYTHON_END = True
R_END = R_ENDS / "raw.R"
R_PACKAGES: dict[str, str] = {}

_MAGIC = b"PRW1"
_MODES = ("double", "integer", "logical", "character", "latin1")


def lack() -> Lack | None:
    """Nothing: this file is all of it."""
    return None


def encode(batch: pa.RecordBatch) -> bytes:
    """The columns as R's vectors. Raises TypeError or ValueError for what R has no vector for."""
    parts: list[bytes | memoryview] = [_MAGIC, struct.pack("<id", batch.num_columns, batch.num_rows)]
    for name, array in zip(batch.schema.names, batch.columns, strict=True):
        vector = to_r(array)
        parts += _texts([name])
        parts.append(struct.pack("<ii", _MODES.index(vector.mode), len(vector.attributes)))
        for attribute, values in vector.attributes.items():
            parts += _texts([attribute])
            parts += _texts(values)
        parts += _values(vector)
    return b"".join(parts)


def decode(data: Encoded) -> pa.RecordBatch:
    """The batch. Raises ValueError for bytes that are no raw columns."""
    if data[:4] != _MAGIC:
        raise ValueError(f"these bytes are no raw columns: they begin with {bytes(data[:4])!r}")
    reader = _Reader(data)
    columns, _ = struct.unpack("<id", reader.take(12))
    names, arrays = [], []
    for _ in range(columns):
        names.append(reader.texts()[0].as_py())
        mode, attributes = struct.unpack("<ii", reader.take(8))
        held = {reader.texts()[0].as_py(): tuple(reader.texts().to_pylist()) for _ in range(attributes)}
        arrays.append(from_r(reader.vector(_MODES[mode], held)))
    return pa.RecordBatch.from_arrays(arrays, names=names)


def _texts(values: Sequence[str | None]) -> list[bytes | memoryview]:
    return _text_array(pa.array(values, pa.string()))


def _text_array(array: pa.Array) -> list[bytes | memoryview]:
    lengths, joined = to_lengths(array)
    return [struct.pack("<ii", len(lengths), len(joined)), lengths.tobytes(), joined]


def _values(vector: RVector) -> list[bytes | memoryview]:
    if vector.mode == "character":
        return _text_array(vector.values)
    return [struct.pack("<i", len(vector.values)), in_bytes(vector.values)]


class _Reader:
    """A place in the bytes that moves on as they are read."""

    def __init__(self, data: Encoded) -> None:
        self.data = memoryview(data)
        self.at = 4

    def take(self, count: int) -> memoryview:
        found = self.data[self.at : self.at + count]
        if len(found) != count:
            raise ValueError(f"raw columns end in the middle, after {len(self.data)} bytes")
        self.at += count
        return found

    def texts(self, encoding: str = "utf-8") -> pa.Array:
        count, size = struct.unpack("<ii", self.take(8))
        lengths = np.frombuffer(self.take(4 * count), "<i4")
        joined = self.take(size)
        if encoding == "utf-8":
            return from_lengths(lengths, joined)
        ends = np.concatenate([[0], np.cumsum(np.maximum(lengths, 0))])
        cells = zip(lengths, ends[:-1], ends[1:], strict=True)
        texts = [None if n < 0 else str(joined[a:b], encoding) for n, a, b in cells]
        return pa.array(texts, pa.string())

    def vector(self, mode: str, attributes: dict[str, tuple[str | None, ...]]) -> RVector:
        if mode in ("character", "latin1"):
            return RVector("character", self.texts("utf-8" if mode == "character" else "latin-1"), attributes)
        (count,) = struct.unpack("<i", self.take(4))
        kind = np.dtype("<f8" if mode == "double" else "<i4")
        return RVector(mode, np.frombuffer(self.take(count * kind.itemsize), kind), attributes)
