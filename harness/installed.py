"""What is installed: versions, and whether an interpreter can import a package.

Packages are imported in processes of their own, never in the harness's.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from harness.protocols import Lack

_TIMEOUT_S = 60.0  # a first import of torch from a cold disk


def package_lack(python: Path, package: str, extra: str) -> Lack | None:
    """Why an interpreter lacks a package that is only looked for, not imported; None if it is there."""
    if python == Path(sys.executable):
        found = _has_spec(package)
    else:
        code = f"import importlib.util, sys; sys.exit(importlib.util.find_spec({package!r}) is None)"
        found = _run(python, code).returncode == 0
    return None if found else _absent(python, package, extra)


def import_lack(python: Path, package: str, extra: str) -> Lack | None:
    """Why an interpreter cannot import a package, tried in a process of its own; None if it can."""
    lack = package_lack(python, package, extra)
    if lack is not None:
        return lack
    found = said_by(python, f"import {package}; says = {{}}")
    return _broken(python, package, found["error"]) if "error" in found else None


@cache
def said_by(python: Path, code: str) -> Mapping[str, Any]:
    """What a piece of code leaves in ``says``, or ``error``: the last line of its traceback."""
    done = _run(python, f"{code}\nimport json; print(); print(json.dumps(says))")
    if done.returncode != 0:
        lines = done.stderr.strip().splitlines()
        return {"error": lines[-1] if lines else f"exit status {done.returncode}"}
    said: Mapping[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return said


def versions_of(names: Sequence[str]) -> Mapping[str, str]:
    """The versions of those of these distributions that the harness's own interpreter has."""
    found = {}
    for name in names:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def _has_spec(package: str) -> bool:
    try:
        return importlib.util.find_spec(package) is not None
    except ModuleNotFoundError:  # an import hook may say so itself
        return False


def _run(python: Path, code: str) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(
            [str(python), "-c", code], capture_output=True, text=True, timeout=_TIMEOUT_S, check=False
        )
    except OSError as error:
        return subprocess.CompletedProcess([], 127, "", f"{python}: {error.strerror}")
    except subprocess.TimeoutExpired:
        return subprocess.CompletedProcess([], 124, "", f"no answer within {_TIMEOUT_S:g} s")


def _absent(python: Path, package: str, extra: str) -> Lack:
    if python == Path(sys.executable):
        return Lack(f"the Python package {package} is not installed", f"`pip install {package}`")
    return Lack(f"{python} has no package {package}", f"`{python} -m pip install {package}`")


def _broken(python: Path, package: str, error: str) -> Lack:
    return Lack(
        f"the Python package {package} is installed, but cannot be imported ({error})",
        f"`{python} -m pip install --force-reinstall {package}`",
    )
