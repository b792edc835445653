"""The tables that tell a worker which form to open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from harness.model import Model
from harness.workers.python import wire
from harness.workers.python.wire import Column, Table, fields, texts_column

if TYPE_CHECKING:
    from harness.workers.python.wire import Scalar


def opening_tables(model: Model, given: Mapping[str, Scalar]) -> list[Table]:
    """Fields, inputs, levels and outputs, in the order that both ends of the protocol know.

    ``given`` must hold what the adapter needs; the folder of the model is added.
    """
    inputs = tuple(model.schema)
    declared = Table(
        [
            texts_column("name", [one.name for one in inputs]),
            texts_column("kind", [one.kind.value for one in inputs]),
            _flags("missing", [one.missing for one in inputs]),
            _flags("unseen", [one.unseen for one in inputs]),
        ],
        len(inputs),
    )
    pairs = [(one.name, level) for one in inputs for level in one.levels]
    levels = Table(
        [
            texts_column("input", [name for name, _ in pairs]),
            texts_column("level", [level for _, level in pairs]),
        ],
        len(pairs),
    )
    outputs = Table(
        [
            texts_column("name", [one.name for one in model.outputs]),
            texts_column("kind", [one.kind.value for one in model.outputs]),
        ],
        len(model.outputs),
    )
    return [fields(folder=str(model.folder), **given), declared, levels, outputs]


def blob_table(content: bytes) -> Table:
    """The content of a file as a table of one column of bytes."""
    return Table([Column("content", wire.BYTES, np.frombuffer(content, dtype="u1"))], len(content))


def _flags(name: str, values: Sequence[bool]) -> Column:
    return Column(name, wire.BOOL, np.array(values, dtype="u1"))
