"""Codecs made badly on purpose: what the matrix must expose, and what it must not blame."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pytest

from harness.codecs import raw
from harness.protocols import Encoded, Lack

needs_r = pytest.mark.skipif(shutil.which("Rscript") is None, reason="R judges what R reads")

Change = Callable[[pa.RecordBatch], pa.RecordBatch]


@dataclass(frozen=True)
class Miniature:
    """Raw columns, with something done to every table before it is written."""

    change: Change = lambda batch: batch
    TITLE: str = "a miniature"
    PYTHON_END: bool = True
    R_END: Path | None = None
    R_PACKAGES: Mapping[str, str] = field(default_factory=dict)
    lacking: Lack | None = None

    def lack(self) -> Lack | None:
        return self.lacking

    def encode(self, batch: pa.RecordBatch) -> Encoded:
        return raw.encode(self.change(batch))

    def decode(self, data: Encoded) -> pa.RecordBatch:
        return raw.decode(data)


def each_column(change: Callable[[pa.Array], pa.Array]) -> Change:
    """The same change to every column of a table."""

    def changed(batch: pa.RecordBatch) -> pa.RecordBatch:
        return pa.RecordBatch.from_arrays([change(one) for one in batch.columns], names=batch.schema.names)

    return changed
