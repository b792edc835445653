"""The one sentence on a whole run."""

from __future__ import annotations

import pytest
from sample_runs import NO_CUDA, NO_ROCM, finding, mismatch, verdict

from harness.digest import headline_of, verdicts_of
from harness.digest.headline import Tone

FAULT = mismatch("y", 3, "rounding", "", {"a": 0.5}, 0, 1)
AGREES = finding("python@cpu")
DISAGREES = finding("onnx@cpu", "disagrees", mismatches=[FAULT])
FAILED = finding("torch@cpu", "failed", reason="it died")
NO_GPU = finding("onnx@cuda", "missing", reason=NO_CUDA)
EXPECTED = {"expect": ["rounding"], "expected": True}


def headline(*models: dict):
    return headline_of(verdicts_of([{"record": "verdict", **model} for model in models]))


@pytest.mark.parametrize(
    ("models", "tone", "sentence"),
    [
        ([], Tone.NOTHING, "No model was compared with its reference in this run."),
        ([verdict("a", [])], Tone.NOTHING, "No model was compared with its reference in this run."),
        ([verdict("a", [AGREES])], Tone.GOOD, "a agrees on every target that ran here."),
        (
            [verdict("a", [AGREES]), verdict("b", [AGREES])],
            Tone.GOOD,
            "Both models agree on every target that ran here.",
        ),
        (
            [verdict("a", [AGREES, NO_GPU]), verdict("b", [AGREES]), verdict("c", [DISAGREES], **EXPECTED)],
            Tone.GOOD,
            "2 of 3 models agree on every target that ran here; c disagrees, as expected (rounding); "
            "1 target is missing (cuda: no NVIDIA driver is loaded).",
        ),
        (
            [verdict("a", [AGREES, DISAGREES])],
            Tone.BAD,
            "a disagrees on onnx@cpu (rounding).",
        ),
        (
            [verdict("a", [AGREES, DISAGREES], expect=["error"], expected=False)],
            Tone.BAD,
            "a disagrees on onnx@cpu, but not as expected (found rounding; expected error).",
        ),
        (
            [verdict("a", [AGREES], expect=["error"], expected=False)],
            Tone.BAD,
            "a agrees, although it is expected to disagree (error).",
        ),
        ([verdict("a", [AGREES, FAILED])], Tone.BAD, "a failed on torch@cpu."),
        (
            [verdict("a", [NO_GPU])],
            Tone.NOTHING,
            "Nothing ran: its only target is missing (cuda: no NVIDIA driver is loaded).",
        ),
        (
            [verdict("a", [NO_GPU, finding("r@rocm", "missing", reason=NO_ROCM)])],
            Tone.NOTHING,
            "Nothing ran: both targets are missing "
            "(cuda: no NVIDIA driver is loaded; rocm: no AMD GPU is here).",
        ),
        (
            [verdict("a", [AGREES]), verdict("b", [NO_GPU])],
            Tone.INCOMPLETE,
            "1 of 2 models agree on every target that ran here; nothing ran of b; "
            "1 target is missing (cuda: no NVIDIA driver is loaded).",
        ),
    ],
)
def test_a_run_is_summed_up_in_one_sentence(models, tone, sentence):
    assert headline(*models).sentence == sentence
    assert headline(*models).tone is tone


def test_expected_faults_alone_are_good_only_while_something_ran():
    assert headline(verdict("a", [DISAGREES], **EXPECTED)).tone is Tone.GOOD
    assert headline(verdict("a", [NO_GPU], expect=["rounding"], expected=False)).tone is Tone.NOTHING


def test_an_expected_disagreement_does_not_excuse_a_failure_beside_it():
    assert headline(verdict("a", [DISAGREES, FAILED], **EXPECTED)).tone is Tone.BAD


def test_many_disagreeing_models_are_counted_rather_than_listed():
    said = headline(*(verdict(f"m{n}", [DISAGREES]) for n in range(9))).sentence
    assert "m2 disagrees" in said
    assert "m3" not in said
    assert "6 more models disagree" in said


def test_a_status_that_is_not_known_is_never_good():
    assert headline(verdict("a", [AGREES, finding("x@cpu", "splendid")])).tone is Tone.BAD
