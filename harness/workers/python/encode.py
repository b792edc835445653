"""Write a frame: values to buffers, without a copy of what is contiguous already."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Iterator, Sequence

import numpy as np

from . import wire
from .wire import Column, Frame, Table

if TYPE_CHECKING:
    from .wire import Buffer

_ZEROS = bytes(8)


def encode(frame: Frame) -> list[Buffer]:
    """The frame as a list of buffers to write one after the other (header first)."""
    parts: list[Buffer] = [np.array([len(frame.tables), 0], dtype="<i4").tobytes()]
    for table in frame.tables:
        parts.extend(_table(table))
    length = size_of(parts)
    return [wire.HEADER.pack(wire.MARK + frame.kind, frame.call, length), *parts]


def _padded(part: Buffer) -> Iterator[Buffer]:
    yield part
    gap = -memoryview(part).nbytes % 8
    if gap:
        yield _ZEROS[:gap]


def _table(table: Table) -> Iterator[Buffer]:
    names = [one.name.encode() for one in table.columns]
    joined = b"".join(names)
    yield np.array([len(names), len(joined)], dtype="<i4").tobytes()
    yield np.array([table.rows], dtype="<f8").tobytes()
    if not names:
        return
    kinds = [one.kind for one in table.columns]
    nulls = [_nulls(one) for one in table.columns]
    yield from _padded(np.array([kinds, nulls, [len(one) for one in names]], dtype="<i4").tobytes())
    yield from _padded(joined)
    for column in table.columns:
        yield from _column(column, table.rows)


def _nulls(column: Column) -> int:
    if column.native:
        return wire.NATIVE
    masked = column.missing is not None and column.kind not in wire.TEXTUAL
    return wire.MASKED if masked else wire.NONE


def _column(column: Column, rows: int) -> Iterator[Buffer]:
    if _nulls(column) == wire.MASKED:
        yield from _padded(_bytes_of(column.missing, np.dtype("u1"), rows, column))
    if column.kind not in wire.TEXTUAL:
        yield from _padded(_bytes_of(column.values, wire.DTYPES[column.kind], rows, column))
        return
    yield from _texts(column)
    if column.kind != wire.OTHER:
        yield from _padded(_bytes_of(column.values, wire.CODE, rows, column))


def _texts(column: Column) -> Iterator[Buffer]:
    if column.texts is None:
        yield np.array([-1, 0], dtype="<i4").tobytes()
        return
    texts = column.texts
    size = memoryview(texts.data).nbytes
    yield np.array([len(texts), size], dtype="<i4").tobytes()
    yield from _padded(np.ascontiguousarray(texts.lengths, dtype=wire.CODE).tobytes())
    yield from _padded(texts.data)


def _bytes_of(values: Any, dtype: Any, rows: int, column: Column) -> Buffer:
    array: Any = np.ascontiguousarray(values)
    if array.dtype == np.bool_ and dtype == np.dtype("u1"):
        array = array.view("u1")
    array = array.astype(dtype, copy=False)
    if array.shape != (rows,):
        raise wire.WireError(f"column {column.name!r}: shape {array.shape} in a table of {rows} rows")
    return memoryview(array).cast("B") if rows else b""


def size_of(buffers: Sequence[Buffer]) -> int:
    """How many bytes a list of buffers has."""
    return sum(memoryview(one).nbytes for one in buffers)
