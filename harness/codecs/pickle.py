"""Python's pickle of the batch: for Python alone, and only from senders that are trusted."""

from __future__ import annotations

import pickle

import pyarrow as pa

from harness.protocols import Encoded, Lack

TITLE = "pickle (protocol 5)"
PYTHON_END = True
R_END = None
R_PACKAGES: dict[str, str] = {}


def lack() -> Lack | None:
    """Nothing: it is the standard library."""
    return None


def encode(batch: pa.RecordBatch) -> bytes:
    """The batch, pickled."""
    return pickle.dumps(batch, protocol=5)


def decode(data: Encoded) -> pa.RecordBatch:
    """What was pickled. Loading a pickle can run any code: never one from a stranger."""
    loaded: pa.RecordBatch = pickle.loads(data)
    return loaded
