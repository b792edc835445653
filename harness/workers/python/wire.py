"""Frames: how a call crosses from one process to another, the same bytes for every language.

A frame is a 16-byte header and a payload, little-endian throughout::

    int32 kind (MARK + one of the kinds below)   int32 call   float64 payload length in bytes

The payload is a number of tables::

    int32 tables   int32 0   then each table

A table is columns of equal length. Every part begins on a multiple of 8 bytes from the payload's start
(zero bytes fill the gap), so that an array can be used where it lies, and neighbouring columns of
8-byte numbers are one contiguous block::

    int32 columns   int32 bytes of names   float64 rows
    int32 kind[columns]   int32 nulls[columns]   int32 name length[columns]
    the names, UTF-8, one after the other
    each column's data in order:
        if nulls is MASKED: uint8 missing[rows] (1: missing)
        DOUBLE, DATE (days), DATETIME (seconds, UTC): float64[rows]
        INT64, INSTANT (microseconds, UTC): int64[rows]
        INT32: int32[rows]      BOOL, BYTES: uint8[rows]
        TEXT, FACTOR, OTHER: int32 entries   int32 bytes
            int32 length[entries]   the entries, UTF-8   int32 code[rows]

``nulls`` is NONE, MASKED, or NATIVE: as R itself keeps them (NA bits in a double, -2**31 in an integer,
and text codes that count from 1, -2**31 for missing). Codes otherwise count from 0, and -1 is missing.
A FACTOR's entries are its levels in order. ``entries`` of -1 (with 0 bytes and no lengths) stands for
those that the column of this name had last in this session. OTHER is a value that no kind fits: its
entries are the class and an example, and it has no codes. The bits of a double are never altered.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any, Iterable, NamedTuple, Sequence, Union

import numpy as np

if TYPE_CHECKING:
    Buffer = Union[bytes, bytearray, memoryview]
    Scalar = Union[str, bool, int, float, None]

PROTOCOL = 1
MARK = 0x50480000  # "HP" in the upper half of every kind: a stray line of text is no frame
HEADER = struct.Struct("<iid")

HELLO, OPEN, OPENED, CALL, RESULT, FAILED, MINE, MINED, CLOSE, WATCH, WATCHED, SIFT, SIFTED = range(1, 14)
SHOW, TREES, LIST, ENTRIES, PROVE, PROVED = range(30, 36)
CALL_SHARED, RESULT_SHARED, REFUSED_SHARED = 40, 41, 42  # see harness/workers/sharing.py
KINDS = frozenset(
    (*range(HELLO, SIFTED + 1), *range(SHOW, PROVED + 1), CALL_SHARED, RESULT_SHARED, REFUSED_SHARED)
)
DOUBLE, INT32, INT64, BOOL, TEXT, FACTOR, DATE, DATETIME, INSTANT, BYTES, OTHER = range(1, 12)
NONE, MASKED, NATIVE = range(3)

R_NA_INT = -(2**31)
R_NA_REAL_LOW = 1954  # the lower half of the bits of R's NA_real_
R_NA_REAL = np.uint64(0x7FF00000000007A2)
TEXTUAL = frozenset((TEXT, FACTOR, OTHER))
DTYPES: dict[int, Any] = {
    DOUBLE: np.dtype("<f8"),
    DATE: np.dtype("<f8"),
    DATETIME: np.dtype("<f8"),
    INT64: np.dtype("<i8"),
    INSTANT: np.dtype("<i8"),
    INT32: np.dtype("<i4"),
    BOOL: np.dtype("u1"),
    BYTES: np.dtype("u1"),
}
CODE = np.dtype("<i4")


class WireError(Exception):
    """Bytes that are no frame of this protocol. The message says what was found."""


class Texts:
    """A dictionary of texts, kept as lengths and UTF-8 bytes until somebody asks for strings."""

    __slots__ = ("_strings", "data", "lengths")

    def __init__(self, lengths: Any, data: Buffer, strings: tuple[str, ...] | None = None) -> None:
        self.lengths = lengths
        self.data = data
        self._strings = strings

    @classmethod
    def of(cls, strings: Iterable[str]) -> Texts:
        """Encode strings. Raises UnicodeEncodeError for a lone surrogate."""
        kept = tuple(strings)
        encoded = [one.encode() for one in kept]
        return cls(np.array([len(one) for one in encoded], dtype=CODE), b"".join(encoded), kept)

    def strings(self) -> tuple[str, ...]:
        """The texts as Python strings. Raises UnicodeDecodeError where bytes are no UTF-8."""
        if self._strings is None:
            whole = bytes(self.data)
            ends = np.cumsum(self.lengths, dtype=np.int64).tolist()
            starts = [0, *ends[:-1]]
            self._strings = tuple([whole[a:b].decode() for a, b in zip(starts, ends)])
        return self._strings

    def __len__(self) -> int:
        return len(self.lengths)


class Column(NamedTuple):
    """One column. ``values`` are codes where the kind is textual; ``missing`` is True where missing.

    With ``native`` the values carry R's own missing values, and codes count from 1; a column that was
    read is never native. ``texts`` of None in a textual column: the same as last time.
    """

    name: str
    kind: int
    values: Any
    missing: Any = None
    texts: Texts | None = None
    native: bool = False


class Table(NamedTuple):
    """Columns of ``rows`` values each."""

    columns: Sequence[Column]
    rows: int

    def record(self) -> dict[str, Any]:
        """The first row by column name, as Python values; missing is None."""
        return {one.name: cell(one, 0) for one in self.columns}

    def lists(self) -> dict[str, list[Any]]:
        """Every column as a list of Python values; missing is None."""
        return {one.name: _cells(one) for one in self.columns}


class Frame(NamedTuple):
    """One message: its kind, the number of the call it belongs to, and its tables."""

    kind: int
    call: int
    tables: Sequence[Table]


def cell(column: Column, row: int) -> Any:
    """One value as a Python value; missing is None."""
    missing = None if column.missing is None else column.missing[row : row + 1]
    return _cells(column._replace(values=column.values[row : row + 1], missing=missing))[0]


def _cells(column: Column) -> list[Any]:
    if column.kind in TEXTUAL:
        assert column.texts is not None
        entries = (*column.texts.strings(), None)
        return [entries[code] for code in column.values.tolist()]  # code -1 is the None at the end
    values = column.values.astype(bool) if column.kind == BOOL else column.values
    plain: list[Any] = values.tolist()
    if column.missing is None:
        return plain
    return [None if absent else one for one, absent in zip(plain, column.missing.tolist())]


def fields(**values: Scalar) -> Table:
    """A table of one row from Python values: text, bool, whole number (a double on the wire), float, None."""
    return Table([_field(name, value) for name, value in values.items()], 1)


def _field(name: str, value: Scalar) -> Column:
    if value is None:
        return texts_column(name, [None])
    if isinstance(value, str):
        return texts_column(name, [value])
    if isinstance(value, bool):
        return Column(name, BOOL, np.array([value], dtype="u1"))
    return Column(name, DOUBLE, np.array([value], dtype="<f8"))


def texts_column(name: str, values: Sequence[str | None]) -> Column:
    """A text column from Python strings; None is missing."""
    places: dict[str, int] = {}
    codes = [-1 if one is None else places.setdefault(one, len(places)) for one in values]
    return Column(name, TEXT, np.array(codes, dtype=CODE), texts=Texts.of(places))
