"""Which rows disagree, in what, and which decisions flip."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from miniatures import model, number

from harness.answer import Answer
from harness.comparison import compare
from harness.model import Decision, Output
from harness.protocols import Failure, Outcome
from harness.schema import Kind
from harness.tolerance import Tolerance


def answer(values, outcomes=None):
    column = pa.array(values, type=pa.float64())
    outcomes = (
        np.zeros(len(values), dtype=np.uint8) if outcomes is None else np.array(outcomes, dtype=np.uint8)
    )
    failures = {row: Failure(Outcome(o), "E", "") for row, o in enumerate(outcomes) if o}
    return Answer(len(values), {"score": column}, outcomes, failures)


LOOSE = model(
    number(),
    outputs=(Output("score", Kind.FLOAT, Tolerance(rtol=0, atol=1.0)),),
    decisions=(Decision("approve", "score", (620.0,)), Decision("band", "score", (560.0, 620.0))),
)


def test_a_flip_within_tolerance_is_a_disagreement():
    comparison = compare(LOOSE, answer([619.8, 700.0]), answer([620.2, 700.5]))
    assert comparison.wrong["score"].tolist() == [True, False]
    assert comparison.flips["approve"].tolist() == [True, False]


def test_a_reference_on_the_very_cut_is_knife_edge():
    comparison = compare(LOOSE, answer([620.0]), answer([619.9999999]))
    assert comparison.flips["approve"].tolist() == [False]
    assert comparison.knife_edge["approve"].tolist() == [True]
    assert comparison.wrong["score"].tolist() == [False]


def test_missing_against_a_band_is_a_flip_and_missing_twice_is_none():
    comparison = compare(LOOSE, answer([None, None]), answer([700.0, None]))
    assert comparison.flips["band"].tolist() == [True, False]


def test_both_raising_is_equal_and_one_raising_is_not():
    raised = Outcome.RAISED
    comparison = compare(
        LOOSE, answer([None, None, 1.0], [raised, raised, 0]), answer([None, 1.0, None], [raised, 0, raised])
    )
    assert comparison.raised.tolist() == [False, True, True]
    assert comparison.disagrees.tolist() == [False, True, True]


def test_what_was_not_tried_is_not_compared():
    comparison = compare(LOOSE, answer([1.0, 2.0]), answer([None, 2.0], [Outcome.UNRESOLVED, 0]))
    assert comparison.compared.tolist() == [False, True]
    assert not comparison.disagrees.any()


def test_lost_rows_are_misaligned_and_unsayable_rows_unanswerable():
    candidate = answer([None, None], [Outcome.MISALIGNED, Outcome.UNANSWERABLE])
    comparison = compare(LOOSE, answer([1.0, 2.0]), candidate)
    assert comparison.misaligned.tolist() == [True, False]
    assert comparison.unanswerable.tolist() == [False, True]
    assert not comparison.raised.any()


def test_a_flip_at_a_cut_that_the_reference_is_far_from_is_never_excused():
    wide = model(
        number(),
        outputs=(Output("score", Kind.FLOAT, Tolerance(rtol=0, atol=200.0)),),
        decisions=(Decision("band", "score", (560.0, 620.0)),),
    )
    comparison = compare(wide, answer([620.0]), answer([500.0]))
    assert comparison.flips["band"].tolist() == [True]
    assert comparison.knife_edge["band"].tolist() == [False]


def test_a_value_beyond_tolerance_on_the_cut_flips():
    exact = model(
        number(),
        outputs=(Output("score", Kind.INT, Tolerance(exact=True)),),
        decisions=(Decision("approve", "score", (35.0,)),),
    )
    comparison = compare(exact, answer([35.0]), answer([34.0]))
    assert comparison.flips["approve"].tolist() == [True]
