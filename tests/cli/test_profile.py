"""``parity profile``: arguments and exit statuses."""

from __future__ import annotations

import json

import pytest
import timed_models
from typer.testing import CliRunner

from harness.profile import Profile, pyspy
from harness.record import read_run
from harness.status import Status


@pytest.fixture
def parity(tmp_path, monkeypatch):
    from harness.cli.app import app

    monkeypatch.chdir(tmp_path)
    return lambda *arguments: CliRunner().invoke(app, ["profile", *map(str, arguments)])


@pytest.fixture
def model(tmp_path):
    return timed_models.write(tmp_path / "model")


QUICK = ("--rows", "2000", "--seconds", "100ms", "--target", "new")


def test_it_shows_phases_and_keeps_a_run(parity, model, tmp_path, monkeypatch):
    monkeypatch.setattr(pyspy, "find_py_spy", lambda: None)
    done = parity(model, *QUICK, "--run", tmp_path / "run")
    assert "double · new@cpu · 2,000 rows" in done.stdout
    assert "compute" in done.stdout
    (record,) = read_run(tmp_path / "run").of("profile")
    assert record["target"] == "new@cpu"
    # whether the phases of so short a run add up is not the question here, but that the status says so
    assert done.exit_code == (3 if record["problem"] else 0)


def test_json_on_standard_output_is_alone_there(parity, model, monkeypatch):
    monkeypatch.setattr(pyspy, "find_py_spy", lambda: None)
    done = parity(model, *QUICK, "--json", "-")
    (profile,) = json.loads(done.stdout)["profiles"]
    assert (profile["target"], profile["rows"]) == ("new@cpu", 2000)
    assert profile["phases"]["compute"] > 0


def with_profiles(monkeypatch, *profiles):
    """Profiles as if they had been measured."""
    import harness.profile

    def measured(model, targets, rows, seconds, writer, progress, **more):
        for one in profiles:
            name = None if one.folded is None else writer.attach(one.folded.encode(), ".folded")
            writer.add("profile", one.fields(name))
        return profiles

    monkeypatch.setattr(harness.profile, "profile_model", measured)


STACKS = "compute;score (new.py:2) 90\nencode 10\n"
SAMPLED = Profile("double", "new@cpu", 10, 5, 1000, {"encode": 100, "compute": 900}, 1.0, 100, STACKS)
MISSING = Profile("double", "graph@rocm", 10, reason="no driver", problem=Status.MISSING)
FAILED = Profile("double", "new@cpu", 10, reason="it raises", problem=Status.FAILED)
UNSAMPLED = Profile("double", "new@cpu", 10, 5, 1000, {"compute": 1000}, 1.0, reason="phases only")


@pytest.mark.parametrize(
    ("profiles", "status"),
    [((SAMPLED,), 0), ((SAMPLED, MISSING), 0), ((UNSAMPLED,), 0), ((MISSING,), 3), ((SAMPLED, FAILED), 3)],
)
def test_nothing_profiled_is_not_a_pass_and_neither_is_a_failure(
    parity, model, monkeypatch, profiles, status
):
    with_profiles(monkeypatch, *profiles)
    assert parity(model).exit_code == status


def test_folded_stacks_are_written_for_other_tools(parity, model, tmp_path, monkeypatch):
    with_profiles(monkeypatch, SAMPLED)
    assert parity(model, "-o", tmp_path / "flame.folded").exit_code == 0
    assert (tmp_path / "flame.folded").read_text() == STACKS


def test_folded_stacks_of_several_targets_begin_with_the_target(parity, model, tmp_path, monkeypatch):
    with_profiles(monkeypatch, SAMPLED, SAMPLED)
    parity(model, "-o", tmp_path / "flame.folded")
    lines = (tmp_path / "flame.folded").read_text().splitlines()
    assert lines == ["new@cpu;compute;score (new.py:2) 90", "new@cpu;encode 10"] * 2


def test_a_flame_graph_page_is_written(parity, model, tmp_path, monkeypatch):
    with_profiles(monkeypatch, SAMPLED)
    assert parity(model, "-o", tmp_path / "flame.html").exit_code == 0
    assert "score (new.py:2)" in (tmp_path / "flame.html").read_text("utf-8")


def test_a_flame_graph_of_nothing_is_refused(parity, model, tmp_path, monkeypatch):
    with_profiles(monkeypatch, UNSAMPLED)
    done = parity(model, "-o", tmp_path / "flame.folded")
    assert done.exit_code == 3
    assert "not written, because no stacks were sampled" in done.stderr
    assert not (tmp_path / "flame.folded").exists()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["-o", "flame.pdf"], "name a file that ends in .html or .folded"),
        (["--rows", "0"], "for '--rows'"),  # the rest is typer's own words, which change
        (["--seconds", "soon"], "is no duration"),
        (["--target", "nwe"], "no target named 'nwe'"),
        (["--data", "absent.csv"], "absent.csv: no such file"),
    ],
)
def test_a_wrong_command_line_exits_2_and_says_what_is_wrong(parity, model, arguments, says):
    done = parity(model, *arguments)
    assert done.exit_code == 2
    assert says in " ".join(done.stderr.replace("│", " ").split())
