"""Batches that are born in shared memory: they cross to an R worker of this machine without being copied."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from harness.schema import Input, Kind, Schema
from harness.workers.columns import r_values
from harness.workers.memory import Segment
from harness.workers.missing import fill_missing
from harness.workers.python.errors import Refusal

ALIGNED = 64
_NUMBERS: Mapping[Kind, str] = {Kind.FLOAT: "<f8", Kind.INT: "<i8", Kind.DATE: "<i4", Kind.DATETIME: "<i8"}


def share(batch: pa.RecordBatch, schema: Schema) -> pa.RecordBatch:
    """The same batch with its values in shared memory of its own, which ends with the last reference to it.

    ``batch`` must have the schema's Arrow types. Beside the values stands what R would otherwise be told at
    every call: its missing value under the nulls of doubles, and integers, times and levels as R has them.
    """
    message = batch.serialize()
    ready = {one.name: _ready(array, one) for array, one in zip(batch.columns, schema, strict=True)}
    sizes = [message.size, *(one.nbytes for one in ready.values() if one is not None)]
    segment = Segment(sum(aligned(size) for size in sizes))
    segment.view[: message.size] = np.frombuffer(message, dtype="u1")
    born = pa.ipc.read_record_batch(
        pa.foreign_buffer(segment.address, message.size, segment), schema=batch.schema
    )
    at = aligned(message.size)
    for array, one in zip(born.columns, schema, strict=True):
        valid, values = array.buffers()[:2]
        if one.kind is Kind.FLOAT and valid is not None:
            start = values.address - segment.address
            doubles = segment.view[start : start + 8 * len(array)].view("<f8")
            fill_missing(doubles, np.frombuffer(valid, dtype="u1"), 0)
            segment.filled.add(values.address)
        numbers = ready[one.name]
        if numbers is not None:
            segment.view[at : at + numbers.nbytes] = numbers.view("u1")
            segment.ready[values.address] = (one, at)
            at += aligned(numbers.nbytes)
    segment.read_only()
    return born


def room_for(schema: Schema, rows: int) -> tuple[pa.RecordBatch, dict[str, npt.NDArray[np.generic]]]:
    """A batch of numbers, dates and datetimes in shared memory, and its columns to be written in place.

    All values are 0 at first, none is missing. What is written there later, R may see until it has answered
    the next call: take two rooms in turn. Raises ValueError for an input of another kind.
    """
    kinds = {one.name: one.kind for one in schema}
    other = [name for name, kind in kinds.items() if kind not in _NUMBERS]
    if other:
        raise ValueError(
            f"input {other[0]!r} has type {kinds[other[0]]}: only numbers and times can be written in place; "
            "build the batch as usual and share() it"
        )
    widths = {name: np.dtype(_NUMBERS[kind]) for name, kind in kinds.items()}
    segment = Segment(sum(aligned(rows * width.itemsize) for width in widths.values()) + 1)
    arrays, views, at = [], {}, 0
    for one in schema:
        size = rows * widths[one.name].itemsize
        buffer = pa.foreign_buffer(segment.address + at, size, segment)
        arrays.append(pa.Array.from_buffers(one.arrow_type, rows, [None, buffer]))
        views[one.name] = segment.view[at : at + size].view(widths[one.name])
        at += aligned(size)
    segment.read_only()
    return pa.RecordBatch.from_arrays(arrays, schema=schema.arrow), views


def aligned(size: int) -> int:
    """The next multiple of what Arrow recommends for buffers."""
    return -(-size // ALIGNED) * ALIGNED


def _ready(array: pa.Array, one: Input) -> npt.NDArray[np.generic] | None:
    """Integers or doubles as R has them, for a type whose Arrow values are others; None for all else."""
    if one.kind in (Kind.FLOAT, Kind.BOOL, Kind.STRING) or (one.kind is Kind.CATEGORY and one.unseen):
        return None
    try:
        return r_values(array, one)
    except Refusal:
        return None  # a call will say so
