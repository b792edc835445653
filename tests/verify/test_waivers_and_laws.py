"""Waivers accept exactly what they name; laws are checked by themselves."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest
from miniatures import model, number, respondent

from harness.model import Output, Waiver
from harness.protocols import Clue
from harness.schema import Kind
from harness.search.rows.backgrounds import make_space
from harness.search.rows.pools import build_pools
from harness.status import Status
from harness.tolerance import Tolerance
from harness.verify.examine import Examination
from harness.verify.options import Options
from harness.verify.questions import Questions


@pytest.fixture
def examine():
    def run(of, reference, candidate, clues=()):
        space = make_space(of.schema, build_pools(of.schema, [Clue(c) for c in clues]), None, 0)
        first = respondent(of, "r", lambda: reference)
        second = respondent(of, "python", lambda: candidate)
        return Examination(of, Questions(space, first, 0), second, Options(budget_s=2.0), None, []).run()

    return run


def closed_left(c):
    return (c["x"] >= 30) * 5.0 + c["y"]


def closed_right(c):
    return (c["x"] > 30) * 5.0 + c["y"]


def accepting(**keys):
    accepted = Waiver("python", "score", "interval-closure", "ticket 1", "model risk")
    return replace(model(number(), number("y")), waivers=(replace(accepted, **keys),))


def test_a_waived_disagreement_is_listed_and_does_not_count(examine):
    verdict = examine(accepting(), closed_right, closed_left, [30.0])
    assert verdict.status is Status.AGREES
    assert [m.cause for m in verdict.waived] == ["interval-closure"]
    assert verdict.mismatches == ()


def test_a_waiver_for_some_rows_leaves_the_others(examine):
    verdict = examine(accepting(where="y > 50"), closed_right, closed_left, [30.0])
    assert verdict.status is Status.DISAGREES
    assert [m.cause for m in verdict.mismatches] == ["interval-closure"]
    assert verdict.mismatches[0].inputs["y"] <= 50
    assert [m.cause for m in verdict.waived] == ["interval-closure"]


def test_another_cause_is_not_waived(examine):
    verdict = examine(accepting(cause="rounding"), closed_right, closed_left, [30.0])
    assert verdict.status is Status.DISAGREES
    assert any("no longer occurs" in note for note in verdict.notes)


def test_a_waiver_past_its_date_is_reported_and_not_applied(examine):
    verdict = examine(accepting(expires=dt.date(2020, 1, 1)), closed_right, closed_left, [30.0])
    assert verdict.status is Status.DISAGREES
    assert any("ended on 2020-01-01" in note for note in verdict.notes)


def rising(**laws):
    return model(number(), number("y"), outputs=(Output("score", Kind.FLOAT, Tolerance(atol=0.5), laws),))


def test_a_law_that_the_candidate_alone_breaks_is_a_disagreement(examine):
    def bumpy(c):
        return c["x"] + c["y"] - 0.4 * (c["x"] == 40)

    def dented(c):
        return c["x"] + c["y"] - 5.0 * ((c["x"] > 40) & (c["x"] < 42))

    verdict = examine(rising(x="up"), lambda c: c["x"] + c["y"], dented, [40.0, 42.0])
    assert "monotone" in {m.cause for m in verdict.mismatches}
    within = examine(rising(x="up"), lambda c: c["x"] + c["y"], bumpy, [40.0])
    assert {m.cause for m in within.mismatches} == {"monotone"}  # although each value is within tolerance


def test_a_law_that_the_reference_breaks_too_is_a_note(examine):
    verdict = examine(rising(x="down"), lambda c: c["x"] + c["y"], lambda c: c["x"] + c["y"])
    assert verdict.status is Status.AGREES
    assert any("the reference itself does not keep the law" in note for note in verdict.notes)


def test_a_law_that_both_keep_is_silent(examine):
    verdict = examine(rising(x="up", y="up"), lambda c: c["x"] + c["y"], lambda c: c["y"] + c["x"])
    assert verdict.status is Status.AGREES
    assert verdict.notes == ()


def test_missing_answers_break_no_law(examine):
    def gappy(c):
        return np.where(c["x"] > 50, np.nan, c["x"])

    assert examine(rising(x="up"), gappy, gappy).status is Status.AGREES
