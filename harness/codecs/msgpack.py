"""MessagePack: what JSON can say, in binary; a list a column."""

from __future__ import annotations

import sys
from pathlib import Path

import pyarrow as pa

from harness.installed import package_lack
from harness.protocols import Encoded, Lack

TITLE = "MessagePack, by column"
PYTHON_END = True
R_END = None  # no R package of MessagePack is to be had on Debian, so none was tried
R_PACKAGES: dict[str, str] = {}


def lack() -> Lack | None:
    """The Python package msgpack, where it is not installed."""
    return package_lack(Path(sys.executable), "msgpack", "codecs")


def encode(batch: pa.RecordBatch) -> bytes:
    """A map with an array for each column."""
    import msgpack

    packed: bytes = msgpack.packb(batch.to_pydict())
    return packed


def decode(data: Encoded) -> pa.RecordBatch:
    """The columns with the types that their values suggest."""
    import msgpack

    return pa.RecordBatch.from_pydict(msgpack.unpackb(data, strict_map_key=False))
