"""A batch on its way to a worker: what R and Python get, and what neither can be told."""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal

import numpy as np
import pyarrow as pa
import pytest

from harness.protocols import Outcome
from harness.schema import Input, Kind, Schema
from harness.workers.columns import to_wire
from harness.workers.python import wire
from harness.workers.python.errors import Refusal
from harness.workers.python.wire import Column


def column(one: Input, values: list[Any], language: Literal["r", "python"]) -> Column:
    schema = Schema((one,))
    return to_wire(schema.batch({one.name: values}), schema, language)[0]


def test_doubles_reach_python_where_they_lie_in_the_batch() -> None:
    schema = Schema((Input("x", Kind.FLOAT),))
    batch = schema.batch({"x": [1.0, 2.0]})
    made = to_wire(batch, schema, "python")[0]
    assert made.values.ctypes.data == batch.column("x").buffers()[1].address


def test_r_gets_its_own_na_for_missing_and_keeps_nan() -> None:
    made = column(Input("x", Kind.FLOAT, missing=True), [None, float("nan"), -0.0], "r")
    assert made.native
    assert made.values.view("<u8").tolist() == [0x7FF00000000007A2, 0x7FF8000000000000, 0x8000000000000000]


def test_r_gets_32_bit_integers_with_its_own_na() -> None:
    made = column(Input("i", Kind.INT, missing=True), [2**31 - 1, None, -(2**31) + 1], "r")
    assert (made.kind, made.values.dtype) == (wire.INT32, np.dtype("<i4"))
    assert made.values.tolist() == [2**31 - 1, -(2**31), -(2**31) + 1]


def test_r_gets_doubles_for_integers_declared_wider_than_32_bits() -> None:
    made = column(Input("i", Kind.INT, maximum=2**40, missing=True), [2**40, None], "r")
    assert made.kind == wire.DOUBLE
    assert made.values[0] == 2.0**40
    assert made.values.view("<u8")[1] == wire.R_NA_REAL


@pytest.mark.parametrize(
    ("one", "value", "said"),
    [
        (Input("i", Kind.INT), 2**31, "R's integer holds"),
        (Input("i", Kind.INT), -(2**31), "R's integer holds"),
        (Input("i", Kind.INT, maximum=2**60), 2**53 + 1, "a double holds exactly"),
    ],
)
def test_an_integer_that_r_cannot_hold_is_refused_not_altered(one: Input, value: int, said: str) -> None:
    with pytest.raises(Refusal, match=said) as caught:
        column(one, [0, value], "r")
    assert (caught.value.outcome, caught.value.row) == (Outcome.UNANSWERABLE, 1)
    assert str(value) in caught.value.message
    assert column(one, [0, value], "python").values.tolist() == [0, value]


@pytest.mark.parametrize("language", ["r", "python"])
def test_a_text_that_is_no_level_is_refused(language: Literal["r", "python"]) -> None:
    one = Input("c", Kind.CATEGORY, levels=("a", "b"))
    with pytest.raises(Refusal, match="c: 'A' is none of the levels") as caught:
        column(one, ["a", "A"], language)
    assert (caught.value.kind, caught.value.row) == ("UnknownLevel", 1)


@pytest.mark.parametrize("kind", [Kind.INT, Kind.BOOL])
def test_a_missing_value_that_a_plain_dtype_cannot_say_is_refused(kind: Kind) -> None:
    with pytest.raises(Refusal, match="`missing = true`") as caught:
        column(Input("x", kind), [None], "python")
    assert caught.value.row == 0


def test_levels_are_coded_in_their_declared_order_whatever_the_batch_holds() -> None:
    one = Input("c", Kind.CATEGORY, levels=("z", "a", "m"), missing=True)
    assert column(one, ["m", None, "z"], "python").values.tolist() == [2, -1, 0]
    made = column(one, ["m", None, "z"], "r")
    assert made.values.tolist() == [3, wire.R_NA_INT, 1]
    assert made.texts is not None
    assert made.texts.strings() == ("z", "a", "m")


def test_dates_are_days_and_datetimes_microseconds_or_seconds() -> None:
    day, moment = dt.date(1969, 12, 31), dt.datetime(1970, 1, 1, 0, 0, 1)
    assert column(Input("d", Kind.DATE), [day], "r").values.tolist() == [-1.0]
    assert column(Input("d", Kind.DATE), [day], "python").values.tolist() == [-1.0]
    assert column(Input("t", Kind.DATETIME), [moment], "r").values.tolist() == [1.0]
    assert column(Input("t", Kind.DATETIME), [moment], "python").values.tolist() == [1_000_000]


def test_an_empty_slice_and_a_sliced_text_column_are_read_from_their_own_place() -> None:
    schema = Schema((Input("s", Kind.STRING, missing=True), Input("b", Kind.BOOL, missing=True)))
    batch = schema.batch({"s": ["x", "é", None, "x", "y"], "b": [True, False, None, True, True]})
    text, flag = to_wire(batch.slice(1, 3), schema, "python")
    assert wire.Table([text, flag], 3).lists() == {"s": ["é", None, "x"], "b": [False, None, True]}
    assert [len(one.values) for one in to_wire(batch.slice(5, 0), schema, "r")] == [0, 0]


def test_a_text_column_keeps_each_text_once() -> None:
    schema = Schema((Input("s", Kind.STRING),))
    batch = pa.RecordBatch.from_arrays([pa.array(["a", "b"] * 1000)], schema=schema.arrow)
    made = to_wire(batch, schema, "python")[0]
    assert made.texts is not None
    assert len(made.texts) == 2
