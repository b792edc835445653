"""JSON, an object a row, as R's jsonlite writes a data.frame when nothing else is asked of it."""

from __future__ import annotations

import json

import pyarrow as pa

from harness.codecs import R_ENDS, R_JSONLITE
from harness.protocols import Encoded, Lack

TITLE = "JSON, by row (jsonlite's defaults)"
PYTHON_END = True
R_END = R_ENDS / "jsonlite.R"
R_PACKAGES = R_JSONLITE


def lack() -> Lack | None:
    """Nothing: the Python end is the standard library."""
    return None


def encode(batch: pa.RecordBatch) -> bytes:
    """A list with an object for each row."""
    return json.dumps(batch.to_pylist(), ensure_ascii=False).encode("utf-8")


def decode(data: Encoded) -> pa.RecordBatch:
    """The columns with the types that their values suggest."""
    return pa.RecordBatch.from_pylist(json.loads(bytes(data)))
