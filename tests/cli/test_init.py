"""``parity init``: arguments, exit statuses, and what it says at the end."""

from __future__ import annotations

import shutil

import pytest
from typer.testing import CliRunner

from harness import load_model

SOURCE = "import numpy as np\n\ndef score(df):\n    return np.where(df['age'] > 30, 20.5, 10.5)\n"
ROWS = "person_id,age\n" + "".join(f"P{n},{n}\n" for n in range(18, 80))


@pytest.fixture
def parity(tmp_path, monkeypatch):
    from harness.cli.app import app

    monkeypatch.chdir(tmp_path)
    (tmp_path / "score.py").write_text(SOURCE)
    (tmp_path / "rows.csv").write_text(ROWS)
    return lambda *arguments: CliRunner().invoke(app, list(map(str, arguments)))


def test_it_writes_a_model_file_beside_the_source_and_names_the_next_command(parity, tmp_path):
    (tmp_path / "score.R").write_text("score <- function(df) ifelse(df$age > 30, 20.5, 10.5)\n")
    done = parity("init", "--r", "score.R", "--python", "score.py", "--data", "rows.csv")
    assert done.exit_code == 0
    assert done.stdout.splitlines() == [
        "wrote model.toml: 1 input, 1 output, r, python",
        "Read it once: every guess is marked by a comment.",
        "Then check that the forms are the same model:",
        "  parity verify .",
    ]
    assert load_model(tmp_path).schema.names == ("age",)


@pytest.mark.skipif(shutil.which("Rscript") is None, reason="Rscript is not on the PATH")
def test_the_command_that_it_names_runs_as_it_stands(parity, tmp_path):
    (tmp_path / "score.R").write_text("score <- function(df) ifelse(df$age > 30, 20.5, 10.5)\n")
    done = parity(
        "init", "--r", "score.R", "--python", "score.py", "--data", "rows.csv", "-o", "my models/points"
    )
    (command,) = [line for line in done.stdout.splitlines() if line.startswith("  parity")]
    assert command == "  parity verify 'my models/points'"
    assert parity("verify", "my models/points", "--budget", "1s").exit_code == 0


def test_a_single_form_is_told_to_need_another(parity):
    done = parity("init", "--python", "score.py", "--data", "rows.csv")
    assert "Then add a form to compare python with, as its last lines show, and check it all:" in done.stdout


def test_a_model_file_is_never_overwritten_without_force(parity, tmp_path):
    (tmp_path / "model.toml").write_text("mine")
    done = parity("init", "--python", "score.py", "--data", "rows.csv")
    assert done.exit_code == 2
    assert "model.toml exists already: --force replaces it, -o FOLDER writes elsewhere" in done.stderr
    assert (tmp_path / "model.toml").read_text() == "mine"
    assert parity("init", "--python", "score.py", "--data", "rows.csv", "--force").exit_code == 0
    assert load_model(tmp_path).reference == "python"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "no form of the model was named: give --r, --python or --onnx"),
        (("--data", "rows.csv"), "no form of the model was named"),
        (("--python", "scores.py"), "scores.py: there is no such file; correct the path"),
        (("--python", "score.py", "--data", "."), ".: is a folder, not a file"),
        (
            ("--python", "score.py", "--data", "score.py"),
            "score.py: data is CSV (.csv) or Parquet",
        ),
        (("--python", "score.py", "--call", "pd"), "no function named 'pd' (there are: score(df))"),
        (("--onnx", "score.py", "--call", "pd"), "--call pd needs --r or --python"),
        (("--python", "score.py", "--r-model", "rows.csv"), "--r-model rows.csv needs --r beside it"),
        (
            ("--python", "score.py", "--data", "rows.csv", "-o", "rows.csv"),
            "rows.csv is a file: name a f",
        ),
        (("--onnx", "rows.csv"), "rows.csv: not an ONNX file"),
    ],
)
def test_what_cannot_be_drafted_is_one_clear_message(parity, tmp_path, arguments, message):
    done = parity("init", *arguments)
    assert done.exit_code == 2
    assert message in done.stderr
    assert "Traceback" not in done.output
    assert not (tmp_path / "model.toml").exists()


def test_several_functions_are_listed(parity, tmp_path):
    (tmp_path / "score.R").write_text("bin <- function(x) x\npoints <- function(df, base = 600) df$age\n")
    done = parity("init", "--r", "score.R", "--data", "rows.csv")
    assert done.exit_code == 2
    assert "--call (there are: bin(x), points(df, base = ...))" in done.stderr


def test_a_form_that_fails_is_told_and_the_file_is_written_all_the_same(parity, tmp_path):
    (tmp_path / "score.py").write_text("def score(df):\n    return df['age'] + undefined\n")
    done = parity("init", "--python", "score.py", "--data", "rows.csv")
    assert done.exit_code == 0
    assert "python was not run: score() on 62 rows of the data: NameError" in done.stderr
    assert "No form was run, so the outputs are to be filled in: look for TODO." in done.stdout
    assert load_model(tmp_path).outputs[0].name == "score"


def test_help_shows_examples(parity):
    done = parity("init", "--help")
    assert done.exit_code == 0
    assert "parity init --r score.R --data sample.parquet" in done.output
