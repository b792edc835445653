"""The snippets of `parity explain` run as they are, and show the disagreement."""

from __future__ import annotations

import datetime as dt
import shutil
import subprocess
import sys
from dataclasses import replace

import pytest
from miniatures import model

from harness.model import Form
from harness.schema import Input, Kind
from harness.verify.counterexamples import Counterexample
from harness.verify.snippets import pytest_snippet, python_snippet, r_snippet

INPUTS = (
    Input("a b", Kind.FLOAT, missing=True),
    Input("n", Kind.INT),
    Input("flag", Kind.BOOL),
    Input("c", Kind.CATEGORY, levels=("x", 'say "hi"')),
    Input("s", Kind.STRING, missing=True),
    Input("d", Kind.DATE),
    Input("t", Kind.DATETIME),
)
ROW = {
    "a b": 0.1 + 0.2,
    "n": 7,
    "flag": True,
    "c": 'say "hi"',
    "s": None,
    "d": dt.date(2024, 2, 29),
    "t": dt.datetime(2024, 2, 29, 12, 30, 1),
}
R = """score <- function(df) {
  stopifnot(df[["a b"]] == 0.1 + 0.2, identical(df$n, 7L), df$flag, is.factor(df$c), is.na(df$s))
  stopifnot(df$d == as.Date("2024-02-29"), format(df$t, "%H:%M:%S") == "12:30:01")
  as.integer(df$c)
}
"""
PYTHON = """def score(df):
    row = df.iloc[0]
    assert row["a b"] == 0.1 + 0.2 and row["n"] == 7 and row["flag"] and row["s"] is None
    assert str(df["d"].dtype) == "datetime64[s]" and str(row["t"]) == "2024-02-29 12:30:01"
    return df["c"].cat.codes + 1
"""


@pytest.fixture
def case(tmp_path):
    (tmp_path / "score.R").write_text(R, encoding="utf-8")
    (tmp_path / "score.py").write_text(PYTHON, encoding="utf-8")
    forms = (
        Form("r", "r", source=tmp_path / "score.R", call="score"),
        Form("python", "python", source=tmp_path / "score.py", call="score"),
    )
    of = replace(model(*INPUTS), folder=tmp_path, path=tmp_path / "model.toml", forms=forms)
    return of, Counterexample("python@cpu", "score", "text", (ROW,), 2, 2)


@pytest.mark.skipif(shutil.which("Rscript") is None, reason="Rscript is not installed")
def test_the_r_snippet_runs_and_builds_the_row_to_the_bit(case):
    of, example = case
    text = r_snippet(of, of.forms[0], example)
    said = subprocess.run(["Rscript", "-e", text], capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stderr
    assert "2" in said.stdout


def test_the_python_snippet_runs_and_builds_the_row_to_the_bit(case):
    of, example = case
    text = python_snippet(of, of.forms[1], example)
    said = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stderr
    assert "2" in said.stdout


def test_the_pytest_snippet_is_a_test_with_a_legal_name(case):
    of, example = case
    text = pytest_snippet(of, example, 1)
    compile(text, "test_snippet.py", "exec")
    assert "def test_python_cpu_text_1()" in text
