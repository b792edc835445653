"""The set-up script, on made-up machines: a PATH of its own, with stand-ins for what it would call."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PLAIN_TOOLS = [
    *("cat", "chmod", "cksum", "cp", "cut", "dirname", "env", "grep", "head"),
    *("mkdir", "rm", "sed", "sh", "sort", "touch", "tr", "uname"),
]

# a Python that notes what pip is asked for, and makes a .venv that holds itself
PYTHON = """\
case "$*" in
  *version_info*sys.exit* | *sys.exit*version_info*) exit {too_old} ;;
  *version_info*) echo 3.12 ;;
  *"import ensurepip"*) [ -e "$MACHINE/bin/ensurepip" ] ;;
  *"import torch"*) exit 1 ;;
  --version) echo "Python 3.12.4" ;;
  *"-m venv"*)
    echo "venv" >>"$MACHINE/log"
    mkdir -p .venv/bin
    cp "$0" .venv/bin/python
    for program in pip parity; do echo "#!$PWD/.venv/bin/python" >.venv/bin/$program; done
    chmod +x .venv/bin/* ;;
  *"pip index"*) echo "Available versions: {torch_versions}" ;;
  *"pip install"*) echo "$*" >>"$MACHINE/log" ;;
esac
"""
APT_GET = """\
echo "apt-get $*" >>"$MACHINE/log"
case "$*" in *install*) cp "$MACHINE"/apt/* "$MACHINE/bin/" ;; esac
"""


@dataclass
class Machine:
    """A made-up machine with a fresh checkout: ``bin`` is its PATH, ``apt`` what apt-get would bring."""

    folder: Path
    checkout: Path

    @property
    def log(self) -> str:
        path = self.folder / "log"
        return path.read_text() if path.exists() else ""

    def add(self, name: str, script: str, *, to: str = "bin") -> None:
        path = self.folder / to / name
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)

    def add_python(self, *, too_old: bool = False, torch_versions: str = "2.13.0+cpu, 2.13.0") -> None:
        self.add("python3", PYTHON.format(too_old=int(too_old), torch_versions=torch_versions))

    def be(self, os_release: str) -> None:
        (self.folder / "os-release").write_text(os_release)

    def install_system_packages(self) -> None:
        shutil.copytree(self.folder / "apt", self.folder / "bin", dirs_exist_ok=True)

    def set_up(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(self.checkout / "scripts/setup"), *arguments],
            env={
                "PATH": str(self.folder / "bin"),
                "MACHINE": str(self.folder),
                "OS_RELEASE": str(self.folder / "os-release"),
                "LIBC_HEADER": str(self.folder / "bin/stdio.h"),
            },
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """A Debian where one is root, with Python and nothing else."""
    made = Machine(tmp_path, tmp_path / "checkout")
    for folder in ("bin", "apt", "checkout/scripts"):
        (tmp_path / folder).mkdir(parents=True)
    shutil.copy(ROOT / "scripts/setup", made.checkout / "scripts")
    shutil.copy(ROOT / "pyproject.toml", made.checkout)
    for tool in PLAIN_TOOLS:
        found = shutil.which(tool)
        assert found, f"this test needs {tool}"
        (tmp_path / "bin" / tool).symlink_to(found)
    made.be('ID=debian\nVERSION_ID="12"\n')
    made.add("apt-get", APT_GET)
    made.add("apt-cache", "exit 0")
    made.add("id", "echo 0")
    made.add("Rscript", "echo rpart ranger jsonlite testthat randomForest RProtoBuf bit64", to="apt")
    for program in ("chromium", "cc", "make", "stdio.h"):
        made.add(program, "", to="apt")
    made.add("ensurepip", "", to="apt")
    made.add_python()
    return made


def test_a_dry_run_says_what_it_would_install_and_why_and_installs_nothing(machine: Machine) -> None:
    done = machine.set_up("run", "--dry-run")
    assert done.returncode == 0, done.stderr
    for package in ("python3.12-venv", "r-base-core", "r-cran-rpart", "r-cran-ranger"):
        assert package in done.stdout
    assert "runs the R forms of the models" in done.stdout
    assert "by apt-get (as root)" in done.stdout
    assert "r-cran-testthat" not in done.stdout  # only the tests need it
    assert machine.log == ""
    assert not (machine.checkout / ".venv").exists()


def test_a_bare_debian_gets_everything_and_the_second_time_nothing(machine: Machine) -> None:
    done = machine.set_up("run")
    assert done.returncode == 0, done.stderr
    first = machine.log
    assert "update\n" in first
    assert "install --yes --no-install-recommends python3.12-venv r-base-core" in first
    assert "--editable .[" in first

    again = machine.set_up("run")
    assert again.returncode == 0
    assert again.stdout == ""
    assert machine.log == first


def test_what_is_set_up_for_the_tests_serves_the_main_job_too(machine: Machine) -> None:
    machine.set_up("test")
    assert machine.set_up("run").stdout == ""


def test_what_is_set_up_for_the_main_job_is_not_enough_for_the_tests(machine: Machine) -> None:
    machine.set_up("run")
    assert ",dev] of pyproject.toml" in machine.set_up("test").stdout


def test_changed_dependencies_are_installed_again(machine: Machine) -> None:
    machine.set_up("run")
    with (machine.checkout / "pyproject.toml").open("a") as pyproject:
        pyproject.write("# another dependency\n")
    before = machine.log
    assert machine.set_up("run").returncode == 0
    assert "--editable" in machine.log.removeprefix(before)
    assert "venv\n" not in machine.log.removeprefix(before)


def test_an_environment_that_was_moved_is_made_anew(machine: Machine) -> None:
    machine.set_up("run")
    machine.checkout = machine.checkout.rename(machine.folder / "moved")
    done = machine.set_up("run")
    assert done.returncode == 0
    assert "does not work here: it is replaced" in done.stdout
    assert machine.log.count("venv\n") == 2


def test_an_ordinary_user_installs_with_sudo(machine: Machine) -> None:
    machine.add("id", "echo 1000")
    machine.add("sudo", 'case $1 in -n) exit 0 ;; esac; echo sudo >>"$MACHINE/log"; exec "$@"')
    done = machine.set_up("run")
    assert done.returncode == 0, done.stderr
    assert "by apt-get (with sudo)" in done.stdout
    assert "sudo\napt-get" in machine.log


@pytest.mark.parametrize("sudo", ["absent", "wants a password"])
def test_an_ordinary_user_without_sudo_is_told_what_to_ask_for(machine: Machine, sudo: str) -> None:
    machine.add("id", "echo 1000")
    if sudo == "wants a password":
        machine.add("sudo", "exit 1")
    done = machine.set_up("run")
    assert done.returncode == 3
    assert "apt-get install --no-install-recommends python3.12-venv r-base-core" in done.stdout
    assert "still lacking" in done.stderr
    assert machine.log == ""


def test_another_system_is_told_what_to_install_by_hand(machine: Machine) -> None:
    machine.be("ID=fedora\n")
    machine.add("ensurepip", "")
    done = machine.set_up("run")
    assert done.returncode == 3
    assert "dnf install R-core" in done.stdout
    assert 'install.packages(c("rpart"' in done.stdout
    assert machine.log == ""


def test_another_system_where_all_is_there_goes_on(machine: Machine) -> None:
    machine.be("ID=fedora\n")
    machine.install_system_packages()
    done = machine.set_up("run")
    assert done.returncode == 0, done.stderr
    assert "--editable" in machine.log
    assert "apt-get" not in machine.log


def test_ubuntu_is_not_asked_for_a_chromium_package_that_it_does_not_have(machine: Machine) -> None:
    assert "chromium" in machine.set_up("test", "--dry-run").stdout
    machine.be("ID=ubuntu\nID_LIKE=debian\n")
    assert "chromium" not in machine.set_up("test", "--dry-run").stdout


def test_a_lacking_browser_does_not_stop_the_set_up(machine: Machine) -> None:
    machine.install_system_packages()
    (machine.folder / "bin/chromium").unlink()
    (machine.folder / "apt/chromium").unlink()
    machine.add("apt-cache", '[ "$2" != chromium ]')
    done = machine.set_up("test")
    assert done.returncode == 0, done.stderr
    assert "have no chromium: going on without it" in done.stdout


def test_a_lacking_compiler_does_not_stop_the_set_up(machine: Machine) -> None:
    machine.install_system_packages()
    (machine.folder / "bin/cc").unlink()
    (machine.folder / "apt/cc").unlink()
    done = machine.set_up("run")
    assert done.returncode == 0, done.stderr
    assert re.search(r"gcc +builds the C library by which R shares memory", done.stdout)


def test_an_r_of_its_own_that_lacks_the_packages_is_named(machine: Machine) -> None:
    machine.install_system_packages()
    machine.add("Rscript", "echo rpart", to="apt")
    machine.add("Rscript", "echo rpart")
    done = machine.set_up("run")
    assert done.returncode == 3
    assert "r-cran-ranger" in done.stderr
    assert f"{machine.folder}/bin/Rscript is not the R of this system" in done.stderr


def test_a_python_that_is_too_old_stops_with_what_to_do(machine: Machine) -> None:
    machine.add_python(too_old=True)
    done = machine.set_up("run")
    assert done.returncode == 3
    assert "No Python 3.11 or newer" in done.stderr
    assert "PYTHON=" in done.stderr


def test_a_cpu_build_of_torch_is_installed_where_pip_sees_one(machine: Machine) -> None:
    machine.install_system_packages()
    machine.set_up("run")
    assert "torch==2.13.0+cpu\n" in machine.log


def test_torch_is_left_out_where_only_the_cuda_build_is_to_be_had(machine: Machine) -> None:
    machine.install_system_packages()
    machine.add_python(torch_versions="2.13.0, 2.12.1")
    done = machine.set_up("run")
    assert done.returncode == 0, done.stderr
    assert "torch==" not in machine.log
    assert "torch is not installed" in done.stdout


def test_an_unknown_argument_shows_the_usage(machine: Machine) -> None:
    done = machine.set_up("tests")
    assert done.returncode == 2
    assert "usage: scripts/setup [run|test]" in done.stderr


def code(path: Path) -> str:
    """An R file without its comments."""
    return re.sub(r"#.*", "", path.read_text("utf-8"))


def test_every_r_package_that_an_r_file_uses_is_installed() -> None:
    listed = set(
        re.findall(r"^(?:run|test|extra) +R:(\S+)", (ROOT / "scripts/setup").read_text("utf-8"), re.M)
    )
    used = {
        name
        for folder in ("harness", "r_reference", "suites", "tests")
        for path in (ROOT / folder).rglob("*.R")
        for pair in re.findall(r"library\((\w+)\)|\b(\w+)::", code(path))
        for name in pair
        if name
    }
    comes_with_r = {"base", "stats", "utils", "methods", "tools", "graphics", "grDevices", "parallel"}
    # of these the systems that set-up knows have no package; what needs them says so and is missing
    asked_for_first = {"arrow"}
    assert used - comes_with_r - listed - asked_for_first == set()
