"""Protocol Buffers, a message a row, as services send it: optional fields made from the batch's schema.

Bytes: the length of the message's description (uint32, little-endian), the description, the rows.
"""

from __future__ import annotations

import struct
import sys
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import pyarrow as pa

from harness.installed import package_lack
from harness.protocols import Encoded, Lack

TITLE = "Protocol Buffers, by row"
PYTHON_END = True
R_END = None  # a message class for each schema is nothing that one does in R
R_PACKAGES: dict[str, str] = {}

#: Types of fields, as descriptor.proto numbers them.
_TYPES = {pa.float64(): 1, pa.int64(): 18, pa.int32(): 17, pa.bool_(): 8, pa.string(): 9}
_ARROW = {number: kind for kind, number in _TYPES.items()}
_OPTIONAL, _REPEATED, _MESSAGE = 1, 3, 11


def lack() -> Lack | None:
    """The Python package protobuf, where it is not installed."""
    found = package_lack(Path(sys.executable), "google.protobuf", "codecs")
    return found and Lack("the Python package protobuf is not installed", "`pip install protobuf`")


def encode(batch: pa.RecordBatch) -> bytes:
    """A message for each row. Raises TypeError for a type that no field has, and for two equal names."""
    names = batch.schema.names
    if len(set(names)) < len(names):
        raise TypeError("a message has no two fields of one name")
    unknown = next((kind for kind in batch.schema.types if kind not in _TYPES), None)
    if unknown is not None:
        raise TypeError(f"no field of a message holds {unknown}")
    described = _described([_TYPES[kind] for kind in batch.schema.types], names)
    table = _message(described)()
    places = {name: f"f{place}" for place, name in enumerate(names)}
    for row in batch.to_pylist():
        table.rows.add(**{places[name]: value for name, value in row.items()})
    encoded: bytes = struct.pack("<I", len(described)) + described + table.SerializeToString()
    return encoded


def decode(data: Encoded) -> pa.RecordBatch:
    """The rows. Raises ValueError for bytes that are no such message."""
    from google.protobuf.descriptor_pb2 import FileDescriptorProto
    from google.protobuf.message import DecodeError

    if len(data) < 4:
        raise ValueError(f"these bytes are no rows of messages: there are {len(data)}")
    end = 4 + struct.unpack("<I", data[:4])[0]
    try:
        described = bytes(data[4:end])
        row = FileDescriptorProto.FromString(described).message_type
        if not row:
            raise ValueError("these bytes are no rows of messages: nothing describes them")
        table = _message(described).FromString(bytes(data[end:]))
    except DecodeError as error:
        raise ValueError(f"these bytes are no rows of messages: {error}") from error
    return _batch(table.rows, row[0].field)


def _batch(rows: Sequence[Any], fields: Sequence[Any]) -> pa.RecordBatch:
    arrays = []
    for field in fields:
        name = field.name
        values = [getattr(row, name) if row.HasField(name) else None for row in rows]
        arrays.append(pa.array(values, _ARROW[field.type]))
    return pa.RecordBatch.from_arrays(arrays, names=[field.json_name for field in fields])


def _described(types: Sequence[int], names: Sequence[str]) -> bytes:
    """A file with the message of one row: any text can be a column's name, so it is the field's JSON name."""
    from google.protobuf import descriptor_pb2

    file = descriptor_pb2.FileDescriptorProto(name="parity/rows.proto", package="parity", syntax="proto2")
    row = file.message_type.add(name="Row")
    for place, (kind, name) in enumerate(zip(types, names, strict=True)):
        row.field.add(name=f"f{place}", number=place + 1, type=kind, label=_OPTIONAL, json_name=name)
    table = file.message_type.add(name="Rows")
    table.field.add(name="rows", number=1, type=_MESSAGE, type_name=".parity.Row", label=_REPEATED)
    described: bytes = file.SerializeToString(deterministic=True)
    return described


@lru_cache(maxsize=64)
def _message(described: bytes) -> Any:
    from google.protobuf import descriptor_pool, message_factory
    from google.protobuf.descriptor_pb2 import FileDescriptorProto

    pool = descriptor_pool.DescriptorPool()
    try:
        pool.Add(FileDescriptorProto.FromString(described))
        return message_factory.GetMessageClass(pool.FindMessageTypeByName("parity.Rows"))
    except KeyError as error:
        raise ValueError(f"these bytes are no rows of messages: {error}") from error
