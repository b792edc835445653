"""What Python forms return: which output is which, how many values, of what type."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from harness.workers.python import wire
from harness.workers.python.collect import collect
from harness.workers.python.errors import MISALIGNED, RAISED, Refusal
from harness.workers.python.opening import Output

ONE = [Output("score", "float")]


def values(came: Any, rows: int, outputs: Sequence[Output] = ONE) -> list[Any]:
    """The collected values of the first output."""
    (column, *_) = collect(came, outputs, rows)
    return wire.Table([column], rows).lists()["score"]


ARRAY_LIKES: dict[str, Any] = {
    "list": [1.5, 2.5],
    "tuple": (1.5, 2.5),
    "array": np.array([1.5, 2.5]),
    "matrix of one column": np.array([[1.5], [2.5]]),
    "series": pd.Series([1.5, 2.5], index=[7, 3]),
    "index": pd.Index([1.5, 2.5]),
    "single precision": np.array([1.5, 2.5], dtype=np.float32),
    "nullable": pd.array([1.5, 2.5], dtype="Float64"),
    "arrow": pa.array([1.5, 2.5]),
    "decimals": [Decimal("1.5"), Decimal("2.5")],
    "numpy scalars": [np.float64(1.5), np.float32(2.5)],
    "objects": np.array([1.5, 2.5], dtype=object),
    "generator": (x for x in [1.5, 2.5]),
    "frame": pd.DataFrame({"other": [0, 0], "score": [1.5, 2.5]}),
    "dict": {"score": [1.5, 2.5], "unused": "anything"},
}


@pytest.mark.parametrize("sort", ARRAY_LIKES)
def test_anything_array_like_is_read_by_position(sort: str) -> None:
    assert values(ARRAY_LIKES[sort], 2) == [1.5, 2.5]


@pytest.mark.parametrize(
    ("came", "expected"),
    [
        ([1, None], [1, None]),
        (pd.array([1, None], dtype="Int64"), [1, None]),
        (pd.Series([1.5, float("nan")]), [1.5, float("nan")]),
        ([True, pd.NA], [True, None]),
        (pd.array([True, None], dtype="boolean"), [True, None]),
        (["a", None], ["a", None]),
        (["a", float("nan")], ["a", None]),
        (pd.Series(["a", None], dtype="string"), ["a", None]),
        (pd.Categorical(["b", None], categories=["a", "b"]), ["b", None]),
        (pd.Categorical([3, None], categories=[3, 5]), [3, None]),
        (np.ma.masked_array([1, 2], [False, True]), [1, None]),
        (np.ma.masked_array(["a", "b"], [False, True]), ["a", None]),
        ([None, None], [None, None]),
        (pd.Series([pd.NaT, pd.NaT]), [None, None]),
        (pd.Categorical([None, None]), [None, None]),
    ],
)
def test_every_way_to_say_missing_is_missing(came: Any, expected: list[Any]) -> None:
    assert str(values(came, 2)) == str(expected)


@pytest.mark.parametrize(
    "came",
    [
        ["", "é\n"],
        np.array(["", "é\n"]),
        np.array(["", "é\n"], dtype=object),
        pd.Series(["", "é\n"]),
        pd.Categorical(["", "é\n"]),
        [np.str_(""), np.str_("é\n")],
    ],
)
def test_text_of_any_sort_is_text(came: Any) -> None:
    assert collect(came, ONE, 2)[0].kind == wire.TEXT
    assert values(came, 2) == ["", "é\n"]


MOMENT = dt.datetime(2024, 3, 1, 12)


@pytest.mark.parametrize(
    "came",
    [
        [MOMENT, None],
        pd.Series([MOMENT, None]),
        pd.to_datetime(pd.Series([MOMENT, None])).dt.tz_localize("UTC"),
        pd.Series([pd.Timestamp("2024-03-01 13:00", tz="Europe/Paris"), pd.NaT]),
        [MOMENT.replace(tzinfo=dt.UTC), None],
        np.array([MOMENT, None], dtype="M8[ns]"),
    ],
)
def test_a_moment_is_said_in_utc(came: Any) -> None:
    column = collect(came, ONE, 2)[0]
    assert column.kind == wire.INSTANT
    assert values(came, 2) == [1_709_294_400_000_000, None]


@pytest.mark.parametrize(
    "came", [[dt.date(1970, 1, 2), None], np.array(["1970-01-02", "NaT"], dtype="M8[D]")]
)
def test_a_date_is_days_since_1970(came: Any) -> None:
    assert collect(came, ONE, 2)[0].kind == wire.DATE
    assert values(came, 2) == [1.0, None]


def test_integers_keep_every_digit_until_they_exceed_64_bits() -> None:
    assert values(np.array([2**63 - 1], dtype=np.uint64), 1) == [2**63 - 1]
    assert values([-(2**63)], 1) == [-(2**63)]
    assert values([2**70], 1) == [float(2**70)]
    assert values(np.array([2**64 - 1], dtype=np.uint64), 1) == [float(2**64 - 1)]


def test_numbers_and_bools_mixed_are_numbers() -> None:
    assert values([True, 2.5], 2) == [1.0, 2.5]


@pytest.mark.parametrize("came", [7, 7.0, np.float64(7), np.array(7), {"score": 7}])
def test_a_single_value_is_enough_for_a_single_row(came: Any) -> None:
    assert values(came, 1) == [7]


@pytest.mark.parametrize(
    ("came", "said"),
    [
        ([1] * 7, "score: 7 values for 10 rows"),
        ([1], "score: 1 value for 10 rows"),
        ([], "score: 0 values for 10 rows"),
        (3.5, "score: 3.5 for 10 rows"),
        (None, "score: None for 10 rows"),
        ("text", "score: 'text' for 10 rows"),
        (np.zeros((10, 2)), "score: an array of shape (10, 2) for 10 rows: one value a row"),
        ({"score": [1, 2]}, "score: 2 values for 10 rows"),
    ],
)
def test_another_number_of_values_than_rows_is_misaligned(came: Any, said: str) -> None:
    with pytest.raises(Refusal) as caught:
        collect(came, ONE, 10)
    assert (caught.value.outcome, caught.value.kind) == (MISALIGNED, "WrongLength")
    assert caught.value.message == said


@pytest.mark.parametrize(
    ("came", "said"),
    [
        ({"scor": [1], "pd": [2]}, "no output 'score' came back (there are: scor, pd)"),
        ({}, "no output 'score' came back (there are none)"),
        ({0: [1], "pd": [2]}, "no output 'score' came back (there are: 0, pd)"),
        (pd.DataFrame({"pd": [1]}), "no output 'score' came back (there are: pd)"),
    ],
)
def test_an_output_that_did_not_come_back_is_named(came: Any, said: str) -> None:
    with pytest.raises(Refusal) as caught:
        collect(came, ONE, 1)
    assert (caught.value.outcome, caught.value.kind, caught.value.message) == (RAISED, "MissingOutput", said)


def test_one_array_for_two_outputs_is_refused_with_both_names() -> None:
    with pytest.raises(Refusal, match=r"one ndarray came back, but the model has 2 outputs \(score, pd\)"):
        collect(np.zeros(1), [*ONE, Output("pd", "float")], 1)


@pytest.mark.parametrize(
    ("came", "what"),
    [
        (["a", 1], "int and str"),
        ([[1], [2, 3]], "list"),
        (np.array([1 + 2j, 0]), "values of dtype complex128"),
        (pd.Series([pd.Timedelta(days=1)] * 2), "values of dtype timedelta64"),
        (np.array([b"a", b"b"]), "values of dtype |S1"),
        (["a\ud800", "b"], "text with a lone surrogate"),
    ],
)
def test_what_no_type_fits_is_described_with_an_example(came: Any, what: str) -> None:
    column = collect(came, ONE, 2)[0]
    assert column.kind == wire.OTHER
    assert column.texts is not None
    assert column.texts.strings()[0].startswith(what)
    assert column.texts.strings()[1]


def test_an_empty_answer_to_an_empty_batch_is_no_error() -> None:
    assert values([], 0) == []
    assert values(np.zeros(0), 0) == []
