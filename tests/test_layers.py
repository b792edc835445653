"""The layers of docs/architecture.md: the contract is in pyproject.toml, import-linter holds it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


def test_a_module_imports_only_what_stands_below_it() -> None:
    pytest.importorskip("importlinter", reason="import-linter comes with the extra 'dev'")
    linter = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
