"""Values as TOML: whatever is written reads back as it was."""

import datetime as dt
import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.draft import toml

VALUES = st.one_of(
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(st.characters(codec="utf-8")),
    st.dates(),
    st.datetimes().map(lambda moment: moment.replace(microsecond=0)),
)


@given(st.dictionaries(st.text(st.characters(codec="utf-8")), VALUES | st.lists(VALUES)))
def test_keys_and_values_read_back_as_they_were(table):
    text = "".join(f"{toml.key(name)} = {toml.value(value)}\n" for name, value in table.items())
    assert tomllib.loads(text) == table


def test_a_long_list_stands_on_several_lines_and_reads_back():
    levels = [f"level {number}" for number in range(30)]
    text = toml.value(levels)
    assert text.count("\n") == 31
    assert tomllib.loads(f"levels = {text}") == {"levels": levels}


def test_an_inline_table_reads_back():
    table = {"pd": "probabilities[1]", "a key": "x"}
    assert tomllib.loads(f"outputs = {toml.value(table)}") == {"outputs": table}


@pytest.mark.parametrize(("number", "text"), [(4.0, "4"), (0.012, "0.012"), (1e15, "1000000000000000.0")])
def test_a_float_is_written_as_a_person_would(number, text):
    assert toml.value(number) == text


def test_a_datetime_is_written_without_quotes():
    assert toml.value(dt.datetime(2030, 12, 31, 23, 59, 59)) == "2030-12-31T23:59:59"


def test_each_line_of_a_remark_is_a_comment():
    assert toml.comment("one\ntwo") == "# one\n# two\n"
