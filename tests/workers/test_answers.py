"""What a worker sent back, as Arrow arrays of a reply."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from harness.model import Output
from harness.schema import Kind
from harness.tolerance import Tolerance
from harness.workers.answers import answers
from harness.workers.python import wire
from harness.workers.python.errors import Refusal
from harness.workers.python.wire import Column, Texts, texts_column

NO_VALUES = np.empty(0, dtype="<i4")


def answer(kind: Kind, column: Column) -> pa.Array:
    return answers([column], [Output("y", kind, Tolerance())])["y"]


def numbers(*values: Any, kind: int = wire.DOUBLE, missing: Any = None) -> Column:
    mask = None if missing is None else np.array(missing)
    return Column("y", kind, np.array(values, dtype=wire.DTYPES[kind]), mask)


def test_nan_and_missing_both_become_null() -> None:
    made = answer(Kind.FLOAT, numbers(1.5, np.nan, 2.5, missing=[False, False, True]))
    assert made.type == pa.float64()
    assert made.to_pylist() == [1.5, None, None]


def test_infinities_and_the_sign_of_zero_are_kept() -> None:
    made = answer(Kind.FLOAT, numbers(np.inf, -np.inf, -0.0))
    assert [str(v) for v in made.to_pylist()] == ["inf", "-inf", "-0.0"]


def test_an_int_that_came_as_doubles_stays_a_fraction() -> None:
    made = answer(Kind.INT, numbers(620.0, 620.5))
    assert made.type == pa.float64()
    assert made.to_pylist() == [620.0, 620.5]


def test_integers_of_either_width_become_int64() -> None:
    assert answer(Kind.INT, numbers(7, kind=wire.INT32)).type == pa.int64()
    assert answer(Kind.INT, numbers(2**62, kind=wire.INT64)).to_pylist() == [2**62]


def test_integers_become_doubles_for_a_float_only_where_nothing_is_lost() -> None:
    assert answer(Kind.FLOAT, numbers(3, kind=wire.INT64)).type == pa.float64()
    assert answer(Kind.FLOAT, numbers(2**53 + 1, kind=wire.INT64)).to_pylist() == [2**53 + 1]


def test_true_and_false_count_as_one_and_zero_where_a_number_is_declared() -> None:
    flags = numbers(1, 0, kind=wire.BOOL, missing=[False, True])
    assert answer(Kind.INT, flags).to_pylist() == [1, None]
    assert answer(Kind.FLOAT, flags).to_pylist() == [1.0, None]


def test_zero_and_one_are_a_bool_and_another_number_is_not() -> None:
    assert answer(Kind.BOOL, numbers(0.0, 1.0, np.nan)).to_pylist() == [False, True, None]
    assert answer(Kind.BOOL, numbers(0.0, 2.0)).to_pylist() == [0.0, 2.0]


@pytest.mark.parametrize("kind", list(Kind))
def test_nothing_but_missing_logicals_fits_every_type(kind: Kind) -> None:
    made = answer(kind, numbers(0, 0, kind=wire.BOOL, missing=[True, True]))
    assert made.null_count == 2


def test_text_comes_from_its_entries() -> None:
    made = answer(Kind.STRING, texts_column("y", ["é", None, "", "é"]))
    assert made.type == pa.string()
    assert made.to_pylist() == ["é", None, "", "é"]


def test_dates_and_midnights_are_dates() -> None:
    assert answer(Kind.DATE, numbers(-1.0, np.nan, kind=wire.DATE)).to_pylist() == [
        dt.date(1969, 12, 31),
        None,
    ]
    midnight = numbers(86_400_000_000, kind=wire.INSTANT)
    assert answer(Kind.DATE, midnight).to_pylist() == [dt.date(1970, 1, 2)]
    assert answer(Kind.DATE, numbers(86_400.0, kind=wire.DATETIME)).to_pylist() == [dt.date(1970, 1, 2)]


def test_a_time_of_day_is_kept_where_a_date_is_declared() -> None:
    made = answer(Kind.DATE, numbers(0.5, kind=wire.DATE))
    assert made.to_pylist() == [dt.datetime(1970, 1, 1, 12)]


def test_a_date_is_a_midnight_where_a_datetime_is_declared() -> None:
    assert answer(Kind.DATETIME, numbers(1.0, kind=wire.DATE)).to_pylist() == [dt.datetime(1970, 1, 2)]
    assert answer(Kind.DATETIME, numbers(1.5, kind=wire.DATETIME)).to_pylist() == [
        dt.datetime(1970, 1, 1, 0, 0, 1, 500000)
    ]


def test_a_date_beyond_all_calendars_is_refused() -> None:
    with pytest.raises(Refusal, match="y: inf in row 1 is beyond any date"):
        answer(Kind.DATE, numbers(0.0, np.inf, kind=wire.DATE))


@pytest.mark.parametrize(
    ("kind", "column", "said"),
    [
        (Kind.FLOAT, texts_column("y", [None, "low"]), "float, but text came, for example 'low' in row 1"),
        (Kind.INT, numbers(1.0, kind=wire.DATE), "int, but dates came, for example 1970-01-02 in row 0"),
        (Kind.STRING, numbers(620.0), "string, but numbers came, for example 620.0 in row 0"),
        (Kind.CATEGORY, numbers(1, kind=wire.BOOL), "category, but true and false came, for example True"),
        (Kind.DATE, numbers(3, kind=wire.INT32), "date, but numbers came, for example 3"),
        (Kind.DATETIME, texts_column("y", ["2024"]), "datetime, but text came, for example '2024'"),
        (
            Kind.FLOAT,
            Column("y", wire.OTHER, NO_VALUES, texts=Texts.of(["values of class list", "list(1)"])),
            "float, but values of class list came, for example list(1)",
        ),
    ],
)
def test_another_type_than_the_declared_one_is_named_with_an_example(
    kind: Kind, column: Column, said: str
) -> None:
    with pytest.raises(Refusal) as caught:
        answer(kind, column)
    assert caught.value.kind == "WrongType"
    assert caught.value.message.startswith(f"y: declared {said}")
