"""The description of where a run took place."""

from __future__ import annotations

import json
import platform
import socket
import subprocess
from pathlib import Path

import pytest

from harness import environment, registry


def test_the_description_is_json_and_names_runtimes_and_devices() -> None:
    facts = environment.describe()
    json.dumps(facts, allow_nan=False)
    assert set(facts["runtimes"]) == set(registry.names("runtimes"))
    assert set(facts["devices"]) == set(registry.names("devices"))
    assert facts["python"].endswith(platform.python_version())
    assert {"numpy", "pandas", "pyarrow"} <= set(facts["packages"])
    assert int(facts["devices"]["cpu"]["threads"]) >= 1


def test_variables_that_change_numbers_are_kept_and_no_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENBLAS_CORETYPE", "Nehalem")
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "not to be shown")
    variables = environment.describe()["variables"]
    assert variables["OPENBLAS_CORETYPE"] == "Nehalem"
    assert variables["OMP_NUM_THREADS"] == "1"
    assert "not to be shown" not in variables.values()


def test_the_host_is_told_apart_but_not_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "gethostname", lambda: "payroll-db-7")
    one = environment.host_fingerprint()
    assert one == environment.host_fingerprint()
    assert "payroll-db-7" not in json.dumps(environment.describe())
    monkeypatch.setattr(socket, "gethostname", lambda: "payroll-db-8")
    assert environment.host_fingerprint() != one


def test_the_commit_says_whether_files_differ_from_it(tmp_path: Path) -> None:
    def git(*words: str) -> str:
        who = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
        done = subprocess.run(
            ["git", "-C", tmp_path, *who, *words], capture_output=True, text=True, check=True
        )
        return done.stdout.strip()

    assert environment.git_commit(tmp_path) == ""
    git("init", "-q")
    (tmp_path / "score.R").write_text("score <- 1\n")
    git("add", ".")
    git("commit", "-qm", "first")
    commit = git("rev-parse", "HEAD")
    assert environment.git_commit(tmp_path) == commit
    (tmp_path / "score.R").write_text("score <- 2\n")
    assert environment.git_commit(tmp_path) == f"{commit}-dirty"


def test_a_machine_without_programs_is_described_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    facts = environment.describe()
    assert "r" not in facts
    assert "git" not in facts
    assert facts["python"]


def test_a_command_that_fails_or_does_not_exist_says_nothing(tmp_path: Path) -> None:
    assert environment.first_line(["false"]) is None
    assert environment.first_line([str(tmp_path / "nothing")]) is None
    assert environment.first_line(["true"]) is None
    assert environment.first_line(["echo", "one\ntwo"]) == "one"


@pytest.mark.parametrize(
    ("printed", "version"),
    [
        ("Rscript (R) version 4.2.2 Patched (2022-11-10 r83330)", "4.2.2 Patched (2022-11-10 r83330)"),
        ("R scripting front-end version 3.6.3 (2020-02-29)", "3.6.3 (2020-02-29)"),
    ],
)
def test_the_version_of_r_is_read_as_old_and_new_ones_print_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, printed: str, version: str
) -> None:
    program = tmp_path / "Rscript"
    program.write_text(f"#!/bin/sh\necho '{printed}' >&2\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert environment.r_facts() == {"version": version, "path": str(program)}
