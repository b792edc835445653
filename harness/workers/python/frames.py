"""Build a pandas frame column by column from the declared types, so that dtypes never depend on values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Sequence

import numpy as np
import pandas as pd

from . import wire
from .opening import Input

if TYPE_CHECKING:
    from .wire import Column

_SECONDS_A_DAY = 86_400


def frame(columns: Sequence[Column], inputs: Sequence[Input], rows: int) -> pd.DataFrame:
    """The data frame that a Python form sees: one column an input, a fresh RangeIndex.

    Dtypes: float64; int64, or Int64 where the input may be missing; bool, or boolean; Categorical with
    the declared levels, or object where unseen levels are legal; object for text; datetime64[s] for
    dates, datetime64[us] for datetimes (datetime64[ns] for both where pandas is older than 2).
    """
    index = pd.RangeIndex(rows)
    values = {one.name: _column(column, one, index) for column, one in zip(columns, inputs)}
    return pd.DataFrame(values, index=index, copy=False)


def _column(column: Column, one: Input, index: pd.RangeIndex) -> Any:
    if _is_object(one):
        # pandas 3 would infer its own str dtype from an object array of text
        return pd.Series(objects(column), index=index, dtype=object, copy=False)
    return _values(column, one)


def _is_object(one: Input) -> bool:
    return one.kind == "string" or (one.kind == "category" and one.unseen)


def _values(column: Column, one: Input) -> Any:
    if one.kind == "float":
        return _with(column.values, column.missing, np.nan)
    if one.kind == "int":
        return _nullable(pd.arrays.IntegerArray, column) if one.missing else column.values
    if one.kind == "bool":
        return _nullable(pd.arrays.BooleanArray, column) if one.missing else column.values.view(bool)
    if one.kind == "category":
        # plain object levels: the dtype of the levels, too, is the same in every version of pandas
        levels = pd.Index(list(one.levels), dtype=object)
        return pd.Categorical.from_codes(column.values, categories=levels)
    if one.kind == "date":
        seconds = column.values.astype(np.int64) * _SECONDS_A_DAY
        return _with(seconds.view("M8[s]"), column.missing, np.datetime64("NaT", "s"))
    return _with(column.values.view("M8[us]"), column.missing, np.datetime64("NaT", "us"))


def objects(column: Column) -> Any:
    """A text column as an object array of str, None where missing."""
    assert column.texts is not None
    # code -1 takes the last entry
    entries = np.array([*column.texts.strings(), None], dtype=object)
    return entries[column.values]


def _with(values: Any, missing: Any, filler: Any) -> Any:
    if missing is None or not missing.any():
        return values
    filled = values.copy()
    filled[missing] = filler
    return filled


def _nullable(array: Any, column: Column) -> Any:
    missing = np.zeros(len(column.values), dtype=bool) if column.missing is None else column.missing
    values = column.values.view(bool) if column.kind == wire.BOOL else column.values
    return array(values, missing)
