"""The JSON document of a run: what `parity verify --json` writes."""

from __future__ import annotations

import json

import sample_runs


def test_the_document_holds_every_verdict_as_it_was_recorded(rendered):
    document = json.loads(rendered("bundled", "json"))
    samples = [
        sample_runs.scorecard(),
        sample_runs.logit(),
        sample_runs.forest(),
        sample_runs.seed_migration(),
    ]
    assert document == {"format": 1, "models": samples}


def test_a_run_without_verdicts_is_an_empty_document(rendered):
    assert json.loads(rendered("empty", "json")) == {"format": 1, "models": []}


def test_infinities_stay_words_and_strange_text_survives(rendered):
    model = json.loads(rendered("nasty", "json"))["models"][0]
    example = model["targets"][0]["mismatches"][0]["example"]
    assert example["reference"] == "Infinity"
    assert example["inputs"][sample_runs.NASTY] == sample_runs.NASTY
    assert model["colour"] == "a key of tomorrow"
