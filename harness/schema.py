"""What a model takes: its inputs, their types and ranges, and the Arrow shape of a batch of them.

A batch is a ``pyarrow.RecordBatch`` with one column an input, in the declared order. Null means
*missing*; NaN is a number's value and is never used for missing in a batch.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import pyarrow as pa

INT32_MAX = 2**31 - 1
DEFAULT_FLOAT_BOUND = 1e15
DEFAULT_INT_BOUND = INT32_MAX
DEFAULT_DATES = (dt.date(1900, 1, 1), dt.date(2100, 12, 31))
DEFAULT_DATETIMES = (dt.datetime(1900, 1, 1), dt.datetime(2100, 12, 31, 23, 59, 59))

Scalar = float | int | bool | str | dt.date | dt.datetime


class Kind(StrEnum):
    """The type of an input or output, as the model file spells it."""

    FLOAT = "float"
    INT = "int"
    BOOL = "bool"
    CATEGORY = "category"
    STRING = "string"
    DATE = "date"
    DATETIME = "datetime"

    @property
    def ordered(self) -> bool:
        """Whether values have a legal range (numbers and times have; text and booleans have not)."""
        return self in (Kind.FLOAT, Kind.INT, Kind.DATE, Kind.DATETIME)

    @property
    def textual(self) -> bool:
        """Whether values are text: a category or a string."""
        return self in (Kind.CATEGORY, Kind.STRING)


ARROW_TYPES: Mapping[Kind, pa.DataType] = {
    Kind.FLOAT: pa.float64(),
    Kind.INT: pa.int64(),
    Kind.BOOL: pa.bool_(),
    Kind.CATEGORY: pa.string(),
    Kind.STRING: pa.string(),
    Kind.DATE: pa.date32(),
    Kind.DATETIME: pa.timestamp("us"),
}

_DEFAULT_BOUNDS: Mapping[Kind, tuple[Scalar, Scalar]] = {
    Kind.FLOAT: (-DEFAULT_FLOAT_BOUND, DEFAULT_FLOAT_BOUND),
    Kind.INT: (-DEFAULT_INT_BOUND, DEFAULT_INT_BOUND),
    Kind.DATE: DEFAULT_DATES,
    Kind.DATETIME: DEFAULT_DATETIMES,
}


@dataclass(frozen=True, slots=True)
class Input:
    """One column that a model takes.

    ``minimum`` and ``maximum`` are the declared bounds, both included, or None where the model
    file gives none; :attr:`bounds` says what is legal then. ``special`` values are legal although
    they lie outside the range. ``levels`` belong to a category, in the reference's own order.
    """

    name: str
    kind: Kind
    minimum: Scalar | None = None
    maximum: Scalar | None = None
    missing: bool = False
    special: tuple[Scalar, ...] = ()
    edges: tuple[Scalar, ...] = ()
    levels: tuple[str, ...] = ()
    unseen: bool = False

    @property
    def bounds(self) -> tuple[Scalar, Scalar] | None:
        """The legal range, both ends included; None for kinds without order."""
        if not self.kind.ordered:
            return None
        low, high = _DEFAULT_BOUNDS[self.kind]
        return (
            low if self.minimum is None else self.minimum,
            high if self.maximum is None else self.maximum,
        )

    @property
    def wide(self) -> bool:
        """Whether an integer input's declared values exceed 32 bits (R then sees doubles)."""
        if self.kind is not Kind.INT:
            return False
        candidates = (self.minimum, self.maximum, *self.special)
        return any(isinstance(v, int) and not -INT32_MAX <= v <= INT32_MAX for v in candidates)

    @property
    def arrow_type(self) -> pa.DataType:
        """The type of this column in a batch."""
        return ARROW_TYPES[self.kind]


@dataclass(frozen=True, slots=True)
class Schema:
    """All inputs, in the order the functions see them, and the rules that rows must keep."""

    inputs: tuple[Input, ...]
    constraints: tuple[str, ...] = field(default=())

    def __iter__(self) -> Iterator[Input]:
        return iter(self.inputs)

    def __len__(self) -> int:
        return len(self.inputs)

    def __getitem__(self, name: str) -> Input:
        for one in self.inputs:
            if one.name == name:
                return one
        raise KeyError(f"no input named {name!r} (there are: {', '.join(self.names)})")

    @property
    def names(self) -> tuple[str, ...]:
        """The inputs' names, in order."""
        return tuple(one.name for one in self.inputs)

    @property
    def arrow(self) -> pa.Schema:
        """The Arrow schema of every batch of this model."""
        return pa.schema([pa.field(one.name, one.arrow_type) for one in self.inputs])

    def batch(self, columns: Mapping[str, Sequence[Scalar | None]]) -> pa.RecordBatch:
        """Build a batch from Python values by input name; None is missing.

        Raises KeyError where an input is absent, and pyarrow.ArrowInvalid (a ValueError) where a value
        does not fit its declared type or the columns differ in length.
        """
        absent = [name for name in self.names if name not in columns]
        if absent:
            raise KeyError(f"no column for input {absent[0]!r} (there are: {', '.join(columns)})")
        lengths = {name: len(columns[name]) for name in self.names}
        if len(set(lengths.values())) > 1:
            raise pa.ArrowInvalid(f"columns differ in length: {lengths}")
        return pa.RecordBatch.from_arrays([_array(one, columns[one.name]) for one in self], schema=self.arrow)


def _array(one: Input, values: Sequence[Scalar | None]) -> pa.Array:
    """The values of one input as an Arrow array. Raises pyarrow.ArrowInvalid that names the input."""
    # pyarrow cuts a fraction or a time of day off without a word
    cut = next((value for value in values if _would_be_cut(one.kind, value)), None)
    if cut is not None:
        raise pa.ArrowInvalid(f"input {one.name!r} has type {one.kind}: {cut!r} does not fit")
    try:
        return pa.array(values, type=one.arrow_type)
    except (pa.ArrowException, OverflowError, UnicodeError) as error:
        raise pa.ArrowInvalid(f"input {one.name!r} has type {one.kind}: {error}") from None


def _would_be_cut(kind: Kind, value: Scalar | None) -> bool:
    if kind is Kind.INT:
        return isinstance(value, float) and not value.is_integer()
    return kind is Kind.DATE and isinstance(value, dt.datetime) and value.time() != dt.time()
