"""Parquet: encoded and compressed column by column, for files that stay."""

from __future__ import annotations

import pyarrow as pa

from harness.codecs import R_ARROW, R_ENDS
from harness.codecs._one_batch import one_batch
from harness.protocols import Encoded, Lack

TITLE = "Parquet (Snappy)"
PYTHON_END = True
R_END = R_ENDS / "parquet.R"
R_PACKAGES = R_ARROW


def lack() -> Lack | None:
    """Nothing: pyarrow is always here."""
    return None


def encode(batch: pa.RecordBatch) -> memoryview:
    """The batch as a Parquet file with the settings that pyarrow has by default."""
    import pyarrow.parquet as pq

    sink = pa.BufferOutputStream()
    pq.write_table(pa.Table.from_batches([batch]), sink)
    return memoryview(sink.getvalue())


def decode(data: Encoded) -> pa.RecordBatch:
    """The rows of a Parquet file."""
    import pyarrow.parquet as pq

    return one_batch(pq.read_table(pa.BufferReader(data)))
