"""What R's ``serialize(x, NULL)`` gives, big-endian; Python reads and writes the format itself."""

from __future__ import annotations

import pyarrow as pa

from harness.codecs import R_ENDS
from harness.codecs._r_reading import read
from harness.codecs._r_writing import write
from harness.protocols import Encoded, Lack

TITLE = "R's serialize() in memory"
PYTHON_END = True
R_END = R_ENDS / "serialize.R"
R_PACKAGES: dict[str, str] = {}


def lack() -> Lack | None:
    """Nothing: the format is written and read here."""
    return None


def encode(batch: pa.RecordBatch) -> bytes:
    """The batch as R's data.frame. Raises TypeError or ValueError for what R has no vector for."""
    return write(batch, big_endian=True)


def decode(data: Encoded) -> pa.RecordBatch:
    """The batch. Raises TypeError or ValueError for what Arrow has no type for."""
    return read(data)
