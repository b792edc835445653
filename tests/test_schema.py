"""Inputs, their legal ranges, and the batches that are made of them."""

import datetime as dt
import math

import numpy as np
import pyarrow as pa
import pytest

from harness.schema import ARROW_TYPES, Input, Kind, Schema

VALUES = {
    Kind.FLOAT: [1.5, -0.0, 5e-324],
    Kind.INT: [1, -(2**63), 2**63 - 1],
    Kind.BOOL: [True, False, True],
    Kind.CATEGORY: ["a", "", "ä"],
    Kind.STRING: ["a", "NA", "line\nbreak"],
    Kind.DATE: [dt.date(1, 1, 1), dt.date(1970, 1, 1), dt.date(9999, 12, 31)],
    Kind.DATETIME: [
        dt.datetime(1899, 12, 30),
        dt.datetime(1970, 1, 1),
        dt.datetime(2100, 12, 31, 23, 59, 59),
    ],
}


def one_input(kind, **options):
    return Schema((Input("x", Kind(kind), **options),))


def column(kind, values):
    return one_input(kind).batch({"x": values}).column(0)


def test_every_kind_has_values_in_this_test():
    assert set(VALUES) == set(Kind) == set(ARROW_TYPES)


@pytest.mark.parametrize("kind", Kind)
def test_a_batch_gives_back_what_went_in(kind):
    values = [*VALUES[kind], None]
    array = column(kind, values)
    assert array.type == ARROW_TYPES[kind]
    assert array.to_pylist() == values
    assert array.null_count == 1


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("values", [[], [None], [None, None]])
def test_a_column_has_its_type_whatever_it_holds(kind, values):
    array = column(kind, values)
    assert array.type == ARROW_TYPES[kind]
    assert array.to_pylist() == values


def test_missing_and_nan_are_kept_apart():
    array = column("float", [None, math.nan])
    assert array.is_null().to_pylist() == [True, False]
    assert math.isnan(array[1].as_py())
    assert column("float", np.array([math.nan])).null_count == 0


def test_the_sign_of_zero_survives():
    assert np.signbit(column("float", [-0.0]).to_numpy()).tolist() == [True]


def test_columns_come_in_the_declared_order_and_others_are_left_out():
    schema = Schema((Input("b", Kind.INT), Input("a", Kind.STRING)))
    batch = schema.batch({"a": ["x"], "c": [1], "b": [2]})
    assert batch.schema == schema.arrow
    assert batch.to_pylist() == [{"b": 2, "a": "x"}]


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("int", 1.5),
        ("int", np.float64(1.5)),
        ("int", math.nan),
        ("int", math.inf),
        ("int", True),
        ("int", 2**63),
        ("int", "1"),
        ("float", "1"),
        ("float", 2**53 + 1),
        ("bool", 1),
        ("string", 1),
        ("string", "\ud800"),
        ("date", dt.datetime(2020, 1, 1, 12)),
        ("date", "2020-01-01"),
        ("datetime", dt.date(2020, 1, 1)),
    ],
)
def test_a_value_that_does_not_fit_is_refused_by_name(kind, value):
    with pytest.raises(pa.ArrowInvalid, match=rf"^input 'x' has type {kind}: "):
        column(kind, [None, value])


def test_a_fraction_is_refused_in_an_array_as_well():
    with pytest.raises(pa.ArrowInvalid, match="input 'x' has type int: "):
        column("int", np.array([1.0, 1.5]))


def test_what_loses_nothing_is_taken():
    assert column("int", [1.0, np.int32(2)]).to_pylist() == [1, 2]
    assert column("date", [dt.datetime(2020, 1, 1)]).to_pylist() == [dt.date(2020, 1, 1)]
    east = dt.datetime(2020, 1, 1, 1, tzinfo=dt.timezone(dt.timedelta(hours=2)))
    assert column("datetime", [east]).to_pylist() == [dt.datetime(2019, 12, 31, 23)]


def test_an_absent_column_and_columns_of_several_lengths_are_refused():
    schema = Schema((Input("x", Kind.INT), Input("y", Kind.INT)))
    with pytest.raises(KeyError, match=r"no column for input 'y' \(there are: x, z\)"):
        schema.batch({"x": [1], "z": [1]})
    with pytest.raises(pa.ArrowInvalid, match=r"columns differ in length: \{'x': 1, 'y': 2\}"):
        schema.batch({"x": [1], "y": [1, 2]})


def test_a_schema_is_asked_by_name():
    schema = Schema((Input("x", Kind.INT), Input("y", Kind.BOOL)))
    assert schema["y"].kind is Kind.BOOL
    assert (len(schema), schema.names, [one.name for one in schema]) == (2, ("x", "y"), ["x", "y"])
    with pytest.raises(KeyError, match=r"no input named 'z' \(there are: x, y\)"):
        schema["z"]


def test_a_range_that_is_not_declared_is_that_of_the_contract():
    assert Input("x", Kind.FLOAT).bounds == (-1e15, 1e15)
    assert Input("x", Kind.INT).bounds == (-(2**31 - 1), 2**31 - 1)
    assert Input("x", Kind.DATE).bounds == (dt.date(1900, 1, 1), dt.date(2100, 12, 31))
    assert Input("x", Kind.DATETIME).bounds == (
        dt.datetime(1900, 1, 1),
        dt.datetime(2100, 12, 31, 23, 59, 59),
    )
    assert Input("x", Kind.INT, minimum=0).bounds == (0, 2**31 - 1)
    assert Input("x", Kind.FLOAT, maximum=0.0).bounds == (-1e15, 0.0)


@pytest.mark.parametrize("kind", [Kind.BOOL, Kind.CATEGORY, Kind.STRING])
def test_a_kind_without_order_has_no_range(kind):
    assert not kind.ordered
    assert Input("x", kind).bounds is None
    assert kind.textual == (kind is not Kind.BOOL)


@pytest.mark.parametrize(
    ("options", "wide"),
    [
        ({}, False),
        ({"minimum": 0, "maximum": 2**31 - 1}, False),
        ({"maximum": 2**31}, True),
        ({"minimum": -(2**31)}, True),  # R's integer has no -2**31: it stands for NA
        ({"special": (2**31,)}, True),
        ({"special": (-999,)}, False),
    ],
)
def test_an_integer_is_wide_where_a_declared_value_exceeds_32_bits(options, wide):
    assert Input("x", Kind.INT, **options).wide is wide
    assert Input("x", Kind.FLOAT, minimum=-1e10).wide is False
