"""What a worker sent back, as the Arrow arrays of a reply: the declared type decides, values are kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from harness.model import Output
from harness.protocols import Outcome
from harness.schema import ARROW_TYPES, Kind
from harness.workers.python import wire
from harness.workers.python.errors import Refusal
from harness.workers.python.wire import Column

_NUMBERS = frozenset((wire.DOUBLE, wire.INT32, wire.INT64, wire.BOOL))
_TIMES = frozenset((wire.DATE, wire.DATETIME, wire.INSTANT))
_TEXTS = frozenset((wire.TEXT, wire.FACTOR))
_FITTING: Mapping[Kind, frozenset[int]] = {
    Kind.FLOAT: _NUMBERS,
    Kind.INT: _NUMBERS,
    Kind.BOOL: _NUMBERS,
    Kind.CATEGORY: _TEXTS,
    Kind.STRING: _TEXTS,
    Kind.DATE: _TIMES,
    Kind.DATETIME: _TIMES,
}
_NAMES: Mapping[int, str] = {
    wire.BOOL: "true and false",
    wire.DATE: "dates",
    wire.DATETIME: "datetimes",
    wire.INSTANT: "datetimes",
    wire.TEXT: "text",
    wire.FACTOR: "text",
}
_EXACT_IN_DOUBLE = 2**53
_MICROSECONDS = 1_000_000
_DAY = 86_400 * _MICROSECONDS


def answers(columns: Sequence[Column], outputs: Sequence[Output]) -> dict[str, pa.Array]:
    """One array an output: float64, int64, bool, string, date32 or timestamp[us], null where missing.

    NaN is null. Doubles stay doubles where an int is declared; numbers other than 0 and 1 stay numbers
    where a bool is declared; a datetime that is no midnight stays one where a date is declared. Raises
    Refusal (WrongType) where what came cannot be the declared type.
    """
    return {one.name: _array(column, one) for column, one in zip(columns, outputs, strict=True)}


def _array(column: Column, one: Output) -> pa.Array:
    rows = len(column.values)
    if column.missing is False:  # doubles that are known to be numbers, all of them
        if one.kind in (Kind.FLOAT, Kind.INT):
            return pa.array(column.values, pa.float64())
        column = column._replace(missing=None)
    if column.kind == wire.BOOL and column.missing is not None and column.missing.all():
        return pa.nulls(rows, ARROW_TYPES[one.kind])
    if column.kind not in _FITTING[one.kind]:
        raise _wrong_type(column, one)
    if column.kind in _TEXTS:
        return _strings(column)
    if column.kind in _TIMES:
        return _times(column, one)
    return _numbers(column, one.kind)


def _wrong_type(column: Column, one: Output) -> Refusal:
    if column.kind == wire.OTHER:
        assert column.texts is not None
        what, example = column.texts.strings()
        row = None
    else:
        present = [at for at in range(len(column.values)) if wire.cell(column, at) is not None]
        row = present[0] if present else None
        what = _NAMES.get(column.kind, "numbers")
        example = "" if row is None else _shown(column, row)
    said = f", for example {example}" if example else ""
    where = "" if row is None else f" in row {row}"
    message = f"{one.name}: declared {one.kind.value}, but {what} came{said}{where}"
    return Refusal(Outcome.RAISED, "WrongType", message, row)


def _shown(column: Column, row: int) -> str:
    value = wire.cell(column, row)
    if column.kind in _TIMES and np.isfinite(value):
        unit = {wire.DATE: _DAY, wire.DATETIME: _MICROSECONDS, wire.INSTANT: 1}[column.kind]
        moment = np.datetime64(int(value * unit), "us")
        return str(moment.astype("M8[D]") if column.kind == wire.DATE else moment.astype("M8[s]"))
    return repr(value)


def _strings(column: Column) -> pa.Array:
    assert column.texts is not None
    ends = np.zeros(len(column.texts) + 1, dtype=np.int32)
    np.cumsum(column.texts.lengths, out=ends[1:])
    data = pa.py_buffer(bytes(column.texts.data))
    entries = pa.StringArray.from_buffers(len(column.texts), pa.py_buffer(ends), data)
    missing = column.values < 0
    codes = pa.array(column.values, pa.int32(), mask=missing if missing.any() else None)
    return entries.take(codes)


def _numbers(column: Column, kind: Kind) -> pa.Array:
    if column.kind == wire.DOUBLE:
        # pyarrow folds NaN into null only where it is given no mask
        absent = None if column.missing is None else column.missing | np.isnan(column.values)
        found = pa.array(column.values, pa.float64(), mask=absent, from_pandas=True)
    elif column.kind == wire.BOOL:
        found = pa.array(column.values.astype(bool), pa.bool_(), mask=column.missing)
    else:
        found = pa.array(column.values.astype(np.int64, copy=False), pa.int64(), mask=column.missing)
    if kind is Kind.BOOL:
        return _as_bool(found)
    if pa.types.is_boolean(found.type):
        found = found.cast(pa.int8()).cast(pa.int64())
    if kind is Kind.FLOAT and pa.types.is_integer(found.type) and _exact_in_double(column):
        return found.cast(pa.float64())
    return found


def _as_bool(found: pa.Array) -> pa.Array:
    if pa.types.is_boolean(found.type):
        return found
    binary = pc.all(pc.or_(pc.equal(found, 0), pc.equal(found, 1))).as_py()
    return pc.equal(found, 1) if binary in (True, None) else found


def _exact_in_double(column: Column) -> bool:
    values = column.values
    if column.kind in (wire.BOOL, wire.INT32) or len(values) == 0:
        return True
    return bool(values.max() <= _EXACT_IN_DOUBLE and values.min() >= -_EXACT_IN_DOUBLE)


def _times(column: Column, one: Output) -> pa.Array:
    micros, missing = _microseconds(column, one)
    dates = column.kind == wire.DATE or one.kind is Kind.DATE
    present = micros if missing is None else micros[~missing]
    if one.kind is Kind.DATE and dates and not (present % _DAY).any():
        return pa.array((micros // _DAY).astype(np.int32), pa.date32(), mask=missing)
    return pa.array(micros, pa.timestamp("us"), mask=missing)


def _microseconds(column: Column, one: Output) -> tuple[Any, Any]:
    """Microseconds since 1970 as int64, and where they are missing (None: nowhere)."""
    if column.kind == wire.INSTANT:
        return column.values, column.missing
    values = column.values
    missing = np.isnan(values) if column.missing is None else column.missing | np.isnan(values)
    scaled = np.where(missing, 0.0, values) * (_DAY if column.kind == wire.DATE else _MICROSECONDS)
    beyond = ~(np.abs(scaled) < 2.0**62)
    if beyond.any():
        row = int(np.argmax(beyond))
        raise Refusal(
            Outcome.RAISED,
            "WrongType",
            f"{one.name}: {values[row]} in row {row} is beyond any {one.kind.value}",
            row,
        )
    return np.rint(scaled).astype(np.int64), missing if missing.any() else None
