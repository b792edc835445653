"""Rules learnt from a few failing rows hold for those like them, and for none that is known to be fine."""

from __future__ import annotations

import pyarrow as pa
import pytest

from harness.stumps import learn, predict


def batch(**columns):
    return pa.RecordBatch.from_pydict(columns)


@pytest.mark.parametrize(
    ("failing", "fine", "rows", "expected"),
    [
        ([60.0, 80.0], [10.0, 50.0], [55.0, 60.0, 99.0], [False, True, True]),
        ([-5.0], [0.0, 3.0], [-9.0, -5.0, 1.0], [True, True, False]),
        ([None], [1.0], [None, 2.0], [True, False]),
        ([30.0], [10.0, 50.0], [30.0, 31.0], [True, False]),
    ],
)
def test_numbers(failing, fine, rows, expected):
    column = {"type": pa.float64()}
    stumps = learn(batch(x=pa.array(failing, **column)), batch(x=pa.array(fine, **column)))
    assert predict(stumps, batch(x=pa.array(rows, **column))).tolist() == expected


def test_texts():
    stumps = learn(batch(c=["a", "b"]), batch(c=["c"]))
    assert predict(stumps, batch(c=["a", "c", "d"])).tolist() == [True, False, False]


def test_many_texts_that_fail_stand_for_all_that_are_not_known_to_be_fine():
    stumps = learn(batch(c=[f"new {i}" for i in range(9)]), batch(c=["a", "b"]))
    assert predict(stumps, batch(c=["a", "never seen", None])).tolist() == [False, True, False]


def test_two_rules_cover_two_reasons():
    failing = batch(x=[1.0, 99.0], c=["bad", "ok"])
    stumps = learn(failing, batch(x=[1.0, 2.0], c=["ok", "ok"]))
    assert predict(stumps, batch(x=[1.0, 98.0, 99.0], c=["bad", "ok", "ok"])).tolist() == [True, False, True]


def test_nothing_is_predicted_where_no_rule_fits():
    same = batch(x=[1.0])
    assert learn(same, same) == ()
    assert predict((), same).tolist() == [False]
