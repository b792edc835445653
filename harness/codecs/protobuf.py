"""Protocol Buffers: a message a table, its columns packed; numbers as varints and doubles, as one would."""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from harness.codecs import R_ENDS
from harness.installed import package_lack
from harness.protocols import Encoded, Lack

TITLE = "Protocol Buffers, by column"
PYTHON_END = True
R_END = R_ENDS / "protobuf.R"
R_PACKAGES = {
    "RProtoBuf": "apt-get install r-cran-rprotobuf, or in R: install.packages('RProtoBuf')",
    "bit64": "apt-get install r-cran-bit64, or in R: install.packages('bit64')",
}

#: Field, number, type (as descriptor.proto numbers them), repeated; ``r/table.proto`` says the same.
_DOUBLE, _TEXT, _UINT32, _SINT32, _SINT64, _MESSAGE = 1, 9, 13, 17, 18, 11
_COLUMN = (
    ("name", 1, _TEXT, False),
    ("type", 2, _TEXT, False),
    ("doubles", 3, _DOUBLE, True),
    ("integers", 4, _SINT32, True),
    ("longs", 5, _SINT64, True),
    ("texts", 6, _TEXT, True),
    ("levels", 7, _TEXT, True),
    ("missing", 8, _UINT32, True),
    ("zone", 9, _TEXT, False),
)


def lack() -> Lack | None:
    """The Python package protobuf, where it is not installed."""
    found = package_lack(Path(sys.executable), "google.protobuf", "codecs")
    return found and Lack("the Python package protobuf is not installed", "`pip install protobuf`")


def encode(batch: pa.RecordBatch) -> bytes:
    """The batch as one message. Raises TypeError for a type that the message has no place for."""
    table = _message()()
    table.rows = batch.num_rows
    for name, array in zip(batch.schema.names, batch.columns, strict=True):
        column = table.columns.add()
        column.name = name
        if array.null_count:
            column.missing.extend(np.flatnonzero(array.is_null().to_numpy(zero_copy_only=False)).tolist())
        _fill(column, array)
    encoded: bytes = table.SerializeToString()
    return encoded


def decode(data: Encoded) -> pa.RecordBatch:
    """The batch of such a message. Raises ValueError for bytes that are none."""
    from google.protobuf.message import DecodeError

    table = _message()()
    try:
        table.ParseFromString(data)
    except DecodeError as error:
        raise ValueError(f"these bytes are no protobuf table: {error}") from error
    arrays = [_array(column) for column in table.columns]
    return pa.RecordBatch.from_arrays(arrays, names=[column.name for column in table.columns])


def _fill(column: Any, array: pa.Array) -> None:
    kind = array.type
    if pa.types.is_float64(kind):
        column.type = "double"
        column.doubles.extend(_plain(array, 0.0))
    elif pa.types.is_int32(kind) or pa.types.is_boolean(kind):
        column.type = "integer" if pa.types.is_int32(kind) else "logical"
        column.integers.extend(_plain(array.cast(pa.int32()), 0))
    elif pa.types.is_int64(kind):
        column.type = "integer64"
        column.longs.extend(_plain(array, 0))
    elif pa.types.is_string(kind):
        column.type = "character"
        column.texts.extend(pc.fill_null(array, "").to_pylist())
    elif pa.types.is_dictionary(kind):
        if array.dictionary.null_count:
            raise TypeError("the protobuf table has no place for a missing level")
        column.type = "ordered" if kind.ordered else "factor"
        column.integers.extend(_plain(array.indices.cast(pa.int32()), 0))
        column.levels.extend(array.dictionary.to_pylist())
    else:
        _fill_time(column, array)


def _fill_time(column: Any, array: pa.Array) -> None:
    kind = array.type
    if pa.types.is_date32(kind):
        column.type = "Date"
        column.integers.extend(_plain(array.view(pa.int32()), 0))
    elif pa.types.is_timestamp(kind):
        column.type = "POSIXct"
        column.zone = kind.tz or ""
        column.longs.extend(_plain(array.cast(pa.timestamp("us", kind.tz)).view(pa.int64()), 0))
    elif pa.types.is_duration(kind):
        column.type = "difftime"
        column.longs.extend(_plain(array.cast(pa.duration("us")).view(pa.int64()), 0))
    else:
        raise TypeError(f"the protobuf table has no place for {kind}")


def _plain(array: pa.Array, instead: float) -> Any:
    filled = pc.fill_null(array, pa.scalar(instead, array.type)) if array.null_count else array
    return filled.to_numpy(zero_copy_only=False).tolist()  # a list is taken up twice as fast as an array


def _array(column: Any) -> pa.Array:
    kind = column.type
    if kind == "character":
        return _masked(pa.array(list(column.texts), pa.string()), column)
    if kind == "double":
        return _numbers(column.doubles, "<f8", column)
    if kind in ("integer64", "POSIXct", "difftime"):
        longs = _numbers(column.longs, "<i8", column)
        zoned = pa.timestamp("us", column.zone or None)
        return longs.view({"integer64": pa.int64(), "POSIXct": zoned, "difftime": pa.duration("us")}[kind])
    integers = _numbers(column.integers, "<i4", column)
    if kind in ("factor", "ordered"):
        levels = pa.array(list(column.levels), pa.string())
        return pa.DictionaryArray.from_arrays(integers, levels, ordered=kind == "ordered")
    if kind == "logical":
        return integers.cast(pa.bool_())
    if kind not in ("integer", "Date"):
        raise ValueError(f"the protobuf table has a column of an unknown type, {kind!r}")
    return integers.view(pa.date32() if kind == "Date" else pa.int32())


def _numbers(values: Any, width: str, column: Any) -> pa.Array:
    return pa.array(np.array(values, width), mask=_mask(column, len(values)), from_pandas=False)


def _masked(array: pa.Array, column: Any) -> pa.Array:
    mask = _mask(column, len(array))
    return array if mask is None else pc.if_else(pa.array(mask), pa.scalar(None, array.type), array)


def _mask(column: Any, rows: int) -> Any:
    if not column.missing:
        return None
    mask = np.zeros(rows, dtype=bool)
    mask[np.array(column.missing)] = True
    return mask


@cache
def _message() -> Any:
    """The class of the message Table, made from its description here: no compiler is needed."""
    from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

    file = descriptor_pb2.FileDescriptorProto(name="parity/table.proto", package="parity", syntax="proto3")
    column = file.message_type.add(name="Column")
    for name, number, kind, repeated in _COLUMN:
        column.field.add(name=name, number=number, type=kind, label=3 if repeated else 1)
    table = file.message_type.add(name="Table")
    table.field.add(name="rows", number=1, type=_UINT32, label=1)
    table.field.add(name="columns", number=2, type=_MESSAGE, type_name=".parity.Column", label=3)
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("parity.Table"))
