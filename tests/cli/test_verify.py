"""The command on whole model folders: true answers, and one clear message for each kind of bad input."""

from __future__ import annotations

import json
import shutil

import pytest
from typer.testing import CliRunner

from harness.cli.app import app

pytestmark = pytest.mark.skipif(shutil.which("Rscript") is None, reason="Rscript is not installed")

MODEL = """
format = 1
[model]
name = "mini"
reference = "r"
[inputs.x]
type = "float"
min = 0
max = 100
[outputs.score]
type = "float"
[targets.r]
runtime = "r"
source = "score.R"
call = "score"
[targets.python]
runtime = "python"
source = "score.py"
call = "score"
"""
R = "score <- function(df) ifelse(df$x > 30, 10, 20)\n"
PYTHON = "import numpy as np\ndef score(df):\n    return np.where(df['x'] > 30, 10, 20)\n"


@pytest.fixture
def verify(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def run(*arguments, model=MODEL, r=R, python=PYTHON, **files):
        folder = tmp_path / "mini"
        folder.mkdir(exist_ok=True)
        (folder / "model.toml").write_text(model, encoding="utf-8")
        for name, text in {"score.R": r, "score.py": python, **files}.items():
            if text is not None:
                (folder / name).write_text(text, encoding="utf-8")
        return CliRunner().invoke(app, ["verify", "mini", "--budget", "1s", *arguments])

    return run


def verdict(result):
    return json.loads(result.stdout)["models"][0]["targets"][0]


def test_equal_forms_agree_and_exit_with_0(verify):
    result = verify("--json", "-")
    assert result.exit_code == 0, result.output
    assert verdict(result)["status"] == "agrees"
    assert verdict(result)["rows"] > 1_000


def test_an_edge_counted_to_the_other_side_exits_with_1_and_names_it(verify):
    result = verify("--json", "-", python=PYTHON.replace(">", ">="))
    assert result.exit_code == 1
    (mismatch,) = verdict(result)["mismatches"]
    assert mismatch["cause"] == "interval-closure"
    assert mismatch["example"] == {"inputs": {"x": 30.0}, "reference": 20.0, "candidate": 10}


def test_a_counterexample_is_saved_and_replayed_first(verify, tmp_path):
    verify(python=PYTHON.replace(">", ">="))
    (saved,) = (tmp_path / ".parity" / "counterexamples" / "mini").glob("*.json")
    assert json.loads(saved.read_text())["rows"] == [{"x": 30.0}]
    assert verify(python=PYTHON).exit_code == 0


def test_the_same_seed_finds_the_same(verify):
    one, two = (verdict(verify("--json", "-", "--seed", "7", python=PYTHON.replace(">", ">="))) for _ in "ab")
    assert one["mismatches"][0]["example"] == two["mismatches"][0]["example"]


def test_a_malformed_model_file_is_named_with_its_line(verify):
    result = verify(model=MODEL.replace("min = 0", "mim = 0"))
    assert result.exit_code == 2
    assert "model.toml:8" in result.output
    assert "min" in result.output


def test_a_missing_source_is_named(verify):
    result = verify(model=MODEL.replace("score.py", "absent.py"))
    assert result.exit_code == 2
    assert "absent.py" in result.output


def test_other_models_go_on_when_one_is_malformed(verify, tmp_path):
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "model.toml").write_text("format = ", encoding="utf-8")
    result = verify("broken", "--json", "-")
    assert result.exit_code == 2
    assert json.loads(result.stdout)["models"][0]["targets"][0]["status"] == "agrees"


def test_a_reference_of_the_wrong_length_fails(verify):
    result = verify("--json", "-", r="score <- function(df) c(1, 2, 3, 4, 5, 6, 7)\n")
    assert result.exit_code == 3
    assert verdict(result)["status"] == "failed"
    assert "7 values" in verdict(result)["reason"]


def test_a_form_of_the_wrong_type_fails_and_shows_a_value(verify):
    result = verify("--json", "-", python="def score(df):\n    return ['low'] * len(df)\n")
    assert result.exit_code == 3
    assert "low" in verdict(result)["reason"]
    assert "float" in verdict(result)["reason"]


def test_an_r_error_is_shown_with_its_message(verify):
    result = verify("--json", "-", r="score <- function(df) stop('no rates for 2026')\n")
    assert result.exit_code == 3
    assert "no rates for 2026" in verdict(result)["reason"]


def test_a_parse_error_of_r_names_its_line(verify):
    result = verify("--json", "-", r="score <- function(df) {\n  df$x +* 2\n}\n")
    assert result.exit_code == 3
    assert "score.R" in verdict(result)["reason"]
    assert "2" in verdict(result)["reason"]


def test_an_r_process_that_dies_at_one_value_is_an_outcome(verify):
    r = "score <- function(df) { if (any(df$x == 30)) quit(status = 3); ifelse(df$x > 30, 10, 20) }\n"
    result = verify("--json", "-", r=r)
    assert result.exit_code == 1
    (mismatch,) = verdict(result)["mismatches"]
    assert mismatch["cause"] == "error"
    assert mismatch["example"]["inputs"] == {"x": 30.0}


def test_a_python_form_that_raises_at_one_value_is_an_error(verify):
    raising = "    if (df['x'] == 30).any(): raise KeyError('thirty')\n    return"
    python = PYTHON.replace("    return", raising)
    result = verify("--json", "-", python=python)
    (mismatch,) = verdict(result)["mismatches"]
    assert mismatch["cause"] == "error"
    assert mismatch["example"]["candidate"] == {"error": "KeyError: 'thirty'"}


@pytest.mark.slow
def test_a_form_that_hangs_has_failed(verify):
    result = verify("--json", "-", "--time-limit", "1s", python="def score(df):\n    while True: pass\n")
    assert result.exit_code == 3
    assert "no answer within 1 s" in verdict(result)["reason"]


def test_data_with_wrong_columns_is_named(verify, tmp_path):
    (tmp_path / "rows.csv").write_text("y\n1\n", encoding="utf-8")
    result = verify("--data", "rows.csv")
    assert result.exit_code == 2
    assert "rows.csv" in result.output
    assert "'x'" in result.output


def test_data_rows_are_counted_with_their_flips(verify, tmp_path):
    (tmp_path / "rows.csv").write_text("id,x\nA,30\nB,31\nC,30\n", encoding="utf-8")
    decided = MODEL.replace('reference = "r"', 'reference = "r"\nkey = "id"')
    decided += "[decisions.approve]\noutput = 'score'\nat_least = 15\n"
    result = verify("--data", "rows.csv", "--json", "-", model=decided, python=PYTHON.replace(">", ">="))
    data = verdict(result)["data"]
    assert (data["rows"], data["affected"], data["flips"]) == (3, 2, {"approve": 2})
    assert data["affected_keys"] == ["A", "C"]
    assert verdict(result)["mismatches"][0]["decision"] == "approve"


def test_an_unknown_target_lists_those_there_are(verify):
    result = verify("--target", "pyhton")
    assert result.exit_code == 2
    assert "python" in result.output


def test_a_required_device_that_is_missing_exits_with_3(verify):
    result = verify("--require", "python@rocm", "--json", "-")
    assert result.exit_code == 3
    statuses = {t["target"]: t["status"] for t in json.loads(result.stdout)["models"][0]["targets"]}
    assert statuses == {"python@cpu": "agrees", "python@rocm": "missing"}


def test_what_a_form_prints_breaks_nothing(verify):
    noisy = "print('loading')\n" + PYTHON.replace("    return", "    print('x' * 10000)\n    return")
    loud = "cat('loading\\n')\nscore <- function(df) { print(df); warning('w'); ifelse(df$x > 30, 10, 20) }\n"
    result = verify("--json", "-", python=noisy, r=loud)
    assert result.exit_code == 0, result.output


def test_a_reference_that_is_not_vectorised_fails_and_says_so(verify):
    result = verify("--json", "-", r="score <- function(df) if (df$x > 30) 10 else 20\n")
    assert result.exit_code == 3
    assert "not in one batch" in verdict(result)["reason"]


def test_a_form_that_loses_rows_of_a_batch_only_is_an_alignment(verify):
    python = "def score(df):\n    return [10 if x > 30 else 20 for x in df['x']][:3]\n"
    result = verify("--json", "-", python=python)
    assert result.exit_code == 1
    (mismatch,) = verdict(result)["mismatches"]
    assert mismatch["cause"] == "row-alignment"
    assert len(mismatch["example"]["batch"]) == 4


def test_every_row_of_the_data_that_raises_is_affected(verify, tmp_path):
    rows = "".join(f"{x}\n" for x in range(100) for _ in range(10))
    (tmp_path / "rows.csv").write_text(f"x\n{rows}", encoding="utf-8")
    python = PYTHON.replace("    return", "    if (df['x'] > 60).any(): raise KeyError('big')\n    return")
    result = verify("--data", "rows.csv", "--json", "-", python=python)
    assert verdict(result)["data"]["affected"] == 390


def test_an_r_package_that_a_call_lacks_comes_with_how_to_get_it(verify):
    result = verify(r="score <- function(df) { library(notthere); df$x }\n")
    assert result.exit_code == 3
    assert "install.packages('notthere')" in " ".join(result.stdout.split())


def test_a_file_that_r_cannot_open_is_named(verify):
    result = verify(r='score <- function(df) { read.csv("notthere.csv"); df$x }\n')
    assert "cannot open file 'notthere.csv'" in " ".join(result.stdout.split())


def test_a_list_without_names_says_what_to_return(verify):
    result = verify(r="score <- function(df) list(df$x)\n")
    assert "return list(score = ...)" in " ".join(result.stdout.split())


def test_an_answer_that_never_changes_is_noted(verify):
    found = verdict(
        verify(
            "--json",
            "-",
            r="score <- function(df) 7 + 0 * df$x\n",
            python="def score(df): return 7 + 0 * df['x']",
        )
    )
    assert found["status"] == "agrees"
    assert any("score is 7.0 on all" in note for note in found["notes"])


def test_rows_that_neither_answers_are_noted(verify):
    found = verdict(
        verify(
            "--json",
            "-",
            r="score <- function(df) { if (any(df$x == 30)) stop('no'); df$x }\n",
            python="def score(df):\n    if (df['x'] == 30).any(): raise ValueError\n    return df['x']\n",
        )
    )
    assert found["status"] == "agrees"
    assert any("answered by neither" in note for note in found["notes"])


def test_illegal_input_is_tried_where_that_is_asked_for_and_counts_for_nothing(verify):
    forms = {
        "r": "score <- function(df) ifelse(df$x > 30, 10, 20)\n",
        "python": (
            "import numpy as np\ndef score(df):\n"
            "    if not np.isfinite(df['x']).all() or len(df) == 0: raise ValueError('no such x')\n"
            "    return np.where(df['x'] > 30, 10, 20)\n"
        ),
    }
    plain = verdict(verify("--json", "-", **forms))
    result = verify("--json", "-", "--beyond", **forms)
    found = verdict(result)
    assert result.exit_code == 0
    assert "beyond" not in plain
    assert found["status"] == "agrees"
    assert {one["what"] for one in found["beyond"]} == {
        "a batch without rows",
        "x infinite",
        "x minus infinity",
        "x missing",
    }
    infinite = next(one for one in found["beyond"] if one["what"] == "x infinite")
    assert infinite["rows"] == [{"x": "Infinity"}]
    assert (infinite["reference"], infinite["candidate"]["error"]) == (10.0, "ValueError: no such x")
