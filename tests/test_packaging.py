"""What the wheel holds, and what pyproject.toml promises."""

from __future__ import annotations

import ast
import importlib.metadata
import re
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
EXTRAS: dict[str, list[str]] = PROJECT["optional-dependencies"]

#: Extras that bring what ``harness`` itself uses; `test` and `dev` serve this repository.
USED_BY_HARNESS = [name for name in EXTRAS if name not in {"r", "all", "test", "dev"}]
#: Programs that are started rather than imported, and imports whose distribution is named otherwise.
STARTED = {"py-spy"}
DISTRIBUTIONS = {"google": "protobuf"}
#: What another dependency always brings.
BROUGHT_BY = {"protobuf": "onnx", "markupsafe": "jinja2"}
#: The package itself; in a worker, its far end goes by a name of its own.
OWN = {"harness", "parity_worker"}


def distribution(requirement: str) -> str:
    """The name in a requirement: ``numpy>=2.1; python_version >= '3.13'`` → numpy."""
    return re.split(r"[^A-Za-z0-9_-]", requirement)[0].lower()


def imported(tree: ast.AST) -> Iterator[str]:
    """The top-level names that a piece of code imports."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (one.name.split(".")[0] for one in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node.module.split(".")[0]


def third_party(path: Path) -> set[str]:
    """The distributions that a file imports from."""
    names = set(imported(ast.parse(path.read_text("utf-8")))) - set(sys.stdlib_module_names) - OWN
    return {DISTRIBUTIONS.get(name, name.replace("_", "-")) for name in names}


#: File by file, what the package imports from others.
IMPORTED = {path: third_party(path) for path in sorted((ROOT / "harness").rglob("*.py"))}


def test_everything_that_is_imported_is_declared() -> None:
    declared = {distribution(one) for one in PROJECT["dependencies"]}
    declared |= {distribution(one) for name in USED_BY_HARNESS for one in EXTRAS[name]}
    undeclared = {
        (str(path.relative_to(ROOT)), name)
        for path, names in IMPORTED.items()
        for name in names
        if BROUGHT_BY.get(name, name) not in declared
    }
    assert undeclared == set()


@pytest.mark.parametrize("extra", USED_BY_HARNESS)
def test_an_extra_holds_nothing_that_is_not_used(extra: str) -> None:
    used = set().union(*IMPORTED.values()) | STARTED
    assert {distribution(one) for one in EXTRAS[extra]} - used == set()


def test_all_is_every_extra_that_the_harness_uses() -> None:
    (requirement,) = EXTRAS["all"]
    named = re.search(r"\[(.*)\]", requirement)
    assert named
    assert set(named[1].split(",")) == set(USED_BY_HARNESS)


@pytest.mark.parametrize("command", [["doctor"], ["--help"]])
def test_the_command_line_works_without_any_extra(command: list[str], tmp_path: Path) -> None:
    lacking = {distribution(one) for name in USED_BY_HARNESS for one in EXTRAS[name]}
    program = f"""
import sys
from importlib.machinery import PathFinder

class WithoutExtras(PathFinder):
    @classmethod
    def find_spec(cls, name, path=None, target=None):
        lacking = name.split(".")[0].replace("_", "-") in {sorted(lacking)!r}
        return None if lacking else super().find_spec(name, path, target)

sys.meta_path[sys.meta_path.index(PathFinder)] = WithoutExtras
sys.argv = ["parity", *{command!r}]
from harness.cli import main
main()
"""
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    if command == ["doctor"]:
        assert "onnxruntime is not installed" in " ".join(done.stdout.split())


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """The project's wheel, built from a copy of the package."""
    pytest.importorskip("pip", reason="pip builds the wheel, and is not in this environment")
    source = tmp_path_factory.mktemp("source")
    for path in package_files():
        (source / path).parent.mkdir(parents=True, exist_ok=True)
        (source / path).write_bytes((ROOT / path).read_bytes())
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", folder, source]
    subprocess.run(build, check=True)
    (built,) = folder.glob("*.whl")
    return zipfile.ZipFile(built)


def package_files() -> list[Path]:
    """What is built from: the package's files, less what interpreters and linters leave there."""
    found = (path.relative_to(ROOT) for path in sorted((ROOT / "harness").rglob("*")) if path.is_file())
    package = [path for path in found if not any(one[0] in "._" and "cache" in one for one in path.parts)]
    return [*package, Path("pyproject.toml"), Path("README.md"), Path("LICENSE")]


@pytest.mark.slow
def test_the_wheel_holds_every_file_of_the_package(wheel: zipfile.ZipFile) -> None:
    wanted = {str(path) for path in package_files() if path.parts[0] == "harness"}
    linters_own = {name for name in wanted if name.endswith("ruff.toml")}
    assert wanted - linters_own - set(wheel.namelist()) == set()


@pytest.mark.slow
def test_the_wheel_ships_the_other_ends_and_the_type_marker(wheel: zipfile.ZipFile) -> None:
    names = wheel.namelist()
    assert "harness/py.typed" in names
    assert any(name.startswith("harness/workers/r/") and name.endswith(".R") for name in names)
    assert any(name.startswith("harness/renderers/") and name.endswith(".j2") for name in names)
    assert not [name for name in names if name.split("/")[0] in {"tests", "suites", "fixtures"}]


@pytest.mark.slow
def test_the_wheel_says_its_licence_and_its_commands(wheel: zipfile.ZipFile) -> None:
    (folder,) = {name.split("/")[0] for name in wheel.namelist() if ".dist-info/" in name}
    assert "License-Expression: Apache-2.0" in wheel.read(f"{folder}/METADATA").decode()
    assert any(name.startswith(f"{folder}/licenses/LICENSE") for name in wheel.namelist())
    entry_points = wheel.read(f"{folder}/entry_points.txt").decode()
    assert "parity = harness.cli:main" in entry_points
    assert "parity = harness.pytest_plugin" in entry_points


def test_the_commands_of_the_installed_project_can_be_loaded() -> None:
    installed = importlib.metadata.distribution("parity-harness").entry_points
    groups = {one.group for one in installed}
    assert groups == {"console_scripts", "pytest11"}
    for one in installed:
        assert one.load() is not None
