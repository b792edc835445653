"""The C library of the native R session: built once, remembered when it fails, never half there."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from forms import LIMITS, floats, model_of, needs_native, needs_r

from harness.protocols import Lack, MissingError, Place
from harness.registry import find
from harness.schema import Kind
from harness.workers import library
from harness.workers.library import r_library

R = """
echo "$*" >>"$LOG"
[ -z "$FAIL" ] || { echo "it does not work: $FAIL" >&2; exit 1; }
shift 3; echo made >parity.so
"""
RSCRIPT = """
if [ "$1" = --version ]; then echo "Rscript (R) version $R_VERSION"; exit 0; fi
echo "load" >>"$LOG"
[ -z "$FAIL_TO_LOAD" ] || { echo "$FAIL_TO_LOAD" >&2; exit 1; }
"""


@dataclass
class Machine:
    """A made-up R whose builds are written down."""

    folder: Path

    @property
    def builds(self) -> int:
        log = self.folder / "log"
        return log.read_text().count("CMD SHLIB") if log.exists() else 0

    def ask(self) -> Path | Lack:
        library._library.cache_clear()
        return r_library(str(self.folder / "bin/Rscript"))

    def add(self, name: str, script: str = "") -> None:
        path = self.folder / "bin" / name
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Machine]:
    (tmp_path / "bin").mkdir()
    made = Machine(tmp_path)
    made.add("R", R)
    made.add("Rscript", RSCRIPT)
    sources = tmp_path / "sources"
    shutil.copytree(library.SOURCES, sources)
    monkeypatch.setattr(library, "SOURCES", sources)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")
    for name, value in {
        "LOG": str(tmp_path / "log"),
        "R_VERSION": "4.2.2",
        "FAIL": "",
        "FAIL_TO_LOAD": "",
    }.items():
        monkeypatch.setenv(name, value)
    yield made
    library._library.cache_clear()


def test_it_is_built_once_and_found_again(machine: Machine) -> None:
    first = machine.ask()
    assert isinstance(first, Path)
    assert first.read_text() == "made\n"
    assert machine.ask() == first
    assert machine.builds == 1
    assert (first.parent.stat().st_mode & 0o777, first.parent.parent.name) == (0o700, "parity-harness")
    assert sorted(one.name for one in first.parent.iterdir()) == ["lock", "parity.so"]


def test_another_r_and_another_source_are_other_builds(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = {machine.ask()}
    monkeypatch.setenv("R_VERSION", "4.5.1")
    found.add(machine.ask())
    with (library.SOURCES / "serve.c").open("a") as file:
        file.write("/* changed */\n")
    found.add(machine.ask())
    assert len(found) == machine.builds == 3


def test_a_build_that_failed_is_remembered_with_its_message(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAIL", "no headers")
    for _ in range(3):
        lack = machine.ask()
        assert isinstance(lack, Lack)
        assert lack.reason == "R's C library does not compile here: it does not work: no headers"
        assert "r-base-dev" in lack.remedy
    assert machine.builds == 1


@pytest.mark.parametrize("change", ["source", "R", "compiler"])
def test_a_build_that_failed_is_tried_again_when_something_is_another(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    monkeypatch.setenv("PATH", str(machine.folder / "bin"))
    for tool in ("sh", "cat"):
        machine.folder.joinpath("bin", tool).symlink_to(shutil.which(tool, path="/usr/bin:/bin") or "")
    monkeypatch.setenv("FAIL", "today")
    assert isinstance(machine.ask(), Lack)
    monkeypatch.setenv("FAIL", "")
    assert isinstance(machine.ask(), Lack)
    match change:
        case "source":
            (library.SOURCES / "more.c").write_text("int more;\n")
        case "R":
            monkeypatch.setenv("R_VERSION", "4.5.1")
        case _:
            machine.add("cc")
    assert isinstance(machine.ask(), Path)
    assert machine.builds == 2


def test_what_r_does_not_load_is_not_taken(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAIL_TO_LOAD", "undefined symbol: R_NewEnv")
    lack = machine.ask()
    assert isinstance(lack, Lack)
    assert lack.reason == "R does not load its C library: undefined symbol: R_NewEnv"
    assert not list((machine.folder / "cache").rglob("parity.so"))


def test_one_that_somebody_has_removed_is_built_again(machine: Machine) -> None:
    first = machine.ask()
    assert isinstance(first, Path)
    shutil.rmtree(first.parent)
    assert r_library(str(machine.folder / "bin/Rscript")) == first
    assert machine.builds == 2


def test_a_cache_that_others_may_write_to_is_refused(machine: Machine) -> None:
    cache = machine.folder / "cache/parity-harness"
    cache.mkdir(parents=True)
    cache.chmod(0o777)
    lack = machine.ask()
    assert isinstance(lack, Lack)
    assert "others may write to this folder" in lack.reason
    assert "XDG_CACHE_HOME" in lack.remedy
    assert machine.builds == 0


def test_without_a_home_there_is_no_library_and_no_harm(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def homeless() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setattr(Path, "home", homeless)
    lack = machine.ask()
    assert isinstance(lack, Lack)
    assert lack.reason == "no place for R's C library: Could not determine home directory."


def test_builds_at_the_same_time_are_one(machine: Machine) -> None:
    code = "import sys; from harness.workers.library import r_library; print(r_library(sys.argv[1]))"
    command = [sys.executable, "-c", code, str(machine.folder / "bin/Rscript")]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    said = {one.communicate(timeout=120)[0] for one in running}
    assert len(said) == 1
    assert said.pop().endswith("/parity.so\n")
    assert machine.builds == 1


# ---- what that means for a target ----------------------------------------------------------------------


@needs_r
def test_without_the_library_the_portable_session_serves_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(find("runtimes", "r"), "r_library", lambda *_: Lack("no compiler", "get one"))
    model = model_of(tmp_path, "r", "score <- function(df) df$a", floats("a"), {"y": Kind.FLOAT})
    runtime = find("runtimes", "r")
    assert runtime.lack(model.forms[0], Place()) is None
    assert runtime.versions()["session"] == "portable"
    with runtime.open(model, model.forms[0], Place(), LIMITS) as session:
        assert session.packages["R session"] == "portable"
        reply = session.call(model.schema.batch({"a": [1.5]}))
        assert reply.outputs["y"].to_pylist() == [1.5]
    lack = runtime.lack(model.forms[0], Place(variant="native"))
    assert (lack.reason, lack.remedy) == ("no compiler", "get one")
    with pytest.raises(MissingError, match="target 'r': no compiler; get one"):
        runtime.open(model, model.forms[0], Place(variant="native"), LIMITS)


@needs_r
@needs_native
@pytest.mark.parametrize(
    ("variant", "command", "served"),
    [
        (None, (), "native"),
        ("native", (), "native"),
        ("portable", (), "portable"),
        (None, ("env",), "portable"),
    ],
)
def test_the_session_that_serves_is_the_one_asked_for(
    tmp_path: Path, variant: str | None, command: tuple[str, ...], served: str
) -> None:
    source = "score <- function(df) df$a"
    model = model_of(tmp_path, "r", source, floats("a"), {"y": Kind.FLOAT}, command=command)
    place = Place(variant=variant)
    with find("runtimes", "r").open(model, model.forms[0], place, LIMITS) as session:
        assert session.packages["R session"] == served


@needs_r
def test_an_r_elsewhere_has_no_native_session(tmp_path: Path) -> None:
    source = "score <- function(df) df$a"
    model = model_of(tmp_path, "r", source, floats("a"), {"y": Kind.FLOAT}, command=("env",))
    lack = find("runtimes", "r").lack(model.forms[0], Place(variant="native"))
    assert lack is not None
    assert "reached by `command`" in lack.reason
