"""Entries of tables: what a form looks up by several inputs at once, read from its live objects."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest

from harness.workers.mined import entries_of
from harness.workers.python.entries import entries_table, gather, of


@dataclass
class Band:
    low: float
    high: float


def told(one):
    return {entry.fields for entry in of(one, "TABLE")}


@pytest.mark.parametrize(
    ("table", "fields"),
    [
        (pd.DataFrame({"country": ["AT"], "mcc": [725]}), (("country", "AT"), ("mcc", 725))),
        (pd.DataFrame({"w": [1.5]}, index=pd.Index(["AT"], name="c")), (("c", "AT"), ("w", 1.5))),
        (pd.Series([1.5], index=["AT|725"]), ((None, "AT"), (None, "725"))),
        ([{"country": "AT", "mcc": 725}], (("country", "AT"), ("mcc", 725))),
        ({("AT", 725): 1.5}, ((None, "AT"), (None, 725))),
        ({"AT 725": 1.5, "BE 31": 2.0}, ((None, "AT"), (None, "725"))),
        ({"AT": {725: 1.5}}, ((None, "AT"), (None, 725))),
        ([("AT", 725, 1.5)], ((None, "AT"), (None, 725), (None, 1.5))),
        ([Band(1.0, 2.5)], (("low", 1.0), ("high", 2.5))),
        (
            {"bands": [{"low": np.int64(3), "day": np.datetime64("2024-02-29")}]},
            (("low", 3), ("day", "2024-02-29")),
        ),
    ],
)
def test_what_belongs_together_is_an_entry(table, fields):
    found = told(table)
    assert fields in found


def test_what_is_no_table_has_no_entry():
    for one in (3, "AT 725", [1, 2, 3], {"a": 1, "b": 2}, None, {"mcc": 725}):
        assert told(one) == set()


def test_values_that_are_missing_or_endless_are_left_out():
    (entry,) = told([{"a": None, "b": float("inf"), "c": 1, "d": "x"}])
    assert entry == (("c", 1), ("d", "x"))


def test_an_object_that_cannot_be_read_costs_no_other():
    class Broken:
        columns = ("a",)

        def itertuples(self):
            raise RuntimeError

    assert len(gather([("BROKEN", Broken()), ("TABLE", [{"a": 1, "b": 2}])])) == 1


def test_entries_cross_as_they_are():
    made = gather([("TABLE", [{"a": 1, "b": True, "c": "x", "d": 1.5}, {"a": 2, "b": False}])])
    back = entries_of(entries_table(made))
    assert [one.fields for one in back] == [one.fields for one in made]
    assert {one.origin for one in back} == {"TABLE[]"}
    assert type(back[0].fields[0][1]) is int
    assert back[0].fields[1][1] is True
