"""The project's workflows, each command line in one place: ``nox --list`` names them.

They run in the environment that ``scripts/setup test`` made (``.venv``), or in the one that nox itself
runs in where that one has the project's packages: that is how tox uses them.
"""

from __future__ import annotations

import signal
import sys
from importlib.util import find_spec
from pathlib import Path

import nox

ROOT = Path(__file__).parent
NO_TEST_WAS_COLLECTED = 5

# A shell that starts this in the background has it ignore Ctrl-C, and whatever it starts as well: the tests
# that interrupt something would wait for ever.
signal.signal(signal.SIGINT, signal.default_int_handler)

nox.needs_version = ">=2024.10.9"
nox.options.default_venv_backend = "none"
nox.options.sessions = ["tests", "lint", "slow", "suites", "r_tests"]


def python() -> str:
    """The interpreter that has the project's packages."""
    if find_spec("pyarrow") and find_spec("pytest"):
        return sys.executable
    own = ROOT / ".venv" / "bin" / "python"
    if not own.exists():
        raise SystemExit(f"{own} is not there: run scripts/setup test first")
    return str(own)


def module(session: nox.Session, name: str, *arguments: str) -> None:
    """Run a Python module as a program."""
    session.run(python(), "-m", name, *arguments, external=True)


def program(session: nox.Session, name: str, *arguments: str) -> None:
    """Run a program that stands beside that interpreter."""
    session.run(str(Path(python()).with_name(name)), *arguments, external=True)


@nox.session
def tests(session: nox.Session) -> None:
    """The quick tests; with arguments, pytest with these (nox -s tests -- tests/test_schema.py)."""
    module(session, "pytest", *(session.posargs or ["-m", "not slow"]))


@nox.session
def slow(session: nox.Session) -> None:
    """The tests that take more than five seconds each."""
    module(session, "pytest", "-m", "slow", *session.posargs)


@nox.session
def suites(session: nox.Session) -> None:
    """Every bundled model on every target, as test items."""
    module(session, "pytest", "suites", *session.posargs)


@nox.session
def lint(session: nox.Session) -> None:
    """Style, types, layers and shell scripts; stops at the first that is not clean."""
    scripts = [str(path) for path in (*sorted(Path("scripts").iterdir()), Path(".ci/run"))]
    module(session, "ruff", "check")
    module(session, "ruff", "format", "--check")
    module(session, "mypy")
    program(session, "lint-imports")
    program(session, "shellcheck", *scripts)


@nox.session
def r_tests(session: nox.Session) -> None:
    """The tests of the R side, with testthat."""
    session.run(
        "Rscript",
        "--vanilla",
        "-e",
        'testthat::test_dir("r_reference/tests", stop_on_failure = TRUE)',
        external=True,
    )


@nox.session
def docs(session: nox.Session) -> None:
    """Run what the README and docs/ show, and follow their links."""
    module(session, "pytest", "tests/test_readme.py", "tests/test_docs.py", *session.posargs)


@nox.session
def bench(session: nox.Session) -> None:
    """Time every bundled model on every target that is here."""
    program(session, "parity", "bench", *(session.posargs or bundled_suites()))


@nox.session
def bench_search(session: nox.Session) -> None:
    """How many bugs the search finds, beside plain Hypothesis and random rows (-- FOLDER --budget 10)."""
    session.run(python(), "benchmarks/search.py", *session.posargs, external=True)


@nox.session
def bench_bridge(session: nox.Session) -> None:
    """What a call from Python to R costs by each way, in copies of its bytes (-- --quick: a minute)."""
    session.run(python(), "benchmarks/bridge.py", *session.posargs, external=True)


@nox.session
def soak(session: nox.Session) -> None:
    """Calls to R with faults at random, every answer checked (-- 100000 SEED)."""
    session.run(python(), "tests/soak_calls.py", *session.posargs, external=True)


@nox.session
def report(session: nox.Session) -> None:
    """The main job on the bundled suites, up to the report."""
    program(session, "parity", "run", *session.posargs)


def bundled_suites() -> list[str]:
    """The folders of the models that are bundled."""
    return sorted(str(path.parent) for path in Path("suites").glob("*/model.toml"))
