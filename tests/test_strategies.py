"""Rows and batches that Hypothesis draws: legal, notable values often, and shrinking to the plainest."""

import datetime as dt
import math
import unicodedata

import pyarrow.compute as pc
import pytest
from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis.control import current_build_context
from hypothesis.errors import Unsatisfiable

from harness import legal, strategies
from harness.schema import Input, Kind, Schema

DURATION = Input(
    "duration", Kind.FLOAT, minimum=4.0, maximum=72.0, missing=True, special=(-999.0,), edges=(12.5, 24.0)
)
AGE = Input("age", Kind.INT, minimum=18, maximum=100, edges=(30,))
CHECKING = Input("checking", Kind.CATEGORY, levels=("<0", "0-200", ">200"), missing=True)
PURPOSE = Input("purpose", Kind.CATEGORY, levels=("Car", "other"), unseen=True)
OPENED = Input("opened", Kind.DATE, minimum=dt.date(1990, 1, 1), maximum=dt.date(2030, 12, 31))
SEEN = Input("seen", Kind.DATETIME, edges=(dt.datetime(2020, 5, 4, 12, 30),), missing=True)
ACTIVE = Input("active", Kind.BOOL, missing=True)
REMARK = Input("remark", Kind.STRING)
AMOUNT = Input("amount", Kind.FLOAT)
COUNT = Input("count", Kind.INT)
EVERY = Schema((DURATION, AGE, CHECKING, PURPOSE, OPENED, SEEN, ACTIVE, REMARK, AMOUNT, COUNT))
FEW = Schema((DURATION, AGE, CHECKING, OPENED, COUNT))
PLAINEST = {
    "duration": 4.0,
    "age": 18,
    "checking": "<0",
    "purpose": "Car",
    "opened": dt.date(2000, 1, 1),
    "seen": dt.datetime(2000, 1, 1),
    "active": False,
    "remark": "",
    "amount": 0.0,
    "count": 0,
}

# the database is off: an example that an earlier run found would answer for this run's search
QUIET = settings(database=None, deadline=None, derandomize=True)
SEARCH = settings(QUIET, max_examples=2000)


def batch_of(schema, *rows):
    return schema.batch({name: [row[name] for row in rows] for name in schema.names})


def plain_but(**changed):
    return {**PLAINEST, **changed}


def few_but(**changed):
    return {name: plain_but(**changed)[name] for name in FEW.names}


@settings(QUIET, max_examples=200)
@given(strategies.rows(EVERY))
def test_every_row_is_legal(row):
    assert list(row) == list(EVERY.names)
    assert legal.legal_rows(batch_of(EVERY, row), EVERY).all()


@settings(QUIET, max_examples=100)
@given(strategies.batches(EVERY, max_rows=50))
def test_every_row_of_a_batch_is_legal(batch):
    assert 1 <= batch.num_rows <= 50
    assert batch.schema == EVERY.arrow
    assert legal.legal_rows(batch, EVERY).all()


@settings(QUIET, max_examples=300)
@given(strategies.values(REMARK))
def test_a_text_has_no_surrogate_and_none_of_the_forbidden_characters(text):
    assert not {"\0", "\ufffe", "\uffff"} & set(text)
    assert all(unicodedata.category(letter) != "Cs" for letter in text)


@settings(QUIET, max_examples=300)
@given(strategies.values(SEEN))
def test_a_datetime_is_in_whole_seconds(moment):
    assert moment is None or moment.microsecond == 0


@settings(QUIET, max_examples=300)
@given(strategies.values(AMOUNT))
def test_a_float_is_finite_and_within_the_default_range(value):
    assert -1e15 <= value <= 1e15


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("duration", 12.5),
        ("duration", math.nextafter(12.5, math.inf)),
        ("duration", 72.0),
        ("duration", -999.0),
        ("duration", None),
        ("age", 30),
        ("checking", None),
        ("purpose", "car"),
        ("opened", dt.date(2030, 12, 31)),
        ("opened", dt.date(2024, 2, 29)),
        ("seen", dt.datetime(2020, 5, 4, 12, 30)),
        ("active", None),
        ("remark", "NA"),
        ("remark", "007"),
        ("amount", -1e15),
        ("count", 2**31 - 1),
        ("count", 2**24 + 1),
    ],
)
def test_a_notable_value_is_found_in_a_row_and_the_rest_shrinks_to_the_plainest(name, value):
    schema = Schema(tuple(one for one in EVERY if one.name in (name, "duration", "age", "checking")))
    found = find(strategies.rows(schema), lambda row: row[name] == value, settings=SEARCH)
    assert found == {one.name: plain_but(**{name: value})[one.name] for one in schema}


@pytest.mark.parametrize(
    ("name", "value"),
    [("duration", 12.5), ("duration", None), ("opened", dt.date(2024, 2, 29)), ("count", 2**31 - 1)],
)
def test_a_failing_batch_shrinks_to_one_plain_row(name, value):
    def holds_it(batch):
        return value in batch.column(name).to_pylist()

    found = find(strategies.batches(FEW), holds_it, settings=SEARCH)
    assert found.to_pylist() == [few_but(**{name: value})]


def test_a_batch_that_fails_by_two_values_together_shrinks_to_one_row():
    def both(batch):
        hit = pc.and_(pc.equal(batch.column("age"), 30), pc.equal(batch.column("checking"), ">200"))
        return pc.any(hit).as_py() or False

    found = find(strategies.batches(FEW), both, settings=SEARCH)
    assert found.to_pylist() == [few_but(age=30, checking=">200")]


def test_a_value_beyond_a_threshold_that_nobody_declared_shrinks_to_the_next_whole_number():
    found = find(strategies.rows(EVERY), lambda row: (row["duration"] or 0) > 37.3, settings=SEARCH)
    assert found == plain_but(duration=38.0)


def test_a_leap_day_is_found_without_being_named():
    def leap(row):
        return (row["opened"].month, row["opened"].day) == (2, 29)

    assert leap(find(strategies.rows(EVERY), leap, settings=SEARCH))


def test_two_inputs_are_found_missing_together_and_no_third():
    rows = strategies.rows(EVERY)
    found = find(rows, lambda row: row["duration"] is None and row["active"] is None, settings=SEARCH)
    assert found == plain_but(duration=None, active=None)


def test_a_row_of_which_all_is_missing_is_found():
    schema = Schema((DURATION, CHECKING, ACTIVE))
    found = find(strategies.rows(schema), lambda row: set(row.values()) == {None}, settings=SEARCH)
    assert found == dict.fromkeys(schema.names)


def test_a_batch_reaches_its_greatest_length():
    found = find(
        strategies.batches(FEW, max_rows=2000), lambda batch: batch.num_rows == 2000, settings=SEARCH
    )
    assert found.num_rows == 2000


def test_a_batch_of_no_rows_cannot_be_asked_for():
    with pytest.raises(ValueError, match="max_rows is 0: a batch has at least one row"):
        strategies.batches(EVERY, max_rows=0)


def test_a_long_batch_takes_no_more_draws_than_a_short_one():
    def most_draws(max_rows):
        drawn = []

        @settings(QUIET, max_examples=30, phases=[Phase.generate])
        @given(strategies.batches(EVERY, max_rows=max_rows))
        def count(batch):
            drawn.append(len(current_build_context().data.nodes))

        count()
        return max(drawn)

    assert most_draws(100_000) < 2 * most_draws(10)


# constraints -----------------------------------------------------------------------------------------------

LOW = Input("low", Kind.INT, minimum=0, maximum=1000, missing=True)
HIGH = Input("high", Kind.INT, minimum=0, maximum=1000)


@settings(QUIET, max_examples=100)
@given(strategies.rows(Schema((LOW, HIGH), ("low < high",))))
def test_a_row_keeps_a_relation_between_two_inputs(row):
    assert row["low"] < row["high"]


@settings(QUIET, max_examples=50)
@given(strategies.batches(Schema((LOW, HIGH), ("low < high", "high != 7")), max_rows=30))
def test_every_row_of_a_batch_keeps_every_constraint(batch):
    assert batch.num_rows >= 1
    assert all(row["low"] < row["high"] != 7 for row in batch.to_pylist())


@settings(QUIET, max_examples=50)
@given(strategies.rows(Schema((LOW, HIGH), ("low == high",))))
def test_an_equality_of_two_inputs_is_kept_although_few_rows_do(row):
    assert row["low"] == row["high"]


def test_a_row_under_constraints_shrinks_to_the_plainest_legal_one():
    schema = Schema((LOW, HIGH), ("low < high",))
    found = find(strategies.rows(schema), lambda row: row["high"] > 500, settings=SEARCH)
    assert found == {"low": 0, "high": 501}


def test_a_batch_under_constraints_shrinks_to_one_plain_legal_row():
    schema = Schema((LOW, HIGH), ("low < high",))

    def far_apart(batch):
        return any(row["high"] - row["low"] > 500 for row in batch.to_pylist())

    found = find(strategies.batches(schema), far_apart, settings=SEARCH)
    assert found.to_pylist() == [{"low": 0, "high": 501}]


@pytest.mark.parametrize("strategy", [strategies.rows, strategies.batches])
def test_constraints_that_hardly_any_row_keeps_end_the_test_and_say_how_often_each_held(strategy):
    rules = ("low < high", "low * high == 123457")

    @settings(QUIET)
    @given(strategy(Schema((LOW, HIGH), rules)))
    def never_run(_):
        raise AssertionError("no row is legal, so none may arrive here")

    with pytest.raises(strategies.NearlyUnsatisfiableError) as raised:
        never_run()
    message = str(raised.value)
    assert "'low * high == 123457' held on 0" in message
    assert "harness.strategies.values" in message


def test_the_explanation_is_suppressed_with_the_health_check_of_hypothesis():
    @settings(QUIET, max_examples=5, suppress_health_check=[HealthCheck.filter_too_much])
    @given(strategies.rows(Schema((LOW, HIGH), ("low > 2000",))))
    def never_run(_):
        raise AssertionError("no row is legal, so none may arrive here")

    with pytest.raises(Unsatisfiable):
        never_run()
