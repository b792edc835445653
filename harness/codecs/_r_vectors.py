"""Arrow columns as the vectors that R has for them, and back, bit by bit.

An R vector is a mode, its values, and attributes (class, levels, tzone, units). NA lies among the values: a
NaN with payload 1954, the smallest integer, a null text.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

NA_REAL = np.uint64(0x7FF0_0000_0000_07A2)
_NA_PAYLOAD = np.uint64(1954)  # any NaN with this lower half is NA to R, whatever its sign and upper half
_LOWER_HALF = np.uint64(0xFFFF_FFFF)
NA_INTEGER = np.int32(-(2**31))
NA_INTEGER64 = np.int64(-(2**63))
_A_SECOND = 1_000_000
_SECONDS = {"secs": 1, "mins": 60, "hours": 3_600, "days": 86_400, "weeks": 604_800}
_LARGEST_EXACT = 2**53


@dataclass(frozen=True, slots=True)
class RVector:
    """``mode`` is double, integer, logical or character; values are float64, int32, int32, or an Arrow
    string array. A None among an attribute's texts is NA."""

    mode: str
    values: Any
    attributes: Mapping[str, tuple[str | None, ...]] = field(default_factory=dict)

    @property
    def classes(self) -> tuple[str | None, ...]:
        """R's class attribute; empty for a plain vector."""
        return self.attributes.get("class", ())


def to_r(array: pa.Array) -> RVector:
    """The R vector of a column. Raises TypeError for a type that R has no vector for, and ValueError for a
    value that would be altered."""
    kind = array.type
    if pa.types.is_float64(kind):
        return RVector("double", _doubles(array))
    if pa.types.is_integer(kind) and kind.bit_width <= 32 and not pa.types.is_uint32(kind):
        return RVector("integer", _integers(array, "an integer"))
    if pa.types.is_int64(kind):
        return RVector("double", _filled(array, NA_INTEGER64).view("<f8"), {"class": ("integer64",)})
    if pa.types.is_boolean(kind):
        return RVector("logical", _integers(array.cast(pa.int32()), "a logical"))
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return RVector("character", array)
    if pa.types.is_dictionary(kind):
        return _factor(array)
    if pa.types.is_date32(kind):
        days = array.view(pa.int32())
        return RVector("double", _with_na(_filled(days, 0).astype("<f8"), days), {"class": ("Date",)})
    if pa.types.is_timestamp(kind):
        zone = {} if kind.tz is None else {"tzone": (kind.tz,)}
        return RVector(
            "double", _seconds(array, pa.timestamp("us", kind.tz)), {"class": ("POSIXct", "POSIXt"), **zone}
        )
    if pa.types.is_duration(kind):
        return RVector(
            "double", _seconds(array, pa.duration("us")), {"class": ("difftime",), "units": ("secs",)}
        )
    raise TypeError(f"R has no vector for {kind}")


def from_r(vector: RVector) -> pa.Array:
    """The column of an R vector. Raises TypeError for a class and ValueError for a value that Arrow cannot
    say."""
    match vector.classes, vector.mode:
        case (), "double":
            return _from_doubles(vector.values)
        case (), "integer":
            return pa.array(vector.values, mask=vector.values == NA_INTEGER)
        case (), "logical":
            return pa.array(vector.values != 0, pa.bool_(), mask=vector.values == NA_INTEGER)
        case (), "character":
            return vector.values
        case (*_, "factor"), "integer":
            codes = pa.array(vector.values - 1, mask=vector.values == NA_INTEGER)
            levels = pa.array(vector.attributes.get("levels", ()), pa.string())
            return pa.DictionaryArray.from_arrays(codes, levels, ordered="ordered" in vector.classes)
        case ("integer64",), "double":
            whole = vector.values.view("<i8")
            return pa.array(whole, mask=whole == NA_INTEGER64)
        case ("Date",), "integer":
            return pa.array(vector.values, mask=vector.values == NA_INTEGER).view(pa.date32())
        case ("Date",), "double":
            return _whole(vector.values, 1, "a date of part of a day").cast(pa.int32()).view(pa.date32())
        case ("POSIXct", "POSIXt"), "double":
            zone = vector.attributes.get("tzone", (None,))[0]
            ticks = _whole(vector.values, _A_SECOND, "a time with parts of a microsecond")
            return ticks.view(pa.timestamp("us", zone or None))
        case ("difftime",), "double":
            units = str(vector.attributes["units"][0])
            ticks = _whole(vector.values, _A_SECOND * _SECONDS[units], "a span with parts of a microsecond")
            return ticks.view(pa.duration("us"))
        case classes, mode:
            raise TypeError(f"no Arrow type for {mode} of class {classes}")


def in_bytes(values: Any) -> bytes | memoryview:
    """The bytes of an array where they lie."""
    held = np.ascontiguousarray(values)
    return held.data.cast("B") if held.size else b""  # a view of nothing cannot be cast


def _doubles(array: pa.Array) -> Any:
    return _with_na(_filled(array, 0.0), array)


def _with_na(values: Any, array: pa.Array) -> Any:
    if not array.null_count:
        return values
    bits = values.view("<u8").copy()
    bits[array.is_null().to_numpy(zero_copy_only=False)] = NA_REAL
    return bits.view("<f8")


def _filled(array: pa.Array, value: Any) -> Any:
    held = pc.fill_null(array, pa.scalar(value, array.type)) if array.null_count else array
    return held.to_numpy(zero_copy_only=False)


def _integers(array: pa.Array, what: str) -> Any:
    filled = _filled(array, int(NA_INTEGER)) if pa.types.is_int32(array.type) else None
    if filled is None:
        return _integers(array.cast(pa.int32()), what)
    if (filled == NA_INTEGER).sum() != array.null_count:
        raise ValueError(f"{NA_INTEGER} is NA to R: it cannot be {what} there")
    return filled


def _factor(array: pa.Array) -> RVector:
    ordered = ("ordered", "factor") if array.type.ordered else ("factor",)
    codes = _filled(array.indices.cast(pa.int32()), -1)
    values = np.where(codes < 0, NA_INTEGER, codes + 1).astype("<i4")
    return RVector("integer", values, {"levels": tuple(array.dictionary.to_pylist()), "class": ordered})


def _seconds(array: pa.Array, kind: pa.DataType) -> Any:
    ticks = array.cast(kind).view(pa.int64())
    held = _filled(ticks, 0)
    seconds = held / _A_SECOND
    if held.size and max(abs(int(held.min())), abs(int(held.max()))) > _LARGEST_EXACT:
        raise ValueError("a time so far from 1970 that a double cannot count its microseconds")
    return _with_na(seconds, ticks)


def _is_na(values: Any) -> Any:
    return np.isnan(values) & (values.view("<u8") & _LOWER_HALF == _NA_PAYLOAD)


def _from_doubles(values: Any) -> pa.Array:
    missing = _is_na(values)
    return pa.array(values, mask=missing if missing.any() else None, from_pandas=False)


def _whole(values: Any, scale: int, otherwise: str) -> pa.Array:
    """Doubles as whole ticks. Raises ValueError where ticks cannot say them."""
    missing = _is_na(values)
    held = np.where(missing, 0.0, values)
    ticks = np.rint(held * scale)
    if not (np.abs(ticks) <= _LARGEST_EXACT).all() or not (ticks / scale == held).all():
        raise ValueError(f"{otherwise} has no Arrow type")
    return pa.array(ticks.astype("<i8"), mask=missing)
