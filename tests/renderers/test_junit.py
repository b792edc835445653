"""The JUnit file, as a CI server reads it."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest
import sample_runs

from harness.record import read_run
from harness.renderers import junit


def cases(xml: str) -> dict[tuple[str, str], ET.Element]:
    return {(c.get("classname"), c.get("name")): c for c in ET.fromstring(xml).iter("testcase")}


def outcomes(xml: str) -> dict[tuple[str, str], list[str]]:
    return {name: [child.tag for child in case] for name, case in cases(xml).items()}


def test_each_target_of_each_model_is_a_test_case(rendered):
    assert outcomes(rendered("bundled", "junit")) == {
        ("german-scorecard", "python@cpu"): ["system-out"],
        ("german-scorecard", "onnx@cpu"): [],
        ("german-scorecard", "torch@cpu"): [],
        ("german-scorecard", "onnx@cuda"): ["skipped"],
        ("german-scorecard", "onnx@rocm"): ["skipped"],
        ("german-scorecard", "torch@cuda"): ["skipped"],
        ("german-scorecard", "torch@rocm"): ["skipped"],
        ("german-logit", "python@cpu"): [],
        ("german-logit", "onnx@cpu"): ["failure"],
        ("german-logit", "onnx@cuda"): ["skipped"],
        ("german-forest", "python@cpu"): ["failure"],
        ("german-forest", "onnx@cpu"): [],
        ("german-forest", "torch@cpu"): ["error"],
        ("seed-migration", "python@cpu"): ["system-out"],
    }


def test_the_counts_are_those_of_the_cases(rendered):
    root = ET.fromstring(rendered("bundled", "junit"))
    counted = {name: int(root.get(name)) for name in ("tests", "failures", "errors", "skipped")}
    assert counted == {"tests": 14, "failures": 2, "errors": 1, "skipped": 5}
    assert [suite.get("tests") for suite in root] == ["7", "3", "3", "1"]


def test_a_skipped_case_says_what_is_lacking_and_a_failure_shows_the_example(rendered):
    found = cases(rendered("bundled", "junit"))
    assert found["german-logit", "onnx@cuda"][0].get("message") == sample_runs.NO_CUDA
    failure = found["german-logit", "onnx@cpu"][0]
    assert failure.get("message") == "single-precision"
    assert "duration_months = 30.000000000000004" in failure.text
    assert "onnx@cpu: 0.3180203437805176" in failure.text


@pytest.mark.parametrize("sample", ["nothing_ran", "empty"])
def test_nothing_ran_is_an_error(rendered, sample):
    xml = rendered(sample, "junit")
    error = cases(xml)["parity", "something ran"][0]
    assert error.tag == "error"
    assert ET.fromstring(xml).get("errors") == "1"


def test_faults_that_are_expected_and_gone_are_failures(tmp_path):
    models = [
        sample_runs.verdict("gone", [sample_runs.finding("p@cpu")], expect=["rounding"], expected=False),
        sample_runs.verdict(
            "other", sample_runs.seed_migration()["targets"], expect=["rounding"], expected=False
        ),
    ]
    run = read_run(sample_runs.write(tmp_path / "run", [("verdict", model) for model in models]))
    found = cases(junit.render(run, run.folder))
    assert found["gone", "p@cpu"][0].tag == "failure"
    assert "expects exactly rounding, but no fault was found" in found["gone", "p@cpu"][0].get("message")
    assert found["other", "python@cpu"][0].tag == "failure"


def test_what_xml_cannot_say_is_written_out(rendered):
    xml = rendered("nasty", "junit")
    assert "\x07" not in xml
    assert (sample_runs.NASTY_MODEL, "odd@cpu") in cases(xml)
