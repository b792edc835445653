"""Which input each column of a model's matrix holds, and how: read from its names, or found out by asking.

What is put before a model (scalers, encoders, imputers, any of them in a ColumnTransformer) is asked for its
output while one input after the other is varied. A column that one input alone moves is followed: of a
category by the column's value at each level, of a number where the column rises or falls with it.
"""

from __future__ import annotations

import warnings
from typing import Any, Callable, Mapping, NamedTuple, Sequence, Union

import numpy as np

from .frames import frame
from .opening import Input
from .wire import BOOL, DOUBLE, INT64, Column, texts_column

NUMBERS = ("float", "int", "bool")
UNKNOWN = "\u2042"  # a text that is no level
_STEPS = 64  # bisection of doubles
_LADDER = np.geomspace(1e-6, 1e9, 46)
_GRID = np.unique(np.concatenate([-_LADDER, [0.0], _LADDER, np.linspace(-300, 300, 121)]))

Value = Union[str, float, None]


class Followed(NamedTuple):
    """A column of a matrix as one input makes it.

    ``ask`` gives the column for numbers of the input (None: it is the input), and ``rising`` whether it rises
    with it. ``levels``: of a category, the column's value by level; UNKNOWN for any other text, where that is
    taken. ``missing`` is its value where the input is missing (NaN: it stays missing; None: that is refused).
    """

    input: str
    missing: float | None
    ask: Callable[[Any], Any] | None = None
    rising: bool = True
    levels: Mapping[str, float] | None = None


def named(names: Sequence[Any], inputs: Sequence[Input]) -> list[Followed | None]:
    """Columns that are inputs as they are, by their names; None where a name is no input's."""
    kinds = {one.name: one.kind for one in inputs}
    return [Followed(name, np.nan) if kinds.get(name) in NUMBERS else None for name in names]


def names_of(model: Any, inputs: Sequence[Input]) -> list[str] | None:
    """The names of a model's columns: its own, or in the order of the inputs where there are as many."""
    if getattr(model, "feature_names_in_", None) is not None:
        return [str(name) for name in model.feature_names_in_]
    count = getattr(model, "n_features_in_", None)
    numeric = [one.name for one in inputs if one.kind in NUMBERS]
    for names in ([one.name for one in inputs], numeric):
        if len(names) == count:
            return names
    return None


class Asked:
    """Follows the columns that a transformation makes of a frame of some inputs."""

    def __init__(
        self, transform: Callable[[Any], Any], names: Sequence[str], inputs: Sequence[Input]
    ) -> None:
        self.transform = transform
        self.inputs = [one for one in inputs if one.name in set(names)]
        self.names = list(names)
        self._plain = {one.name: one.levels[0] if one.levels else 1.0 for one in self.inputs}
        self._others = {one.name: one.levels[-1] if one.levels else 0.0 for one in self.inputs}

    def columns(self) -> list[Followed | None]:
        """Every column; None where it is of several inputs, of none, or not monotone. Raises what the
        transformation raises."""
        movers: dict[int, list[Input]] = {}
        count = self._columns({}, 1).shape[1]
        for one in self.inputs:
            values: list[Value] = list(one.levels) or _GRID.tolist()
            values += [None] if one.missing and self._takes_missing(one) else []
            for background in (False, True):
                moved = self._columns({one.name: values}, len(values), background)
                for column in np.flatnonzero(_varies(moved)):
                    seen = movers.setdefault(int(column), [])
                    if one not in seen:
                        seen.append(one)
        return [self._followed(at, movers.get(at, [])) for at in range(count)]

    def _followed(self, at: int, movers: Sequence[Input]) -> Followed | None:
        if len(movers) != 1:
            return None
        one = movers[0]
        missing = self._missing(one, at)
        if one.kind not in NUMBERS:
            levels = {level: float(v) for level, v in zip(one.levels, self._at(one, at, one.levels))}
            other = self._refusable(one, at, UNKNOWN) if one.unseen else None
            return Followed(
                one.name, missing, levels={**levels, **({} if other is None else {UNKNOWN: other})}
            )

        def ask(numbers: Any) -> Any:
            return self._at(one, at, numbers)

        grid = np.unique(np.round(_GRID)) if one.kind == "int" else _GRID
        grid = np.array([0.0, 1.0]) if one.kind == "bool" else grid
        made = ask(grid)
        if (made == grid).all():
            return Followed(one.name, missing)
        steps = np.diff(made)
        if np.isnan(steps).any() or not ((steps >= 0).all() or (steps <= 0).all()):
            return None
        return Followed(one.name, missing, ask, bool((steps >= 0).all()))

    def _takes_missing(self, one: Input) -> bool:
        # a transformation that raises for a value refuses it
        try:
            self._columns({one.name: [None]}, 1)
        except Exception:
            return False
        return True

    def _missing(self, one: Input, at: int) -> float | None:
        return self._refusable(one, at, None) if one.missing else np.nan

    def _refusable(self, one: Input, at: int, value: Value) -> float | None:
        # a transformation that raises for a value refuses it
        try:
            return float(self._at(one, at, [value])[0])
        except Exception:
            return None

    def _at(self, one: Input, at: int, values: Sequence[Value]) -> Any:
        return self._columns({one.name: list(values)}, len(values))[:, at]

    def _columns(self, values: Mapping[str, Sequence[Value]], rows: int, other: bool = False) -> Any:
        """The matrix for rows in which one input varies; the rest have plain values, or ``other`` ones."""
        made = []
        for one in self.inputs:
            plain = self._others[one.name] if other else self._plain[one.name]
            made.append(_column(one, list(values.get(one.name, [plain] * rows))))
        table = frame(made, self.inputs, rows)[self.names]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            came = self.transform(table)
        dense = came.toarray() if hasattr(came, "toarray") else came
        return np.asarray(dense, dtype=np.float64)


def _varies(matrix: Any) -> Any:
    first = matrix[:1]
    return ((matrix != first) & ~(np.isnan(matrix) & np.isnan(first))).any(axis=0)


def _column(one: Input, values: list[Value]) -> Column:
    if one.kind not in NUMBERS:
        levels = list(one.levels)
        texts = [None if value is None else str(value) for value in values]
        column = texts_column(one.name, [*levels, *texts])
        return column._replace(values=column.values[len(levels) :])
    missing = np.array([value is None for value in values])
    numbers = np.array([0.0 if value is None else value for value in values], dtype="<f8")
    if one.kind == "float":
        return Column(one.name, DOUBLE, numbers, missing)
    kind, dtype = (BOOL, "u1") if one.kind == "bool" else (INT64, "<i8")
    return Column(one.name, kind, numbers.astype(dtype), missing)


def last_low(column: Followed, kind: str, thresholds: Any, single: bool) -> Any:
    """The greatest number of the input at which a column is still on one side of each threshold: the low side
    where it rises with the input, the high side where it falls."""
    assert column.ask is not None
    most = 2**53 if kind == "int" else int(_ordinal(np.array([1e300]))[0])
    least, greatest = (-1, 2) if kind == "bool" else (-most, most)
    low, high = (np.full(len(thresholds), end, dtype=np.int64) for end in (least, greatest))
    for _ in range(_STEPS + 1):
        middle = (low >> 1) + (high >> 1) + (low & high & 1)
        made = column.ask(_number(middle) if kind == "float" else middle.astype(np.float64))
        made = made.astype(np.float32).astype(np.float64) if single else made
        below = made <= thresholds
        first = below if column.rising else ~below
        low, high = np.where(first, middle, low), np.where(first, high, middle)
    return _number(low) if kind == "float" else low.astype(np.float64)


def _ordinal(numbers: Any) -> Any:
    """Doubles as whole numbers in the same order."""
    bits = numbers.astype("<f8").view("<i8")
    return np.where(bits < 0, np.int64(-(2**63)) - bits, bits)


def _number(ordinals: Any) -> Any:
    bits = np.where(ordinals < 0, np.int64(-(2**63)) - ordinals, ordinals)
    return bits.astype("<i8").view("<f8")
