"""Verdicts as they are read from records, whole or not."""

from __future__ import annotations

from sample_runs import finding, forest, mismatch, scorecard, seed_migration, verdict

from harness.digest import sentences
from harness.digest.verdicts import Standing, verdict_of
from harness.status import Status

FAULT = mismatch("y", 3, "rounding", "", {"a": 0.5}, 0, 1)


def standings(**more) -> list[Standing]:
    targets = [finding("a@cpu"), finding("b@cpu", "disagrees", mismatches=[FAULT])]
    return [f.standing for f in verdict_of(verdict("m", targets, **more)).findings]


def test_a_disagreement_is_expected_only_where_the_run_says_so():
    agrees, disagrees = Standing.AGREES, Standing.DISAGREES
    assert standings() == [agrees, disagrees]
    assert standings(expect=["rounding"], expected=True) == [agrees, Standing.EXPECTED]
    assert standings(expect=["error"], expected=False) == [agrees, disagrees]
    # without an expectation, the word alone excuses nothing
    assert standings(expect=[], expected=True) == [agrees, disagrees]


def test_agreement_against_expectation_is_not_agreement():
    read = verdict_of(verdict("m", [finding("a@cpu")], expect=["rounding"], expected=False))
    assert read.findings[0].standing is Standing.UNEXPECTED
    assert not read.findings[0].standing.good


def test_a_batch_example_keeps_its_rows_and_lists_of_answers():
    batch = verdict_of(forest()).findings[0].mismatches[0]
    assert batch.batched
    assert batch.inputs == ({"age": 41.0, "amount": 2500.0}, {"age": 41.5, "amount": None})
    assert batch.candidate == [0.25, 0.4999999]


def test_a_waived_mismatch_keeps_who_accepted_it_and_until_when():
    waived = verdict_of(forest()).findings[0].waived[0]
    assert waived.waiver == "accepted by model risk, ticket 4711, owner: model risk, until 2027-06-30"


def test_a_bare_record_is_read_without_complaint():
    read = verdict_of({"targets": [{}, {"target": "x@cpu", "status": "missing", "remedy": "get it"}]})
    assert read.model == "unnamed model"
    assert read.findings[0].status is Status.FAILED
    assert "None" in read.findings[0].reason
    assert read.findings[1].reason.endswith("get it")


def test_what_was_affected_is_said_in_plain_words():
    effects = [
        f.data for f in (*verdict_of(seed_migration()).findings, *verdict_of(scorecard()).findings) if f.data
    ]
    said = [sentences.effect(effect) for effect in effects[:2]]
    assert said == [
        "67 of 1,000 rows of the data are affected; the decision offer flips on 40 of them",
        "none of the 1,000 rows of the data is affected",
    ]


def test_a_short_word_stands_for_a_finding_in_a_table():
    brief = {f.target: sentences.brief(f) for f in verdict_of(scorecard()).findings}
    assert brief["python@cpu"] == "1,048,576 rows"
    assert brief["onnx@cuda"] == "no NVIDIA driver is loaded"
    assert (
        sentences.brief(verdict_of(seed_migration()).findings[0])
        == "interval-closure, out-of-range and 1 more"
    )


def test_knife_edge_rows_are_told_by_decision_or_in_all():
    def told(count) -> tuple[str, ...]:
        return sentences.remarks(verdict_of(verdict("m", [finding("a@cpu", knife_edge=count)])).findings[0])

    start = "rows on the knife-edge of a decision (not counted): "
    assert told({"approve": 2, "band": 1}) == (f"{start}2 of approve and 1 of band",)
    assert told(3) == (f"{start}3 rows",)
    assert told(0) == told({}) == ()
