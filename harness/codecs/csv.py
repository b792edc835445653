"""CSV as it is mostly written: pandas in Python, ``write.csv`` and ``read.csv`` in R, all as they come."""

from __future__ import annotations

import io

import pandas as pd
import pyarrow as pa

from harness.codecs import R_ENDS
from harness.protocols import Encoded, Lack

TITLE = "CSV (pandas, R's write.csv)"
PYTHON_END = True
R_END = R_ENDS / "csv.R"
R_PACKAGES: dict[str, str] = {}


def lack() -> Lack | None:
    """Nothing: pandas is always here."""
    return None


def encode(batch: pa.RecordBatch) -> bytes:
    """The batch as text with a line of names."""
    text: str = batch.to_pandas().to_csv(index=False)
    return text.encode("utf-8")


def decode(data: Encoded) -> pa.RecordBatch:
    """The columns with the types that pandas guesses."""
    return pa.RecordBatch.from_pandas(pd.read_csv(io.BytesIO(data)), preserve_index=False)
