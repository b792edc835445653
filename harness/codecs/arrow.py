"""Arrow's own stream format: the batch's buffers as they lie in memory, behind a description of them."""

from __future__ import annotations

import pyarrow as pa

from harness.codecs import R_ARROW, R_ENDS
from harness.codecs._one_batch import one_batch
from harness.protocols import Encoded, Lack

TITLE = "Arrow IPC stream"
PYTHON_END = True
R_END = R_ENDS / "arrow.R"
R_PACKAGES = R_ARROW


def lack() -> Lack | None:
    """Nothing: pyarrow is always here."""
    return None


def encode(batch: pa.RecordBatch) -> memoryview:
    """The batch as a stream of one."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batch.schema) as writer:
        writer.write_batch(batch)
    return memoryview(sink.getvalue())


def decode(data: Encoded) -> pa.RecordBatch:
    """The one batch of a stream; its columns lie in ``data``."""
    with pa.ipc.open_stream(data) as reader:
        return one_batch(reader.read_all())
