"""JSON, a list a column, by orjson; the same text as ``json``, and the same R end."""

from __future__ import annotations

import sys
from pathlib import Path

import pyarrow as pa

from harness.codecs import R_ENDS, R_JSONLITE
from harness.installed import package_lack
from harness.protocols import Encoded, Lack

TITLE = "JSON, by column (orjson)"
PYTHON_END = True
R_END = R_ENDS / "json.R"
R_PACKAGES = R_JSONLITE


def lack() -> Lack | None:
    """The Python package orjson, where it is not installed."""
    return package_lack(Path(sys.executable), "orjson", "codecs")


def encode(batch: pa.RecordBatch) -> bytes:
    """An object with a list for each column."""
    import orjson

    return orjson.dumps(batch.to_pydict())


def decode(data: Encoded) -> pa.RecordBatch:
    """The columns with the types that their values suggest."""
    import orjson

    return pa.RecordBatch.from_pydict(orjson.loads(data))
