"""Feather, version 2: Arrow's file format with its buffers compressed by LZ4, as both languages write it."""

from __future__ import annotations

import pyarrow as pa

from harness.codecs import R_ARROW, R_ENDS
from harness.codecs._one_batch import one_batch
from harness.protocols import Encoded, Lack

TITLE = "Feather (Arrow IPC file, LZ4)"
PYTHON_END = True
R_END = R_ENDS / "feather.R"
R_PACKAGES = R_ARROW


def lack() -> Lack | None:
    """Nothing: pyarrow is always here."""
    return None


def encode(batch: pa.RecordBatch) -> memoryview:
    """The batch as a file of one."""
    sink = pa.BufferOutputStream()
    options = pa.ipc.IpcWriteOptions(compression="lz4")
    with pa.ipc.new_file(sink, batch.schema, options=options) as writer:
        writer.write_batch(batch)
    return memoryview(sink.getvalue())


def decode(data: Encoded) -> pa.RecordBatch:
    """The batch of such a file."""
    with pa.ipc.open_file(data) as reader:
        return one_batch(reader.read_all())
