"""JSON, a list a column: the standard library in Python, jsonlite with all its digits in R."""

from __future__ import annotations

import json

import pyarrow as pa

from harness.codecs import R_ENDS, R_JSONLITE
from harness.protocols import Encoded, Lack

TITLE = "JSON, by column (standard library)"
PYTHON_END = True
R_END = R_ENDS / "json.R"
R_PACKAGES = R_JSONLITE


def lack() -> Lack | None:
    """Nothing: it is the standard library."""
    return None


def encode(batch: pa.RecordBatch) -> bytes:
    """An object with a list for each column."""
    return json.dumps(batch.to_pydict(), ensure_ascii=False).encode("utf-8")


def decode(data: Encoded) -> pa.RecordBatch:
    """The columns with the types that their values suggest."""
    return pa.RecordBatch.from_pydict(json.loads(bytes(data)))
