"""Values as a person reads them, the same from either language: ``-0.0``, ``NaN``, ``NA``, ``"a\\nb"``."""

from __future__ import annotations

import datetime as dt
import json
import math
import struct

_R_NAN = 0x7FF8_0000_0000_0000
_R_NA = 0x7FF0_0000_0000_07A2
_NA_PAYLOAD = 1954  # every NaN with this lower half is NA to R: arithmetic and signs change the rest
_NA_INTEGER64 = -(2**63)
_EPOCH = dt.date(1970, 1, 1)
_EPOCH_INSTANT = dt.datetime(1970, 1, 1)
_LONGEST = 40


def double(value: float) -> str:
    """A double with its sign of zero and its payload; R's NA by that name."""
    bits = struct.unpack("<Q", struct.pack("<d", value))[0]
    if value != value and bits & 0xFFFF_FFFF == _NA_PAYLOAD:
        return "NA" if bits == _R_NA else f"NA 0x{bits:016x}"
    if value != value:
        return "NaN" if bits == _R_NAN else f"NaN 0x{bits:016x}"
    return repr(value)


def text(value: str | None) -> str:
    """A text in quotes, what cannot be seen escaped, shortened where it is long."""
    if value is None:
        return "NA"
    quoted = json.dumps(value, ensure_ascii=not value.isprintable())
    return quoted if len(quoted) <= _LONGEST else f"{quoted[: _LONGEST - 3]}..."


def texts(values: list[str | None]) -> str:
    """Several texts, as levels are listed."""
    shown = ", ".join(text(value) for value in values[:6])
    return f"({shown}{', ...' if len(values) > 6 else ''})"


def day(value: float) -> str:
    """Days since 1970 as a date, or as a number of days where no calendar of ours goes that far."""
    if value != value:
        return double(value)
    if value != int(value):
        return f"day {value!r}"
    try:
        return (_EPOCH + dt.timedelta(days=int(value))).isoformat()
    except OverflowError:
        return f"day {int(value)}"


def instant(seconds: float) -> str:
    """Seconds since 1970 as a point in time in UTC, with as many decimals as it has."""
    if seconds != seconds:
        return double(seconds)
    if abs(seconds * 1e6 - round(seconds * 1e6)) > 1e6 * math.ulp(seconds):
        return f"second {seconds!r}"
    return microsecond(round(seconds * 1e6))


def microsecond(ticks: int) -> str:
    """Microseconds since 1970 as a point in time in UTC."""
    try:
        return f"{(_EPOCH_INSTANT + dt.timedelta(microseconds=ticks)).isoformat(' ')} UTC"
    except OverflowError:
        return f"microsecond {ticks}"


def from_r(tagged: str) -> str:
    """What R's judge says of a value (``r/judge.R``): a tag, then hexadecimal."""
    tag, _, rest = tagged.partition(":")
    held, _, units = rest.partition(":")
    if tag == "T":
        return texts([None if one == "NA" else _utf8(one) for one in rest.split(",")] if rest else [])
    if tag in ("w", "t"):
        return text(_utf8(held)) if tag == "t" else _utf8(held)
    raw = bytes.fromhex(held)
    if tag == "I":
        whole = struct.unpack("<q", raw)[0]
        return "NA" if whole == _NA_INTEGER64 else str(whole)
    number = struct.unpack("<d", raw)[0]
    return _number(tag, number, units)


def _number(tag: str, number: float, units: str) -> str:
    if tag == "i":
        return str(int(number)) if number == number else "NA"
    if tag == "D":
        return day(number)
    if tag == "P":
        return instant(number)
    return f"{double(number)} {units}" if tag == "S" else double(number)


def _utf8(held: str) -> str:
    return bytes.fromhex(held).decode("utf-8", errors="backslashreplace")
