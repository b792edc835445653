"""Is the batch that came back the batch that was sent, bit by bit?

How Arrow holds a value is no difference (a large_string, the width of a dictionary's codes, a coarser or
finer unit of time that holds the same instants); another type is, as it is to a model.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from harness.fidelity import words
from harness.fidelity.difference import Difference


def difference(sent: pa.RecordBatch, came: object) -> Difference | None:
    """The first difference of two batches; None where every bit is the same."""
    if not isinstance(came, pa.RecordBatch):
        return Difference("frame", "RecordBatch", type(came).__name__)
    if came.num_columns != sent.num_columns:
        return Difference("columns", str(sent.num_columns), str(came.num_columns))
    for was, now in zip(sent.schema.names, came.schema.names, strict=True):
        if was != now:
            return Difference("names", words.text(was), words.text(now))
    if came.num_rows != sent.num_rows:
        return Difference("rows", str(sent.num_rows), str(came.num_rows))
    found = (_column(a, b) for a, b in zip(sent.columns, came.columns, strict=True))
    return next((one for one in found if one is not None), None)


def _column(sent: pa.Array, came: pa.Array) -> Difference | None:
    came = _as_held(came, sent.type)
    if _type_words(sent.type) != _type_words(came.type):
        aspect = "type" if _same_values(sent, came) else "type and values"
        return Difference(aspect, _type_words(sent.type), _type_words(came.type))
    if pa.types.is_timestamp(sent.type) and sent.type.tz != came.type.tz:
        return Difference("tzone", _zone(sent.type.tz), _zone(came.type.tz))
    if pa.types.is_dictionary(sent.type):
        was, now = sent.dictionary.to_pylist(), came.dictionary.to_pylist()
        if was != now:
            return Difference("levels", words.texts(was), words.texts(now))
    return _values(sent, came)


def _zone(name: str | None) -> str:
    return "none" if name is None else words.text(name)


def _as_held(came: pa.Array, wanted: pa.DataType) -> pa.Array:
    """The array in the width and unit that the other one has, where that changes nothing."""
    kind = came.type
    if pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        return came.cast(pa.string())
    if pa.types.is_dictionary(kind):
        return pa.DictionaryArray.from_arrays(
            came.indices.cast(pa.int32()), _as_held(came.dictionary, pa.string()), ordered=kind.ordered
        )
    in_time = (pa.types.is_timestamp(kind) and pa.types.is_timestamp(wanted)) or (
        pa.types.is_duration(kind) and pa.types.is_duration(wanted)
    )
    if not in_time or kind.unit == wanted.unit:
        return came
    target = pa.timestamp(wanted.unit, kind.tz) if pa.types.is_timestamp(kind) else pa.duration(wanted.unit)
    try:
        return came.cast(target)
    except pa.ArrowInvalid:  # finer than the unit: the values differ, and are told as they came
        return came


def _type_words(kind: pa.DataType) -> str:
    if pa.types.is_dictionary(kind):
        return f"{'ordered ' if kind.ordered else ''}dictionary of {_type_words(kind.value_type)}s"
    if pa.types.is_timestamp(kind):
        return f"timestamp[{kind.unit}]"
    return {"double": "float64", "date32[day]": "date32"}.get(str(kind), str(kind))


def _same_values(sent: pa.Array, came: pa.Array) -> bool:
    if pa.types.is_dictionary(sent.type):
        sent = sent.cast(pa.string())
    if pa.types.is_dictionary(came.type) and pa.types.is_string(came.type.value_type):
        came = came.cast(pa.string())
    if sent.null_count == len(sent):
        return bool(came.null_count == len(came))
    textual = pa.types.is_string(sent.type) == pa.types.is_string(came.type)
    numeric = _is_number(sent.type) and _is_number(came.type)
    if not (numeric or (textual and pa.types.is_string(sent.type))):
        return False
    try:
        back = came.cast(sent.type)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return False
    return _values(sent, back) is None


def _is_number(kind: pa.DataType) -> bool:
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_boolean(kind))


def _values(sent: pa.Array, came: pa.Array) -> Difference | None:
    was_missing, now_missing = _missing(sent), _missing(came)
    unlike = was_missing != now_missing
    both = ~(was_missing | now_missing)
    unlike[both] = (_bits(sent) != _bits(came))[both]
    if not unlike.any():
        return None
    row = int(np.argmax(unlike))
    return Difference("values", value(sent, row), value(came, row), row + 1)


def _missing(array: pa.Array) -> Any:
    return np.asarray(array.is_null().to_numpy(zero_copy_only=False), dtype=bool)


def _bits(array: pa.Array) -> Any:
    """Something whose elements are equal where the values' bits are; what stands at a null has no meaning."""
    kind = array.type
    if pa.types.is_dictionary(kind):
        return _bits(array.indices)
    if pa.types.is_null(kind):
        return np.zeros(len(array))
    if pa.types.is_floating(kind):
        filled = pc.fill_null(array, pa.scalar(0.0, kind)) if array.null_count else array
        return filled.to_numpy(zero_copy_only=False).view(f"u{kind.bit_width // 8}")
    if pa.types.is_temporal(kind):
        array = array.view(pa.int32() if kind.bit_width == 32 else pa.int64())
    if pa.types.is_integer(array.type):
        filled = pc.fill_null(array, 0) if array.null_count else array
        return filled.to_numpy(zero_copy_only=False)
    return np.array([*array.to_pylist(), None], dtype=object)[:-1]


def value(array: pa.Array, row: int) -> str:
    """One value in words."""
    if not array.is_valid()[row].as_py():
        return "NA"
    kind, one = array.type, array[row]
    if pa.types.is_dictionary(kind):
        return value(array.dictionary, array.indices[row].as_py())
    if pa.types.is_floating(kind):
        return words.double(float(one.as_py()))
    if pa.types.is_date32(kind):
        return words.day(one.cast(pa.int32()).as_py())
    if pa.types.is_timestamp(kind) and kind.unit == "us":
        return words.microsecond(one.cast(pa.int64()).as_py())
    if pa.types.is_duration(kind):
        return f"{one.cast(pa.int64()).as_py()} {kind.unit}"
    held = one.as_py()
    return words.text(held) if isinstance(held, str) else str(held)
