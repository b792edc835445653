"""The frame that a Python form sees: its dtypes come from the declared types, never from the values."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd
import pytest

from harness.schema import Input, Kind, Schema
from harness.workers.columns import frame

VALUES: dict[str, tuple[Input, Any]] = {
    "float": (Input("x", Kind.FLOAT), 1.5),
    "int": (Input("x", Kind.INT), 3),
    "bool": (Input("x", Kind.BOOL), True),
    "category": (Input("x", Kind.CATEGORY, levels=("b", "a", "")), "a"),
    "open category": (Input("x", Kind.CATEGORY, levels=("b", "a"), unseen=True), "zz"),
    "string": (Input("x", Kind.STRING), "é\n"),
    "date": (Input("x", Kind.DATE), dt.date(1900, 2, 28)),
    "datetime": (Input("x", Kind.DATETIME), dt.datetime(2100, 12, 31, 23, 59, 59)),
}
PLAIN = {
    "float": "float64",
    "int": "int64",
    "bool": "bool",
    "category": "category",
    "open category": "object",
    "string": "object",
    "date": "datetime64[s]",
    "datetime": "datetime64[us]",
}
NULLABLE = {**PLAIN, "int": "Int64", "bool": "boolean"}


def series(one: Input, values: list[Any]) -> pd.Series:
    schema = Schema((one,))
    return frame(schema.batch({"x": values}), schema)["x"]


def may_be_missing(one: Input) -> Input:
    return Input(one.name, one.kind, missing=True, levels=one.levels, unseen=one.unseen)


@pytest.mark.parametrize("sort", VALUES)
@pytest.mark.parametrize("rows", [1, 3])
def test_an_input_that_is_never_missing_has_its_plain_dtype(sort: str, rows: int) -> None:
    one, value = VALUES[sort]
    assert str(series(one, [value] * rows).dtype) == PLAIN[sort]


@pytest.mark.parametrize("sort", VALUES)
@pytest.mark.parametrize("pattern", ["present", "missing", "both", "one missing row"])
def test_an_input_that_may_be_missing_has_one_dtype_whatever_the_values(sort: str, pattern: str) -> None:
    one, value = VALUES[sort]
    values = {"present": [value] * 2, "missing": [None] * 2, "both": [None, value], "one missing row": [None]}
    made = series(may_be_missing(one), values[pattern])
    assert str(made.dtype) == NULLABLE[sort]
    assert made.isna().tolist() == [v is None for v in values[pattern]]


def test_a_category_has_exactly_the_declared_levels_in_their_order() -> None:
    made = series(VALUES["category"][0], ["a"])
    assert made.cat.categories.tolist() == ["b", "a", ""]
    assert made.cat.categories.dtype == object
    assert not made.cat.ordered
    assert made.cat.codes.tolist() == [1]


def test_a_level_that_is_the_empty_string_is_not_missing() -> None:
    made = series(may_be_missing(VALUES["category"][0]), ["", None])
    assert made.isna().tolist() == [False, True]
    assert made[0] == ""


@pytest.mark.parametrize("sort", ["string", "open category"])
def test_text_is_str_and_a_missing_one_is_none(sort: str) -> None:
    made = series(may_be_missing(VALUES[sort][0]), ["", None, "a"])
    assert made.tolist() == ["", None, "a"]
    assert [type(one) for one in made] == [str, type(None), str]


def test_missing_numbers_are_nan_or_na() -> None:
    assert np.isnan(series(may_be_missing(VALUES["float"][0]), [None])[0])
    assert series(may_be_missing(VALUES["int"][0]), [None])[0] is pd.NA
    assert series(may_be_missing(VALUES["bool"][0]), [None])[0] is pd.NA
    assert series(may_be_missing(VALUES["date"][0]), [None])[0] is pd.NaT


def test_values_are_not_altered() -> None:
    bits = [-0.0, 5e-324, 1.7976931348623157e308, 0.1]
    made = series(VALUES["float"][0], bits)
    assert made.to_numpy().tobytes() == np.array(bits).tobytes()
    assert series(VALUES["int"][0], [-(2**63), 2**63 - 1]).tolist() == [-(2**63), 2**63 - 1]
    assert series(VALUES["date"][0], [dt.date(1900, 2, 28)])[0] == pd.Timestamp("1900-02-28")
    moment = dt.datetime(1969, 12, 31, 23, 59, 59, 999999)
    assert series(VALUES["datetime"][0], [moment])[0] == pd.Timestamp(moment)


def test_columns_are_in_the_declared_order_under_a_fresh_index() -> None:
    schema = Schema((Input("b c", Kind.FLOAT), Input("a", Kind.STRING), Input("", Kind.INT)))
    made = frame(schema.batch({"a": ["x", "y"], "b c": [1.0, 2.0], "": [1, 2]}), schema)
    assert made.columns.tolist() == ["b c", "a", ""]
    assert isinstance(made.index, pd.RangeIndex)
    assert made.index.tolist() == [0, 1]


def test_writing_into_the_frame_leaves_the_batch_alone() -> None:
    schema = Schema((Input("x", Kind.FLOAT), Input("n", Kind.INT, missing=True)))
    batch = schema.batch({"x": [1.0, 2.0], "n": [1, None]})
    made = frame(batch, schema)
    made.loc[0, "x"] = 9.0
    made["n"] = made["n"].fillna(0)
    assert made["x"].tolist() == [9.0, 2.0]
    assert batch.column("x").to_pylist() == [1.0, 2.0]


def test_a_slice_of_a_batch_makes_the_frame_of_its_own_rows() -> None:
    schema = Schema(
        tuple(
            Input(sort, one.kind, missing=True, levels=one.levels, unseen=one.unseen)
            for sort, (one, _) in VALUES.items()
        )
    )
    whole = schema.batch({sort: [None, value, value, None] for sort, (_, value) in VALUES.items()})
    part, own = whole.slice(1, 2), schema.batch({sort: [value, value] for sort, (_, value) in VALUES.items()})
    pd.testing.assert_frame_equal(frame(part, schema), frame(own, schema))
