"""What a column of data is taken for: type, range, levels, and what is said beside each guess."""

import datetime as dt
import math
from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.dataset import read_data, read_table
from harness.draft.columns import guess_column
from harness.draft.ranges import range_of
from harness.schema import Kind, Schema


def from_csv(*texts):
    return guess_column("x", pa.chunked_array([pa.array(texts, pa.string())]), from_text=True)


def from_parquet(values, kind=None):
    return guess_column("x", pa.chunked_array([pa.array(values, kind)]), from_text=False)


@pytest.mark.parametrize(
    ("texts", "kind"),
    [
        (["1", "-20", "0"], Kind.INT),
        (["1", "2.5"], Kind.FLOAT),
        (["1e3", ".5", "-2.", "+4"], Kind.FLOAT),
        (["TRUE", "FALSE"], Kind.BOOL),
        (["true", "False"], Kind.BOOL),
        (["2020-02-29", "1999-12-31"], Kind.DATE),
        (["2020-02-29 10:30", "2020-02-29T10:30:59"], Kind.DATETIME),
        (["a", "b"] * 3, Kind.CATEGORY),
        (["007", "012"], Kind.STRING),
        (["007", "007", "012", "012"], Kind.CATEGORY),
        (["12345678901234567890", "1"], Kind.STRING),
        (["1,5", "2,5"], Kind.STRING),
        (["2021-02-29", "2020-01-01"], Kind.STRING),
        (["29.02.2020", "01.01.2020"], Kind.STRING),
        (["2020-02-29T10:30:00Z", "2020-02-29T10:31:00Z"], Kind.STRING),
        (["yes", "no"] * 2, Kind.CATEGORY),
        (["1", "one"], Kind.STRING),
        (["<0", "none", "NA"] * 2, Kind.CATEGORY),
    ],
)
def test_the_spelling_of_every_value_decides_what_a_csv_column_is(texts, kind):
    assert from_csv(*texts).input.kind is kind


@pytest.mark.parametrize("absent", [None, "NA", "NaN", "null", ""])
def test_a_missing_number_in_csv_is_missing(absent):
    one = from_csv("4", absent, "72").input
    assert (one.kind, one.missing, one.minimum, one.maximum) == (Kind.INT, True, 4, 72)


def test_an_empty_field_of_a_text_is_missing_and_said_to_be():
    guess = from_csv("x", "x", None)
    assert (guess.input.kind, guess.input.missing) == (Kind.CATEGORY, True)
    assert guess.remarks == ("an empty field (or NA without quotes) was taken for missing, not for a text",)


def test_a_text_that_says_na_in_quotes_is_a_level_and_nothing_is_missing_then():
    guess = from_csv("NA", "x", "NA", "x", None)
    assert guess.input.levels == ("NA", "x")
    assert not guess.input.missing
    assert guess.remarks == ('an empty field is read as the level "NA"',)


def test_words_for_missing_values_are_texts_where_nothing_else_is_there():
    assert from_csv("None", "None", "null", "null").input.levels == ("None", "null")


def test_a_column_of_missing_values_only_has_to_be_filled_in():
    for guess in (from_csv(None, None), from_parquet([None, None]), from_parquet([math.nan], pa.float64())):
        assert guess.input.missing
        assert guess.remarks == ("TODO: every value is missing: say what it is",)


def test_leading_zeros_are_kept_and_said():
    assert any("leading zeros" in remark for remark in from_csv("007", "012").remarks)


def test_levels_are_sorted_by_code_point_and_said_to_be():
    guess = from_csv(*["b", "A", "a", "Z", "ä", "10", "9"] * 2)
    assert guess.input.levels == ("10", "9", "A", "Z", "a", "b", "ä")
    assert "sorted by code point" in guess.levels_remark


def test_the_levels_of_a_dictionary_keep_its_order():
    values = pa.DictionaryArray.from_arrays(pa.array([1, 0, None]), pa.array(["low", "high"]))
    guess = guess_column("x", pa.chunked_array([values]), from_text=False)
    assert (guess.input.levels, guess.input.missing) == (("low", "high"), True)
    assert "the data's own order" in guess.levels_remark


def test_many_different_texts_are_no_category():
    guess = from_csv(*[f"text {n}" for n in range(40)])
    assert guess.input.kind is Kind.STRING
    assert guess.unique
    assert guess.remarks == ("40 different texts in 40 rows: with fixed levels, make it a category",)


@pytest.mark.parametrize(
    ("values", "kind", "expected"),
    [
        ([1, 2, None], pa.int32(), Kind.INT),
        ([1.5, None], pa.float32(), Kind.FLOAT),
        ([True, False], None, Kind.BOOL),
        ([dt.date(2020, 1, 1)], None, Kind.DATE),
        ([dt.datetime(2020, 1, 1, 3)], pa.timestamp("ns", "Europe/Berlin"), Kind.DATETIME),
        ([Decimal("1.50")], None, Kind.FLOAT),
        (["12", "13"], None, Kind.STRING),
        ([2**63], pa.uint64(), Kind.FLOAT),
    ],
)
def test_a_parquet_column_keeps_its_own_type(values, kind, expected):
    assert from_parquet(values, kind).input.kind is expected


@pytest.mark.parametrize("values", [[b"bytes"], [[1, 2]], [{"a": 1}], [dt.time(1, 2)]])
def test_a_column_that_no_input_can_be_like_is_refused_with_its_type(values):
    found = from_parquet(values)
    assert isinstance(found, str)
    assert str(pa.array(values).type) in found
    assert "no type of an input" in found


def test_infinities_are_left_out_of_the_range_and_said():
    guess = from_parquet([1.0, math.inf, 2.5])
    assert (guess.input.minimum, guess.input.maximum, guess.input.missing) == (1.0, 2.5, False)
    assert any("infinities" in remark for remark in guess.remarks)


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        (["0", "1"], "perhaps it is a bool"),
        (["1.0", "2.0"], "perhaps it is an int"),
        (["2020-02-29T10:30:00Z"], "times with a zone, kept as text"),
    ],
)
def test_what_else_a_column_might_be_is_said(texts, said):
    assert any(said in remark for remark in from_csv(*texts).remarks)


# ranges -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "values", "low", "high"),
    [
        (Kind.INT, [4, 72], 4, 72),
        (Kind.INT, [250, 18_424], 250, 19_000),
        (Kind.INT, [-1234, 0], -1300, 0),
        (Kind.INT, [2**63 - 1], 9_200_000_000_000_000_000, 2**63 - 1),
        (Kind.FLOAT, [0.0123, 3.7701], 0.012, 3.8),
        (Kind.FLOAT, [-0.0, 0.0999], 0.0, 0.1),
        (Kind.FLOAT, [123.4], 120.0, 130.0),
        (Kind.DATE, [dt.date(1990, 5, 4), dt.date(2030, 1, 1)], dt.date(1990, 1, 1), dt.date(2030, 12, 31)),
    ],
)
def test_a_range_is_rounded_outwards(kind, values, low, high):
    found = range_of(kind, values)
    assert (found.low, found.high) == (low, high)
    assert math.copysign(1, found.low if kind is Kind.FLOAT else 1) == math.copysign(
        1, low if kind is Kind.FLOAT else 1
    )


@given(st.lists(st.floats(-1e15, 1e15), min_size=1))
def test_a_range_of_numbers_contains_every_one_that_is_not_special(values):
    found = range_of(Kind.FLOAT, values)
    assert all(found.low <= value <= found.high or value in found.special for value in values)


@pytest.mark.parametrize(
    ("values", "special", "low", "high"),
    [
        ([-999, 0, 5], (-999,), 0, 5),
        ([5, 60, 9999], (9999,), 5, 60),
        ([-999, -5, 5], (), -1000, 5),
        ([900, 950, 999], (), 900, 1000),
        ([-999], (), -1000, -990),
    ],
)
def test_a_number_that_stands_for_no_number_becomes_special(values, special, low, high):
    found = range_of(Kind.INT, values)
    assert (found.special, found.low, found.high) == (special, low, high)


def test_what_was_seen_is_said():
    assert range_of(Kind.INT, [4, 18_424]).remark == "seen in the data: 4 .. 18424"
    assert range_of(Kind.DATE, [dt.date(2020, 1, 2)]).remark == "seen in the data: 2020-01-02 .. 2020-01-02"


# a draft is read as it was guessed --------------------------------------------------------------------------


def test_the_guessed_schema_reads_the_csv_that_it_was_guessed_from(tmp_path):
    path = tmp_path / "sample.csv"
    path.write_text(
        "number,amount,flag,day,moment,colour,code\n"
        '1,2.5,TRUE,2020-02-29,2020-02-29 10:30,red,"007"\n'
        'NA,,NA,NA,,NA,""\n'
        '3,1e3,FALSE,2021-03-01,2021-03-01T00:00:00,"NA",012\n'
        "3,0.5,FALSE,2021-03-01,2021-03-01T00:00:00,red,013\n"
        '3,0.5,FALSE,2021-03-01,2021-03-01T00:00:00,"NA",014\n',
        "utf-8",
    )
    table = read_table(path)
    guesses = [guess_column(name, table.column(name), from_text=True) for name in table.column_names]
    rows = read_data(path, Schema(tuple(guess.input for guess in guesses))).batch.to_pylist()
    assert rows[0] == {
        "number": 1,
        "amount": 2.5,
        "flag": True,
        "day": dt.date(2020, 2, 29),
        "moment": dt.datetime(2020, 2, 29, 10, 30),
        "colour": "red",
        "code": "007",
    }
    assert rows[1] == {**dict.fromkeys(table.column_names), "colour": "NA", "code": ""}
    assert (rows[2]["amount"], rows[2]["colour"], rows[2]["code"]) == (1000.0, "NA", "012")
