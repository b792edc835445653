"""What a person reads of a verdict in a terminal, and what a pipe gets."""

from __future__ import annotations

import io

import pytest
import sample_runs
from rich.console import Console

from harness.renderers.terminal import render_verdict

SEED_MIGRATION = """\
seed-migration · against r@cpu · 7.4 s

  ✗  python@cpu  disagrees, as expected  262,144 rows in 2.9 s
  The model file expects exactly interval-closure, out-of-range and error, and
  that is what was found.

python@cpu
  67 of 1,000 rows of the data are affected; the decision offer flips on 40 of
  them
  affected rows of the data: A-0007, A-0012 ...

  interval-closure  in points, 812 rows, flips the decision offer
    only where an input, or a quantity made of inputs, equals a bin edge or
    split threshold: (a, b] against [a, b)
    evidence: every disagreeing row has age equal to 18, 25, 30, 45, 60 or 75
    smallest example:
      age         30.0
      ──────────
      r@cpu       25
      python@cpu  35
      difference  +10

  out-of-range  in points, 341 rows
    only beyond the outermost edges or the legal range: missing against last
    bin, wrap-around, clamping
    evidence: every disagreeing row has age below 18
    smallest example:
      age         0.0
      ──────────
      r@cpu       missing
      python@cpu  60

  error  in points, 120 rows
    one raises where the other answers
    evidence: every disagreeing row has age of at least 75
    smallest example:
      age         75.0
      ──────────
      r@cpu       60
      python@cpu  raises IndexError: index 5 is out of bounds for axis 0 with
                  size 5

To reproduce it in R, Python and pytest:
  parity explain suites/seed_migration

"""

SCORECARD = """\
german-scorecard · against r@cpu · 7.4 s

  ✓  python@cpu  agrees   1,048,576 rows in 2.9 s
  ✓  onnx@cpu    agrees   1,048,576 rows in 2.9 s
  ✓  torch@cpu   agrees   1,048,576 rows in 2.9 s
  ○  onnx@cuda   missing
  ○  onnx@rocm   missing
  ○  torch@cuda  missing
  ○  torch@rocm  missing

python@cpu
  checked: 2,097,100 of 2,097,152 cells
  rows on the knife-edge of a decision (not counted): 2 of approve
  decided for no row (1 comparison): amount / duration > 5000 (score.py:41)
  note: the tolerance of pd is looser than the default: 2^x differs between C
  libraries

onnx@cuda, torch@cuda
  no NVIDIA driver is loaded (libcuda.so.1 is not here); install the driver and
  `pip install onnxruntime-gpu`, then see: parity doctor

onnx@rocm, torch@rocm
  no AMD GPU is here (/dev/kfd does not exist); see: parity doctor

"""

FOREST = """\
german-forest · against r@cpu · 7.4 s

  ✗  python@cpu  disagrees  1,048,576 rows in 2.9 s
  ✓  onnx@cpu    agrees     1,048,576 rows in 2.9 s
  !  torch@cpu   failed

python@cpu
  none of the 1,000 rows of the data is affected

  batch-dependence  in pd, 19 rows
    a row's answer depends on the other rows of its batch
    evidence: row 2 alone gets 0.5, behind row 1 it gets 0.4999999
    smallest batch:
                  row 1   row 2
      age         41.0    41.5
      amount      2500.0  missing
      ──────────
      r@cpu       0.25    0.5
      python@cpu  0.25    0.4999999
  waived: rounding in pd, 3 rows: accepted by model risk, ticket 4711, owner:
  model risk, until 2027-06-30

torch@cpu
  the worker died on the first row (signal 9); its last words:
  RuntimeError: [enforce fail at alloc_cpu.cpp:117] not enough memory

To reproduce it in R, Python and pytest:
  parity explain suites/german_forest

"""


def shown(verdict: dict, **console) -> str:
    out = io.StringIO()
    render_verdict(verdict, Console(file=out, **{"width": 80, **console}))
    return out.getvalue()


@pytest.mark.parametrize(
    ("verdict", "text"),
    [
        (sample_runs.seed_migration(), SEED_MIGRATION),
        (sample_runs.scorecard(), SCORECARD),
        (sample_runs.forest(), FOREST),
    ],
    ids=["seed_migration", "scorecard", "forest"],
)
def test_a_verdict_reads_well_on_80_columns(verdict, text):
    assert shown(verdict) == text


def test_colour_is_an_addition_on_a_terminal():
    verdict = sample_runs.logit()
    coloured = shown(verdict, force_terminal=True, color_system="truecolor")
    assert "\x1b[" in coloured
    assert _without_codes(coloured) == shown(verdict)


def _without_codes(text: str) -> str:
    from rich.text import Text

    return "\n".join(Text.from_ansi(line).plain for line in text.split("\n"))


def test_no_color_leaves_no_escape_code_at_all(monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    verdict = sample_runs.logit()
    assert shown(verdict, force_terminal=True) == shown(verdict)


def test_a_console_without_unicode_gets_ascii():
    text = io.TextIOWrapper(io.BytesIO(), encoding="ascii", errors="strict", write_through=True)
    render_verdict(sample_runs.seed_migration(), Console(file=text, width=80))
    written = text.buffer.getvalue().decode("ascii")
    assert "  x  python@cpu  disagrees, as expected" in written
    assert "      ----------" in written


def test_names_and_values_are_never_taken_for_markup(tmp_path):
    from harness.record import read_run

    verdict = read_run(sample_runs.nasty(tmp_path / "run")).of("verdict")[0]
    text = shown(verdict)
    assert "[red]x[/red]" in text
    assert "\\u202e" in text
    assert "\u202e" not in text
    assert "\x07" not in text
    assert max(len(line) for line in text.splitlines() if "parity explain" not in line) <= 80
    assert "parity explain 'suites/it'\"'\"'s here'\n" in text


def test_a_wide_batch_shows_its_first_rows_and_counts_the_rest():
    rows = [{"x": float(n)} for n in range(9)]
    example = {"batch": rows, "reference": [0.0] * 9, "candidate": [1.0] * 9}
    fault = {"output": "y", "rows": 9, "cause": "row-alignment", "because": "", "example": example}
    text = shown(sample_runs.verdict("m", [sample_runs.finding("p@cpu", "disagrees", mismatches=[fault])]))
    assert "(+3 rows)" in text
    assert "row 6" in text
    assert "row 7" not in text


def test_nothing_ran_is_said_to_be_no_pass():
    targets = [sample_runs.finding("onnx@cpu", "missing", reason="no onnxruntime")]
    text = shown(sample_runs.verdict("m", targets))
    assert "Nothing ran: this is not a pass." in text
    assert "no onnxruntime" in text


def test_what_was_expected_and_not_found_is_said():
    targets = [sample_runs.finding("python@cpu")]
    text = shown(sample_runs.verdict("m", targets, expect=["rounding"], expected=False))
    assert "!  python@cpu  agrees, against expectation" in text
    assert "The model file expects exactly rounding, but no fault was found." in text


def test_a_path_is_given_from_where_one_is(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    inside = {**sample_runs.seed_migration(), "path": str(tmp_path / "suites" / "m" / "model.toml")}
    assert "  parity explain suites/m\n" in shown(inside)
    outside = {**inside, "path": "/elsewhere/m/model.toml"}
    assert "  parity explain /elsewhere/m\n" in shown(outside)


def test_what_is_to_be_copied_is_never_broken():
    path = "suites/" + "a_long_folder/" * 9 + "m"
    text = shown({**sample_runs.seed_migration(), "path": path})
    assert f"  parity explain {path}\n" in text
