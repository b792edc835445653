"""``parity codecs``: arguments and exit statuses."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

needs_r = pytest.mark.skipif(shutil.which("Rscript") is None, reason="R judges what R reads")


@pytest.fixture
def parity(tmp_path, monkeypatch):
    from harness.cli.app import app

    monkeypatch.chdir(tmp_path)
    return lambda *arguments: CliRunner().invoke(app, ["codecs", *map(str, arguments)])


def test_the_matrix_alone_names_what_a_codec_loses(parity):
    done = parity("--codec", "csv", "--types", "double", "--rows", "none")
    assert done.exit_code == 0, done.output
    assert "NaN → NA" in done.stdout
    assert "Cost" not in done.stdout


def test_json_on_standard_output_is_alone_there(parity):
    done = parity("--codec", "pickle", "--types", "double,factor", "--rows", "1,20", "--json", "-")
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    assert [one["name"] for one in found["codecs"]] == ["pickle"]
    assert {one["type"] for one in found["matrix"]} == {"double", "factor"}
    assert found["timed"]["columns"] == 20
    assert found["timed"]["types"] == ["double", "factor"]
    assert [(one["rows"], one["end"], one["exact"]) for one in found["costs"]] == [
        (1, "Python", True),
        (20, "Python", True),
    ]
    for one in found["costs"]:
        assert len(one["write_ns"]) == len(one["read_ns"]) == len(one["memcpy_ns"]) > 0
    assert found["models"] == []


def test_json_goes_to_a_file_beside_what_is_shown(parity, tmp_path):
    done = parity("--codec", "raw", "--types", "double", "--rows", "none", "--json", tmp_path / "found.json")
    assert done.exit_code == 0, done.output
    assert "Fidelity" in done.stdout
    assert json.loads((tmp_path / "found.json").read_text("utf-8"))["matrix"]


def test_a_hyphen_in_a_name_is_as_good_as_an_underscore(parity):
    done = parity("--codec", "rds-native", "--types", "logical", "--rows", "none")
    assert done.exit_code == 0, done.output
    assert "rds_native" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--codec", "arow"), "did you mean 'arrow'?"),
        (("--types", "double,datum"), "'datum' is no type"),
        (("--rows", "many"), "'many' is no number of rows"),
        (("--models", "nowhere"), "nowhere"),
    ],
)
def test_what_does_not_exist_is_refused_with_what_does(parity, arguments, says):
    done = parity("--codec", "raw", "--types", "double", "--rows", "none", *arguments)
    assert done.exit_code == 2
    assert says in " ".join(done.output.replace("│", " ").split())


def test_where_nothing_can_be_tried_nothing_is_a_pass(parity, monkeypatch):
    from harness import registry
    from harness.protocols import Lack

    monkeypatch.setattr(registry.find("codecs", "pickle"), "lack", lambda: Lack("not here", "get it"))
    done = parity("--codec", "pickle", "--rows", "none")
    assert done.exit_code == 3
    assert "?  pickle: not here; get it" in done.stdout


def test_without_r_its_ends_are_missing_and_python_is_examined_all_the_same(parity, monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    done = parity("--codec", "raw", "--types", "double,latin1", "--rows", "1")
    assert done.exit_code == 0, done.output
    assert "raw =??? .???" in done.stdout
    assert "Rscript is not on the PATH" in done.stdout


def test_an_r_that_does_not_start_is_missing_with_what_it_says(parity, monkeypatch, tmp_path):
    broken = tmp_path / "Rscript"
    broken.write_text("#!/bin/sh\necho 'cannot find system Renviron' >&2; exit 2\n")
    broken.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    done = parity("--codec", "raw", "--types", "double", "--rows", "1")
    assert done.exit_code == 0, done.output
    assert "raw =???" in done.stdout
    assert "cannot find system Renviron" in done.stdout


@needs_r
@pytest.mark.slow
def test_stored_models_are_loaded_and_their_numbers_counted(parity, tmp_path):
    root = Path(__file__).parent.parent.parent
    report = tmp_path / "found.json"
    done = parity(
        *("--codec", "raw", "--types", "logical", "--rows", "none"),
        *("--models", root / "suites/german_logit", "--json", report),
    )
    assert done.exit_code == 0, done.output
    assert "german-logit" in done.stdout
    found = {(one["format"], one["end"]): one for one in json.loads(report.read_text("utf-8"))["models"]}
    for key in (("json", "Python"), ("pickle", "Python"), ("rds", "R")):
        assert found[key]["numbers"] == found[key]["numbers_bit_for_bit"] > 20
        assert found[key]["load_ns"]
