"""Columns as arrays of one element type: what tensors are made of.

``float``, ``int`` and ``bool`` are numbers as they are; a category is its level's 0-based code (-1
where it is none of the levels) or, as an object array, its text; a date is whole days and a datetime
whole seconds since 1970. A missing value becomes NaN in a float array and "" in a text array, unless
the model file says another (``missing_as``); elsewhere it has no value of its own, and is refused.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, Sequence, Union

import numpy as np

from . import errors

if TYPE_CHECKING:
    from .wire import Column

    Filler = Union[str, int, bool, None]

TEXT = np.dtype(object)
_NUMBERS = frozenset(("float", "int", "bool", "category", "date", "datetime"))


class Typing(NamedTuple):
    """How one input goes into an array: its kind and levels, the element type, and what missing becomes."""

    name: str
    kind: str
    levels: Sequence[str]
    dtype: Any
    missing_as: Filler = None

    def check(self, where: str) -> None:
        """Refuse an element type, or a ``missing_as``, that this kind of input has no value for.

        ``where`` says whose array it is: "scorecard.onnx: the graph's input 'age'".
        """
        if self.dtype == TEXT:
            fits = self.kind in ("category", "string", "int")
        elif self.dtype == np.bool_:
            fits = self.kind in ("float", "int", "bool")
        else:  # an unseen level is -1, which no unsigned integer is
            fits = self.kind in _NUMBERS and (self.kind, self.dtype.kind) != ("category", "u")
        if not fits:
            raise errors.OpenFailure(
                f"{where} takes {self.element}, but the model's input {self.name!r} is a {self.kind},"
                " which has no value of that type"
            )
        if self.missing_as is not None:
            self._check_filler()

    def _check_filler(self) -> None:
        if not _fits(self.missing_as, self.dtype, self.levels):
            raise errors.OpenFailure(
                f"missing_as = {{ {self.name} = {self.missing_as!r} }} is no value of {self.element}"
            )

    @property
    def element(self) -> str:
        """The element type as a person would say it: ``int64``, ``string``."""
        return "string" if self.dtype == TEXT else str(np.dtype(self.dtype))

    def array(self, column: Column) -> Any:
        """The column's values, shape (rows,). Raises NoValue where a missing one has no value here."""
        absent = absent_in(column)
        values = self._texts(column) if self.dtype == TEXT else self._numbers(column)
        if absent is None or not absent.any():
            return values
        filler = self._filler()
        if filler is None:
            raise NoValue(self, int(np.argmax(absent)))
        values[absent] = filler  # an array of our own: every way here copies
        return values

    def _filler(self) -> Any:
        if self.missing_as is None:
            return {"f": np.nan, "O": ""}.get(self.dtype.kind)
        if self.dtype != TEXT and isinstance(self.missing_as, str):
            return list(self.levels).index(self.missing_as)
        return self.missing_as

    def _numbers(self, column: Column) -> Any:
        values = column.values
        if self.kind == "category":
            places = {level: code for code, level in enumerate(self.levels)}
            # the last entry serves the code -1, a missing value, which is filled in afterwards
            table = [places.get(text, -1) for text in _strings(column)] + [-1]
            values = np.array(table, dtype=np.int64)[values]
        elif self.kind == "datetime":
            values = values // 1_000_000  # from microseconds
        with np.errstate(invalid="ignore", over="ignore"):
            if self.kind == "date":  # whole numbers held in doubles, NaN where missing
                values = np.floor(values).astype(np.int64)
            return values != 0 if self.dtype == np.bool_ else values.astype(self.dtype)

    def _texts(self, column: Column) -> Any:
        if self.kind == "int":
            return np.array([str(value) for value in column.values.tolist()], dtype=object)
        return np.array([*_strings(column), ""], dtype=object)[column.values]


def _fits(filler: Filler, dtype: Any, levels: Sequence[str]) -> bool:
    """Whether an array of this type can hold what missing is to become."""
    if dtype == TEXT or isinstance(filler, str):
        return isinstance(filler, str) and (dtype == TEXT or filler in levels)
    assert filler is not None
    if dtype == np.bool_:
        return filler in (0, 1)
    return dtype.kind == "f" or np.iinfo(dtype).min <= filler <= np.iinfo(dtype).max


class NoValue(Exception):
    """A missing value in an array whose element type has none."""

    def __init__(self, typing: Typing, row: int) -> None:
        super().__init__(typing.name, row)
        self.typing = typing
        self.row = row


def absent_in(column: Column) -> Any:
    """Where a column's values are missing: a bool array, or None where nothing is."""
    if column.texts is not None:
        return column.values < 0
    return column.missing


def arrays(typings: Sequence[Typing], columns: Sequence[Column], tensor: str, target: str) -> list[Any]:
    """One array for each typing. Refuses the first row in which a missing value has no value.

    ``tensor`` says what the arrays become ("the graph's tensor"), ``target`` the model file's table.
    """
    made, refused = [], []
    for typing, column in zip(typings, columns):
        try:
            made.append(typing.array(column))
        except NoValue as error:
            refused.append(error)
    if refused:
        first = min(refused, key=lambda error: error.row)
        raise errors.Refusal(
            errors.UNANSWERABLE,
            "NoMissingValue",
            f"{first.typing.name} is missing in row {first.row}, and {tensor} of type {first.typing.element}"
            f" cannot say that: name the value that it is to get,"
            f" missing_as = {{ {first.typing.name} = ... }} in [targets.{target}]",
            first.row,
        )
    return made


def _strings(column: Column) -> Sequence[str]:
    return column.texts.strings() if column.texts is not None else ()


def moments(kind: str, values: Any) -> Any:
    """Whole days of a date, or whole seconds of a datetime, as numpy's; other values as they are."""
    if kind not in ("date", "datetime") or values.dtype.kind not in "iu":
        return values
    return values.astype(np.int64).astype("M8[D]" if kind == "date" else "M8[s]")
