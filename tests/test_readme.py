"""The README's way from nothing to a verdict, walked block by block: files are written, commands are run,
and what they print is held against what the README shows."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

README = Path(__file__).parent.parent / "README.md"
WIDTH = 100
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.M | re.S)
#: What differs from run to run: times, and how many rows a search had time for.
VARYING = re.compile(r"\d[\d,.]*(?= ?(?:s|rows)\b)|\d{8}T\d{6}")
#: A line of the README that stands for any lines.
AND_SO_ON = "..."


@dataclass(frozen=True)
class Block:
    """A fenced block, and the line before it: ``... `score.R`:`` names the file that it is."""

    before: str
    language: str
    text: str

    @property
    def file(self) -> str | None:
        named = re.search(r"`([\w.-]+)`:$", self.before)
        return named[1] if named else None


@dataclass(frozen=True)
class Command:
    """One ``$`` line of a console block, and the lines that it prints."""

    line: str
    shown: str


def blocks(heading: str) -> list[Block]:
    """The fenced blocks of one section, in order."""
    section = README.read_text("utf-8").split(f"## {heading}\n", 1)[1].split("\n## ", 1)[0]
    return [
        Block(section[: m.start()].rstrip().rpartition("\n")[2], m[1], m[2]) for m in BLOCK.finditer(section)
    ]


def commands(block: Block) -> Iterator[Command]:
    """The commands of a console block."""
    for part in block.text.split("$ ")[1:]:
        line, _, shown = part.partition("\n")
        yield Command(line, shown)


def run(command: str, folder: Path) -> str:
    """What a command prints, as wide as the README, with the project's programs in PATH.

    Standard error is left out: without a terminal the progress of the work goes there, line by line.
    """
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = os.environ | {"PATH": path, "COLUMNS": str(WIDTH), "NO_COLOR": "1", "TERM": "dumb"}
    done = subprocess.run(
        ["bash", "-c", command],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        check=False,
    )
    return done.stdout


def masked(text: str) -> list[str]:
    """The lines of an output, what varies from run to run masked, and the blanks around it evened out."""
    return [re.sub(r" {2,}", "  ", VARYING.sub("#", line)).rstrip() for line in text.strip().splitlines()]


def as_shown(printed: str, command: Command, folder: Path) -> list[str]:
    """The lines that were printed, as far as the README shows them."""
    lines = masked(printed.replace(str(folder), "~/my-model"))
    shown = masked(command.shown)
    return [*lines[: len(shown) - 1], AND_SO_ON] if shown and shown[-1] == AND_SO_ON else lines


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("Rscript") is None, reason="the README's example is an R function")
def test_the_way_from_nothing_to_a_verdict_goes_as_the_readme_says(tmp_path: Path) -> None:
    walked = 0
    way = ("From nothing to a verdict on your own R function", "In your own tests")
    for block in (block for heading in way for block in blocks(heading)):
        if block.file:
            (tmp_path / block.file).write_text(block.text, "utf-8")
        elif block.language == "console":
            for command in commands(block):
                printed = run(command.line, tmp_path)
                assert as_shown(printed, command, tmp_path) == masked(command.shown), command.line
                walked += 1
    assert walked == 4
