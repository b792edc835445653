"""The Markdown summary of a run."""

from __future__ import annotations

import sample_runs

from harness.record import read_run
from harness.renderers import markdown


def test_the_summary_begins_with_the_outcome(rendered):
    first, _, rest = rendered("sound", "markdown").partition("\n")
    assert first == "## Parity: agrees"
    assert rest.strip().startswith(
        "2 of 3 models agree on every target that ran here; seed-migration disagrees,"
    )


def test_each_mismatch_has_its_cause_and_its_example(rendered):
    text = rendered("bundled", "markdown")
    assert "### `seed-migration` on `python@cpu`: ✗ disagrees, as expected" in text
    assert "67 of 1,000 rows of the data are affected; the decision offer flips on 40 of them." in text
    assert "**interval-closure** in points, 812 rows, flips the decision offer" in text
    assert "\n| `age` | `30.0` |\n| **`r@cpu`** | `25` |\n| **`python@cpu`** | `35` |\n" in text
    assert "| `amount` | `2500.0` | `missing` |" in text


def test_each_reason_for_a_missing_target_is_given_once(rendered):
    text = rendered("bundled", "markdown")
    assert "- `onnx@cuda`, `torch@cuda`: no NVIDIA driver is loaded" in text
    assert text.count("install the driver") == 1


def test_medians_are_those_at_the_largest_batch(rendered):
    text = rendered("bundled", "markdown")
    assert "| `german-logit` | `r@cpu` | 100,000 |" in text
    assert "| 1,000 |" not in text


def test_nothing_is_taken_for_markup(rendered):
    text = rendered("nasty", "markdown")
    outside = "".join(part for i, part in enumerate(_split_code(text)) if i % 2 == 0)
    assert "<script" not in outside.replace("\\<", "")
    assert "<b>" not in outside.replace("\\<", "")
    for line in text.splitlines():
        if line.startswith("| "):
            assert line.endswith(" |")


def _split_code(text: str) -> list[str]:
    """Text outside of code and inside of it, by turns: runs of backticks that are not escaped."""
    import re

    parts, fence, last = [], None, 0
    for found in re.finditer(r"(?<!\\)`+", text):
        if fence is None or found[0] == fence:
            parts.append(text[last : found.start()])
            fence, last = (found[0] if fence is None else None), found.end()
    return [*parts, text[last:]]


def test_a_long_summary_is_cut_at_whole_parts_and_says_so(tmp_path):
    fault = sample_runs.mismatch("y", 1, "rounding", "x" * 400, {"a": 1.0}, 1, 2)
    models = [
        sample_runs.verdict(f"model-{n}", [sample_runs.finding("p@cpu", "disagrees", mismatches=[fault] * 9)])
        for n in range(60)
    ]
    run = read_run(sample_runs.write(tmp_path / "run", [("verdict", model) for model in models]))
    text = markdown.render(run, run.folder)
    assert 50_000 < len(text.encode()) <= 64_000
    assert text.rstrip().endswith("parts left out to keep this short: see the HTML report._")
    shown = text.count("### ")
    assert f"_{60 - shown} parts left out" in text


def test_a_short_summary_leaves_nothing_out(rendered):
    assert "left out" not in rendered("bundled", "markdown")
