"""The answers follow from the figures, whichever way these fall."""

from __future__ import annotations

import pytest

from harness.fidelity.answers import Findings, answers
from harness.fidelity.columns import Kind
from harness.fidelity.costs import Cost
from harness.fidelity.ends import Language
from harness.fidelity.matrix import Cell, Fidelity
from harness.fidelity.trials import Direction

PYTHON, R = Language


def cost(codec, write, read, language=PYTHON, rows=1000, size=100, **more):
    """A cost in copies of the table."""
    samples = {"encode_ns": (write,), "decode_ns": (read,), "memcpy_ns": (1.0,)}
    return Cost(codec, language, rows, 100, size, True, **{**samples, **more})


def cell(codec, direction, fidelity, reason=""):
    return Cell(codec, Kind.DOUBLE, direction, fidelity, reason)


def said(costs, cells=()):
    return {one.question: one for one in answers(Findings(cells, costs, (Kind.DOUBLE,)))}


@pytest.mark.parametrize(
    ("write", "read", "begins"),
    [
        (10.0, 14.0, "Yes; from 7.1 to 10 times as fast"),
        (1.0, 2.0, "More than that; from 50 to 100 times as fast"),
        (50.0, 40.0, "No, less; from 2.0 to 2.5 times as fast"),
        (50.0, 400.0, "No, and not always faster; from 0.25 to 2.0 times as fast"),
        (10.0, 1.0, "It depends: 1 of 2 comparisons lie there; from 10 to 100 times as fast"),
    ],
)
def test_the_claim_of_protobuf_is_held_against_every_comparison(write, read, begins):
    answer = said([cost("json", 100.0, 100.0), cost("protobuf", write, read)])[
        "Is protobuf 5 to 10 times faster than JSON?"
    ]
    assert answer.answer.startswith(begins)
    assert len(answer.figures) == 1


def test_an_r_end_that_json_and_orjson_share_is_compared_once():
    shared = cost("orjson", 0.0, 0.0, R, encode_ns=(), decode_ns=(), memcpy_ns=(), same_as="json")
    ends = [cost("json", 100.0, 100.0, R), shared, cost("protobuf", 10.0, 10.0, R)]
    (answer,) = [a for q, a in said(ends).items() if "protobuf" in q]
    assert answer.figures == (
        "R, 1,000 rows, protobuf against json: 10 times the speed to write, 10 times to read, "
        "1.0 times the size",
    )


def test_messages_of_rows_are_held_against_objects_of_rows():
    ends = [cost("json", 9.0, 9.0), cost("jsonlite", 70.0, 60.0), cost("proto_rows", 10.0, 10.0)]
    (answer,) = said(ends)["Is protobuf 5 to 10 times faster than JSON?"].figures
    assert answer == (
        "Python, 1,000 rows, proto_rows against jsonlite: 7.0 times the speed to write, 6.0 times to read, "
        "1.0 times the size"
    )


def test_parquet_against_csv_says_where_csv_is_the_faster_one():
    ends = [
        cost("csv", 100.0, 100.0, rows=100_000, size=160),
        cost("parquet", 10.0, 50.0, rows=100_000, size=80),
        cost("csv", 10.0, 10.0, rows=1, size=20),
        cost("parquet", 5.0, 20.0, rows=1, size=400),
    ]
    answer = said(ends)["Parquet or CSV?"]
    assert answer.answer == (
        "At 100,000 rows, in Python, Parquet takes 0.50 times the bytes of CSV, is written 10 times as fast "
        "and read 2.0 times as fast; in 1 of 4 comparisons CSV is the faster one."
    )
    assert answer.figures[1].startswith(
        "Python, 1 row, parquet against csv: 2.0 times the speed to write, 0.50 times"
    )


def test_feather_without_its_r_end_says_what_is_lacking_and_how_to_get_it():
    cells = [cell("feather", Direction.R_PYTHON, Fidelity.MISSING, "R has no package arrow here; get it")]
    answer = said([cost("feather", 20.0, 4.0)], cells)["Feather between R and Python?"]
    assert answer.answer == "Cannot be measured here: R has no package arrow here; get it."
    assert answer.figures == ("Python alone, 1,000 rows: 20 copies of the table to write, 4.0 to read",)


def test_feather_with_both_ends_is_measured_across_and_its_fidelity_said():
    cells = [
        cell("feather", Direction.R_PYTHON, Fidelity.EXACT),
        cell("feather", Direction.PYTHON_R, Fidelity.LOSSY),
    ]
    ends = [cost("feather", 20.0, 4.0), cost("feather", 30.0, 3.0, R)]
    answer = said(ends, cells)["Feather between R and Python?"]
    assert answer.answer == (
        "At 1,000 rows: R→Python takes 34 copies of the table, exact; Python→R takes 23 copies of the table, "
        "not exact."
    )


def test_the_quickest_exact_way_passes_over_a_quicker_one_that_is_not_exact():
    names = ("exact", "lossy", "slow")
    ends = [
        cost(name, w, 1.0, end) for name, w in zip(names, (5.0, 1.0, 50.0), strict=True) for end in Language
    ]
    cells = [
        cell("exact", Direction.R_PYTHON, Fidelity.REFUSES),
        cell("lossy", Direction.R_PYTHON, Fidelity.LOSSY),
        cell("slow", Direction.R_PYTHON, Fidelity.EXACT),
    ]
    found = said(ends, cells)
    answer = found["The quickest exact way R→Python?"]
    assert answer.answer == "At 1,000 rows: exact, 6.0 copies of the table to write and read."
    assert answer.figures == ("the others: lossy 2.0 (not exact), slow 51",)
    assert "The quickest exact way Python→R?" not in found


def test_nothing_timed_answers_nothing_but_what_is_lacking():
    assert (
        said([], [cell("csv", Direction.R_R, Fidelity.LOSSY), cell("parquet", Direction.R_R, Fidelity.LOSSY)])
        == {}
    )
