"""A specimen as an R expression that rebuilds it from raw bits.

The functions that it calls (``doubles``, ``texts``, ...) are those of ``r/specimens.R``.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence

from harness.fidelity import words as in_words
from harness.fidelity.columns import MICROSECONDS, Column, Kind, Specimen, Value

NA_REAL = 0x7FF0_0000_0000_07A2  # a NaN with payload 1954
NA_INTEGER = -(2**31)
NA_INTEGER64 = -(2**63)


def expression(specimen: Specimen) -> str:
    """R code whose value is the table as a data.frame."""
    columns = ", ".join(_column(column) for column in specimen.columns)
    names = _hex_texts([column.name for column in specimen.columns])
    return f"table_of(list({columns}), {names}, {specimen.rows}L)"


def _column(column: Column) -> str:
    values = column.values
    match column.kind:
        case Kind.DOUBLE:
            return _doubles(values)
        case Kind.INTEGER:
            return _integers(values)
        case Kind.LOGICAL:
            return f"logicals({_integers(values)})"
        case Kind.CHARACTER:
            return f"texts({_hex_texts(values)})"
        case Kind.LATIN1:
            return f"texts({_hex_texts(values, 'latin-1')}, 'latin1')"
        case Kind.FACTOR | Kind.ORDERED:
            codes = _integers([None if value is None else int(value) + 1 for value in values])
            ordered = "TRUE" if column.kind is Kind.ORDERED else "FALSE"
            return f"leveled({codes}, texts({_hex_texts(column.levels)}), {ordered})"
        case Kind.DATE:
            return f"classed({_doubles(values)}, 'Date')"
        case Kind.DATE_INTEGER:
            return f"classed({_integers(values)}, 'Date')"
        case Kind.DATETIME:
            zone = "NULL" if column.zone is None else repr(column.zone)
            return f"instants({_doubles([seconds(value) for value in values])}, {zone})"
        case Kind.DIFFTIME:
            return f"spans({_doubles(values)}, {column.units!r})"
        case Kind.INTEGER64:
            packed = [NA_INTEGER64 if value is None else int(value) for value in values]
            bits = struct.pack(f"<{len(packed)}q", *packed).hex()
            return f"classed(doubles('{bits}'), 'integer64')"
        case _:
            raise AssertionError(f"{column.kind} is no kind of column")


def seconds(value: Value) -> float | None:
    """A datetime in R's way: seconds since 1970. A float is that already."""
    if value is None or isinstance(value, float):
        return value
    assert isinstance(value, int)
    return value / MICROSECONDS["secs"]


def words(column: Column) -> str:
    """The first value as a person reads it, of a column that only R has."""
    first = column.values[0]
    held = float("nan") if first is None else float(first)
    return in_words.day(held) if column.kind is Kind.DATE else in_words.instant(held)


def _doubles(values: Sequence[Value]) -> str:
    packed = b"".join(
        struct.pack("<Q", NA_REAL) if value is None else struct.pack("<d", float(value)) for value in values
    )
    return f"doubles('{packed.hex()}')"


def _integers(values: Sequence[Value]) -> str:
    packed = [NA_INTEGER if value is None else int(value) for value in values]
    return f"integers('{struct.pack(f'<{len(packed)}i', *packed).hex()}')"


def _hex_texts(values: Sequence[Value], encoding: str = "utf-8") -> str:
    cells = ("NA" if value is None else f"'{str(value).encode(encoding).hex()}'" for value in values)
    return f"c({', '.join(cells)})" if values else "character()"
