"""A TOML value as a value of an input: the declared type decides what may be written."""

from __future__ import annotations

import datetime as dt
import math
import re
from typing import TypeVar

from harness.modelfile.problems import kind_of
from harness.schema import Kind, Scalar

#: What other languages call the types of a model file.
KIND_SYNONYMS = {
    **dict.fromkeys(("double", "number", "numeric", "real", "float64", "float32", "decimal"), "float"),
    **dict.fromkeys(("long", "int64", "int32", "whole"), "int"),
    **dict.fromkeys(("logical", "boolean"), "bool"),
    **dict.fromkeys(("factor", "enum", "ordered", "level", "levels"), "category"),
    **dict.fromkeys(("str", "text", "character", "object", "char"), "string"),
    **dict.fromkeys(("posixct", "timestamp", "time", "datetime64"), "datetime"),
}

# text that no form could meet: it is no character, or R cannot hold it
_UNSAYABLE = re.compile("[\0\ufffe\uffff\ud800-\udfff]")
_INT64_MAX = 2**63 - 1
_T = TypeVar("_T", bool, str)


class UnfitError(ValueError):
    """A value does not fit the declared type. The text completes a message: ``is text; write ...``."""


def scalar(kind: Kind, value: object) -> Scalar:
    """A TOML value as a value of this type. A date with a time comes back naive, in UTC.

    Raises UnfitError that says what the value is and what to write.
    """
    if kind is Kind.FLOAT:
        return _float(value)
    if kind is Kind.INT:
        return _int(value)
    if kind is Kind.BOOL:
        return _of_type(bool, value, "true or false")
    if kind is Kind.DATE:
        return _date(value)
    if kind is Kind.DATETIME:
        return _datetime(value)
    return sayable(_of_type(str, value, "text in quotes"))


def is_finite(value: float) -> bool:
    """Whether a double can hold the magnitude of a number (an integer in a file may have 400 digits)."""
    try:
        return math.isfinite(value)
    except OverflowError:
        return False


def sayable(text: str) -> str:
    """The text itself, if every form can hold it. Raises UnfitError otherwise."""
    match = _UNSAYABLE.search(text)
    if match is not None:
        raise UnfitError(f"holds U+{ord(match[0]):04X}, which is no text; take it out")
    return text


def _of_type(kind: type[_T], value: object, instead: str) -> _T:
    if isinstance(value, kind):
        return value
    raise UnfitError(f"is {kind_of(value)}; write {instead}")


def _float(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise UnfitError(f"is {kind_of(value)}; write a number")
    if isinstance(value, int) and (not is_finite(value) or int(float(value)) != value):
        raise UnfitError("is no double: it has too many digits; write a number that a double can hold")
    if not is_finite(value):
        raise UnfitError("is not finite; write a finite number, or leave it out")
    return float(value)


def _int(value: object) -> int:
    if isinstance(value, float) and value.is_integer():
        raise UnfitError(f"is a float; write {int(value)}")
    if isinstance(value, bool) or not isinstance(value, int):
        raise UnfitError(f"is {kind_of(value)}; write a whole number")
    if abs(value) > _INT64_MAX:
        raise UnfitError("does not fit into 64 bits; write a smaller number")
    return value


def _date(value: object) -> dt.date:
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return value
    raise UnfitError(f"is {kind_of(value)}; write a date without quotes, like 2030-12-31")


def _datetime(value: object) -> dt.datetime:
    if not isinstance(value, dt.datetime):
        raise UnfitError(f"is {kind_of(value)}; write a date with its time, like 2030-12-31T23:59:59Z")
    if value.microsecond:
        raise UnfitError("has a fraction of a second; write whole seconds")
    if value.tzinfo is None:
        return value
    try:
        return value.astimezone(dt.UTC).replace(tzinfo=None)
    except OverflowError:
        raise UnfitError("lies outside the years 1 to 9999 in UTC; write a later or earlier one") from None
