"""Causes that two answers tell by themselves."""

from __future__ import annotations

import pytest
from miniatures import number

from harness.causes import Cause
from harness.schema import Input, Kind, Schema
from harness.search.explain.told import of_last_digits, told_by_answers

NUMBERS = Schema((number("card"), number("loan")))
GRADES = Schema(tuple(Input(name, Kind.CATEGORY, levels=("A", "B")) for name in "xyz"))


@pytest.mark.parametrize(
    ("schema", "row", "reference", "candidate", "cause"),
    [
        (NUMBERS, {"card": 5.0, "loan": 5.0}, "card", "loan", Cause.TIE),
        (NUMBERS, {"card": 5.0, "loan": 6.0}, "card", "loan", None),
        (NUMBERS, {"card": 5.0, "loan": 5.0}, 1, 2, Cause.TIE),
        (GRADES, {"x": "A", "y": "B", "z": "C"}, "A", "B", Cause.TIE),
        (GRADES, {"x": "A", "y": "A", "z": "B"}, "A", "B", None),
        (NUMBERS, {"card": 1.0, "loan": 2.0}, 3e9, None, Cause.INTEGER_OVERFLOW),
        (NUMBERS, {"card": 1.0, "loan": 2.0}, 3e9, 3_000_000_000 - 2**32, Cause.INTEGER_OVERFLOW),
        (NUMBERS, {"card": 1.0, "loan": 2.0}, 3e9, 3e9 + 1, None),
        (NUMBERS, {"card": 1.0, "loan": 0.0}, None, float("inf"), Cause.ARITHMETIC),
        (NUMBERS, {"card": 1.0, "loan": 2.0}, 7.0, 8.0, None),
    ],
)
def test_the_answers_tell(schema, row, reference, candidate, cause):
    assert told_by_answers(schema, row, reference, candidate) is cause


@pytest.mark.parametrize(
    ("row", "reference", "candidate", "lost"),
    [
        ({"card": 3e14, "loan": -3e14}, 1.1, 1.125, True),
        ({"card": 3e14, "loan": None}, 1.1, 1.6, False),
        ({"card": 10.0, "loan": 7.0}, 1.1, 1.125, False),
        ({"card": 3e14, "loan": 1.0}, 2.0, 2.0, False),
        ({"card": 3e14, "loan": 1.0}, 2.0, None, False),
        ({"card": None, "loan": "a"}, 2.0, 3.0, False),
    ],
)
def test_last_digits_are_those_of_the_largest_number_of_the_row(row, reference, candidate, lost):
    assert of_last_digits(row, reference, candidate) is lost
