"""From a run folder to a report file."""

from __future__ import annotations

import json

import pytest
import sample_runs

from harness.record import IncompleteRunError, RunError, RunWriter
from harness.registry import UnknownMemberError
from harness.report import write_report


def test_a_report_lands_in_the_runs_own_folder_unless_it_is_told_where(tmp_path):
    folder = sample_runs.sound(tmp_path / "run")
    assert write_report(folder) == folder / "report.html"
    assert write_report(folder, "markdown") == folder / "report.md"
    elsewhere = tmp_path / "new" / "parity.xml"
    assert write_report(folder, "junit", elsewhere) == elsewhere
    assert elsewhere.read_text("utf-8").startswith("<?xml")


def test_an_interrupted_run_is_refused_and_nothing_is_written(tmp_path):
    folder = sample_runs.incomplete(tmp_path / "run")
    with pytest.raises(IncompleteRunError, match="interrupted"):
        write_report(folder)
    assert not (folder / "report.html").exists()


def test_what_is_no_run_is_refused(tmp_path):
    with pytest.raises(RunError, match="not a run folder"):
        write_report(tmp_path)


def test_an_unknown_format_names_those_there_are(tmp_path):
    folder = sample_runs.sound(tmp_path / "run")
    with pytest.raises(UnknownMemberError, match=r"html, json, junit, .*did you mean 'html'"):
        write_report(folder, "htm")


@pytest.mark.parametrize("form", ["html", "json", "junit", "markdown", "terminal"])
def test_half_a_character_in_an_error_does_not_lose_the_report(tmp_path, form):
    failed = sample_runs.finding("p@cpu", "failed", reason="it printed \udc80")
    folder = tmp_path / "run"
    with RunWriter(folder, command=["parity"], environment={}) as writer:
        writer.add("verdict", sample_runs.verdict("m", [failed]))
        writer.finish(3)
    path = write_report(folder, form)
    assert "it printed \\udc80" in path.read_text("utf-8")
    if form == "json":
        assert json.loads(path.read_text("utf-8"))["models"][0]["targets"][0]["reason"] == "it printed \udc80"
