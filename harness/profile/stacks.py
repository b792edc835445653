"""Sampled stacks as py-spy writes them: ``outer (file:line);inner (file:line) 12``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePath

_FRAME = re.compile(r"(?P<name>.+?) \((?P<file>.+):(?P<line>\d+)\)")
_INSTALLED = re.compile(r".*/(?:site|dist)-packages/")
_STANDARD = re.compile(r".*/python3\.\d+/")
_HARNESS = re.compile(r".*/(?=harness/)")


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame of a stack. ``line`` is 0 where it is not known."""

    name: str
    file: str = ""
    line: int = 0

    @property
    def function(self) -> str:
        """The function's own name, without its class."""
        return self.name.rpartition(".")[2]

    def label(self, folder: PurePath | None = None) -> str:
        """``score (score.py:12)``: files relative to where they are installed, or to ``folder``."""
        if not self.file:
            return self.name
        return f"{self.name} ({_short(self.file, folder)}:{self.line})"


@dataclass(frozen=True, slots=True)
class Stack:
    """Frames from the outermost to the innermost, and how often this stack was seen."""

    frames: tuple[Frame, ...]
    count: int


def parse_stacks(text: str) -> Iterator[Stack]:
    """The stacks of a file in py-spy's raw format."""
    for line in text.splitlines():
        path, _, count = line.rpartition(" ")
        if path and count.isdecimal():
            yield Stack(tuple(_frame(part) for part in path.split(";")), int(count))


def _frame(text: str) -> Frame:
    match = _FRAME.fullmatch(text)
    return Frame(text) if match is None else Frame(match["name"], match["file"], int(match["line"]))


def _short(file: str, folder: PurePath | None) -> str:
    path = PurePath(file)
    if folder is not None and path.is_relative_to(folder):
        return str(path.relative_to(folder))
    for pattern in (_INSTALLED, _STANDARD, _HARNESS):
        shorter = pattern.sub("", file)
        if shorter != file:
            return shorter
    return "/".join(path.parts[-2:]) if path.is_absolute() else file
