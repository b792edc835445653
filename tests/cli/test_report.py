"""``parity report``: arguments and exit statuses."""

from __future__ import annotations

import json
import os

import pytest
import sample_runs
from typer.testing import CliRunner


@pytest.fixture
def parity():
    from harness.cli.app import app

    return lambda *arguments: CliRunner().invoke(app, ["report", *map(str, arguments)])


def test_it_writes_the_page_and_says_where(parity, tmp_path):
    folder = sample_runs.bundled(tmp_path / "run")
    done = parity(folder)
    assert done.exit_code == 0  # what the run found is not the report's own outcome
    assert done.output == f"{folder / 'report.html'}\n"
    assert (folder / "report.html").read_text("utf-8").startswith("<!doctype html>")


def test_the_file_of_a_run_stands_for_its_folder(parity, tmp_path):
    folder = sample_runs.sound(tmp_path / "run")
    assert parity(folder / "run.jsonl", "--format", "markdown").output == f"{folder / 'report.md'}\n"


def test_a_dash_is_standard_output_and_nothing_else_goes_there(parity, tmp_path):
    done = parity(sample_runs.bundled(tmp_path / "run"), "--format", "json", "-o", "-")
    assert json.loads(done.stdout)["format"] == 1


def test_the_terminal_format_is_read_at_once(parity, tmp_path):
    folder = sample_runs.bundled(tmp_path / "run")
    assert "seed-migration · against r@cpu" in parity(folder, "--format", "terminal").stdout
    assert not (folder / "report.txt").exists()


def test_an_interrupted_run_is_refused_with_its_reason(parity, tmp_path):
    done = parity(sample_runs.incomplete(tmp_path / "run"))
    assert done.exit_code == 2
    assert "it was interrupted; run it again" in done.stderr


def test_a_folder_of_runs_names_the_newest(parity, tmp_path):
    for age, name in enumerate(("new", "old")):
        file = sample_runs.sound(tmp_path / name) / "run.jsonl"
        os.utime(file, (1_000_000 - age, 1_000_000 - age))
    done = parity(tmp_path)
    assert done.exit_code == 2
    assert f"the newest run in it: parity report {tmp_path / 'new'}" in done.stderr


def test_a_format_that_there_is_not_is_named(parity, tmp_path):
    done = parity(sample_runs.sound(tmp_path / "run"), "--format", "pdf")
    assert done.exit_code == 2
    assert "no renderer named 'pdf'" in done.stderr


def test_a_file_that_cannot_be_written_is_named(parity, tmp_path):
    folder = sample_runs.sound(tmp_path / "run")
    (tmp_path / "taken").write_text("a file, not a folder")
    done = parity(folder, "-o", tmp_path / "taken" / "report.html")
    assert done.exit_code == 2
    assert "the report cannot be written" in done.stderr


def test_opening_needs_a_file(parity, tmp_path):
    done = parity(sample_runs.sound(tmp_path / "run"), "-o", "-", "--open")
    assert done.exit_code == 2
    assert "--open needs a file" in done.stderr


def test_the_report_is_opened_in_the_browser(parity, tmp_path, monkeypatch):
    opened = []
    monkeypatch.setattr("webbrowser.open", lambda url: opened.append(url) or True)
    folder = sample_runs.sound(tmp_path / "run")
    assert parity(folder, "--open").exit_code == 0
    assert opened == [(folder / "report.html").as_uri()]


def test_without_a_browser_it_says_where_the_report_is(parity, tmp_path, monkeypatch):
    monkeypatch.setattr("webbrowser.open", lambda url: False)
    done = parity(sample_runs.sound(tmp_path / "run"), "--open")
    assert done.exit_code == 0
    assert "no web browser could be opened" in done.stderr
