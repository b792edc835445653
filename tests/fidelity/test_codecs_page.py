"""What docs/codecs.md says is so: its codecs, its signs, its options, and what its example prints."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from harness import registry
from harness.fidelity.matrix import Fidelity
from harness.fidelity.matrix_table import SIGNS, TYPE_LOST

PAGE = (Path(__file__).parent.parent.parent / "docs/codecs.md").read_text("utf-8")


def rows(heading: str) -> list[list[str]]:
    """The cells of the first table under a heading, without its head."""
    section = PAGE.split(f"## {heading}\n", 1)[1].split("\n## ", 1)[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def test_the_codecs_are_those_of_the_program_and_so_are_their_ends() -> None:
    described = {name.strip("`"): in_r for name, _, in_r in rows("What is compared")}
    assert set(described) == set(registry.names("codecs"))
    for name, in_r in described.items():
        assert (in_r == "none") == (registry.find("codecs", name).R_END is None), name


def test_the_signs_are_those_of_the_matrix() -> None:
    described = {
        sign.strip("`"): word.split(",")[0].strip("`") for sign, word, _ in rows("What a cell means")
    }
    held = {sign: str(fidelity) for fidelity, (sign, _) in SIGNS.items()} | {
        TYPE_LOST[0]: str(Fidelity.LOSSY)
    }
    assert described == held


def test_the_matrix_that_is_shown_has_a_line_for_each_codec() -> None:
    shown = PAGE.split("```text\n", 1)[1].split("```", 1)[0].splitlines()
    assert {line.split()[0] for line in shown[1:]} == set(registry.names("codecs"))
    assert all(re.fullmatch(r"\w+ +([=~!x?.-]{4} ?)+", line) for line in shown[1:])


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("Rscript") is None, reason="R judges what R reads")
def test_the_example_prints_what_the_page_shows() -> None:
    block = PAGE.split("```console\n$ ", 1)[1].split("```", 1)[0]
    command, _, shown = block.partition("\n")
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-c", command],
        env=os.environ | {"PATH": path, "COLUMNS": "80", "NO_COLOR": "1", "TERM": "dumb"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert _without_versions(done.stdout) == _without_versions(shown)


def _without_versions(text: str) -> list[str]:
    """The lines, less those between the first and the first empty one: they name what is installed."""
    lines = text.rstrip().splitlines()
    return [lines[0], *lines[lines.index("") :]]
