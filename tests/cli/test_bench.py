"""``parity bench``: arguments and exit statuses."""

from __future__ import annotations

import json

import pytest
import timed_models
from typer.testing import CliRunner

from harness.record import read_run


@pytest.fixture
def parity(tmp_path, monkeypatch):
    from harness.cli.app import app

    monkeypatch.chdir(tmp_path)
    return lambda *arguments: CliRunner().invoke(app, ["bench", *map(str, arguments)])


QUICK = ("--rows", "1,20", "--seconds", "20ms")


def test_it_shows_a_table_and_keeps_a_run(parity, tmp_path):
    model = timed_models.write(tmp_path / "model")
    done = parity(model, *QUICK, "--run", tmp_path / "run")
    assert done.exit_code == 0, done.output
    assert "double · rows drawn from the schema, seed 0" in done.stdout
    assert "new@cpu" in done.stdout
    assert "graph@rocm missing: " in done.stdout
    run = read_run(tmp_path / "run")
    assert run.footer["exit"] == 0
    assert len(run.of("timing")) == 6
    assert "double" in run.header["fingerprints"]


def test_json_on_standard_output_is_alone_there(parity, tmp_path):
    model = timed_models.write(tmp_path / "model")
    done = parity(model, *QUICK, "--target", "new", "--json", "-")
    assert done.exit_code == 0
    document = json.loads(done.stdout)
    (only,) = document["models"]
    assert (document["format"], only["model"], only["reference"]) == (1, "double", "old@cpu")
    old, new = only["targets"]
    assert (old["target"], new["target"], new["status"]) == ("old@cpu", "new@cpu", "agrees")
    assert [size["rows"] for size in new["sizes"]] == [1, 20]
    for size in new["sizes"]:
        assert len(size["samples_ns"]) == size["calls"]
        assert size["parity"] == "agrees"
    assert new["cold"]["open_ns"] > 0


def test_a_target_that_disagrees_is_not_timed_and_exits_1(parity, tmp_path):
    model = timed_models.write(tmp_path / "model", new=timed_models.WRONG)
    done = parity(model, *QUICK, "--rows", "200", "--target", "new", "--json", tmp_path / "bench.json")
    assert done.exit_code == 1
    assert "a wrong answer is never timed" in " ".join(done.stdout.split())
    new = json.loads((tmp_path / "bench.json").read_text())["models"][0]["targets"][1]
    assert new["status"] == "disagrees"
    assert new["sizes"][0]["samples_ns"] == []


def test_a_missing_target_passes_unless_it_is_required(parity, tmp_path):
    model = timed_models.write(tmp_path / "model")
    assert parity(model, *QUICK, "--target", "graph", "--target", "new").exit_code == 0
    done = parity(model, *QUICK, "--target", "new", "--require", "graph@rocm")
    assert done.exit_code == 3
    assert "graph@rocm missing" in done.stdout


def test_a_required_target_is_timed_besides_those_asked_for(parity, tmp_path):
    model = timed_models.write(tmp_path / "model")
    done = parity(model, *QUICK, "--target", "graph", "--require", "new", "--json", "-")
    names = [t["target"] for t in json.loads(done.stdout)["models"][0]["targets"]]
    assert names == ["old@cpu", "graph@rocm", "new@cpu"]


def test_the_reference_alone_is_not_what_was_asked_for(parity, tmp_path):
    model = timed_models.write(tmp_path / "model")
    assert parity(model, *QUICK, "--target", "graph").exit_code == 3
    assert parity(model, *QUICK, "--target", "old").exit_code == 0


def test_nothing_timed_is_not_a_pass(parity, tmp_path):
    absent = timed_models.MODEL.replace('source = "old.py"', 'source = "old.py"\npython = "absent/python"')
    done = parity(timed_models.write(tmp_path / "model", model=absent), *QUICK)
    assert done.exit_code == 3
    assert "so no answer can be checked" in " ".join(done.stdout.split())


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--rows", "0"], "is no number of rows"),
        (["--rows", "1,many"], "'many' is no number of rows"),
        (["--seconds", "soon"], "is no duration"),
        (["--target", "nwe"], "no target named 'nwe' (there are: old, new, graph)"),
        (["--require", "onnx@cuda"], "no target named 'onnx'"),
        (["--data", "absent.csv"], "absent.csv: no such file"),
    ],
)
def test_a_wrong_command_line_exits_2_and_says_what_is_wrong(parity, tmp_path, arguments, says):
    done = parity(timed_models.write(tmp_path / "model"), *arguments)
    assert done.exit_code == 2
    assert says in " ".join(done.stderr.replace("│", " ").split())


def test_a_model_file_that_is_not_there_exits_2(parity, tmp_path):
    done = parity(tmp_path / "absent", *QUICK)
    assert done.exit_code == 2
    assert "absent" in done.stderr


def test_one_model_that_cannot_be_read_does_not_stop_the_others(parity, tmp_path):
    good, bad = timed_models.write(tmp_path / "good"), tmp_path / "bad"
    bad.mkdir()
    (bad / "model.toml").write_text("format = 1\n")
    done = parity(bad, good, *QUICK, "--target", "new")
    assert done.exit_code == 2
    assert "new@cpu" in done.stdout
