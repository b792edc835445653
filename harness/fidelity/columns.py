"""Columns as no language has them yet: what a type holds, in values that Python and R are each made from.

A :class:`Specimen` is a small table that is sent through a codec. Its two images, the Arrow batch
(``arrow_image``) and the R expression (``r_image``), are made from it alone, so that neither language's
idea of a value is taken for the truth about the other's.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, replace
from enum import StrEnum


class Kind(StrEnum):
    """A type of column, or a property of a whole table, as the matrix spells it."""

    DOUBLE = "double"
    INTEGER = "integer"
    LOGICAL = "logical"
    CHARACTER = "character"
    LATIN1 = "latin1"
    FACTOR = "factor"
    ORDERED = "ordered"
    DATE = "date"
    DATE_INTEGER = "date_integer"
    DATETIME = "datetime"
    DIFFTIME = "difftime"
    INTEGER64 = "integer64"
    NAMES = "names"
    SHAPE = "shape"

    @property
    def meaning(self) -> str:
        """What it is in R, and in an Arrow batch."""
        return _MEANINGS[self]


_MEANINGS = {
    Kind.DOUBLE: "double · float64",
    Kind.INTEGER: "integer · int32",
    Kind.LOGICAL: "logical · bool",
    Kind.CHARACTER: "character in UTF-8 · string",
    Kind.LATIN1: "character marked Latin-1 · string",
    Kind.FACTOR: "factor · dictionary of strings",
    Kind.ORDERED: "ordered factor · ordered dictionary of strings",
    Kind.DATE: "Date held as double · date32",
    Kind.DATE_INTEGER: "Date held as integer · date32",
    Kind.DATETIME: "POSIXct · timestamp[us, zone]",
    Kind.DIFFTIME: "difftime · duration[us]",
    Kind.INTEGER64: "integer64 of bit64 · int64",
    Kind.NAMES: "column names",
    Kind.SHAPE: "tables without rows or columns",
}

#: None is missing. Doubles are floats, factors are codes from 0, a date counts days, a datetime
#: microseconds, and a difftime its own units; a float where an int is expected is for R alone.
Value = float | int | str | bool | None

NA_PAYLOAD = 1954


def is_na(value: Value) -> bool:
    """Whether R takes a value for NA: None, and every NaN whose lower half is 1954, as ``-NA`` is one."""
    if not isinstance(value, float):
        return value is None
    return value != value and struct.unpack("<I", struct.pack("<d", value)[:4])[0] == NA_PAYLOAD


MICROSECONDS = {
    "secs": 1_000_000,
    "mins": 60_000_000,
    "hours": 3_600_000_000,
    "days": 86_400_000_000,
    "weeks": 604_800_000_000,
}


@dataclass(frozen=True, slots=True)
class Column:
    """One column. ``levels`` belong to factors (None: the missing level), ``zone`` to a datetime (None:
    no zone at all), ``units`` to a difftime."""

    kind: Kind
    values: tuple[Value, ...]
    name: str = "x"
    levels: tuple[str | None, ...] = ()
    zone: str | None = None
    units: str = "secs"

    @property
    def has_arrow_image(self) -> bool:
        """Whether an Arrow type can say the values: none can say a Date of half a day."""
        whole = (Kind.DATE, Kind.DATETIME)
        return self.kind not in whole or not any(isinstance(value, float) for value in self.values)

    @property
    def is_of_r_alone(self) -> bool:
        """Whether only R has such a column to send: an Arrow batch says the values, but not that it is one
        of Latin-1, of whole numbers, of minutes, or which of R's many NA it is."""
        in_units = self.kind is Kind.DIFFTIME and self.units != "secs"
        other_na = self.kind is Kind.DOUBLE and any(v is not None and is_na(v) for v in self.values)
        of_r = self.kind in (Kind.LATIN1, Kind.DATE_INTEGER)
        return of_r or in_units or other_na or not self.has_arrow_image


@dataclass(frozen=True, slots=True)
class Specimen:
    """A small table: columns of as many values as there are rows."""

    columns: tuple[Column, ...]
    rows: int

    @classmethod
    def of(cls, column: Column) -> Specimen:
        """A table of one column."""
        return cls((column,), len(column.values))

    @property
    def is_of_r_alone(self) -> bool:
        """Whether only R has such a table to send."""
        return any(column.is_of_r_alone for column in self.columns)

    def with_values(self, place: int, values: tuple[Value, ...]) -> Specimen:
        """The same table with other values in one column."""
        columns = list(self.columns)
        columns[place] = replace(columns[place], values=values)
        return replace(self, columns=tuple(columns))
