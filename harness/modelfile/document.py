"""A model file as TOML values that know where they stand."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path

from harness.modelfile.positions import KeyPath, locate
from harness.modelfile.problems import ModelFileError, Problem

_AT = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")
_DECLARED = re.compile(r"Cannot declare \(([^)]*)\) twice")


class Document:
    """One model file: its values, the line of each, and the problems and notes met while reading it.

    ``file`` is the path as the user wrote it, for messages. ``folder`` is absolute; paths in the file
    are relative to it.
    """

    def __init__(self, file: Path) -> None:
        self.file = file
        self.folder = file.parent.resolve()
        self._problems: list[Problem] = []
        self._notes: list[Problem] = []
        self.values = self._parse(self._read())

    def _read(self) -> str:
        try:
            # a byte order mark, as Windows editors write it, is no part of the text
            return self.file.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
        except OSError as error:
            raise self._fatal(None, f"cannot be read: {error.strerror}") from None
        except UnicodeDecodeError as error:
            line = error.object.count(b"\n", 0, error.start) + 1
            raise self._fatal(
                line, f"byte 0x{error.object[error.start]:02x} is not UTF-8; save the file as UTF-8"
            ) from None

    def _parse(self, text: str) -> Mapping[str, object]:
        try:
            values = tomllib.loads(text)
        except (ValueError, RecursionError) as error:
            # not only TOMLDecodeError: int() refuses thousands of digits, and lists can be nested too deeply
            raise self._syntax_error(text, str(error)) from None
        self._lines = locate(text)
        return values

    def _syntax_error(self, text: str, complaint: str) -> ModelFileError:
        lines = text.split("\n")
        match = _AT.search(complaint)
        reason = complaint[: match.start()] if match else complaint
        reason = reason.replace("Cannot overwrite a value", "this key or table is given twice")
        declared = _DECLARED.fullmatch(reason)
        if declared is not None:
            keys = re.findall(r"'([^']*)'", declared[1])
            reason = f"table [{'.'.join(keys)}] is given twice; join the two"
        if match is None:
            return self._fatal(None, f"not valid TOML: {reason}")
        if match[1] is None:
            last = len(text.rstrip().split("\n"))
            return self._fatal(
                last, f"not valid TOML: {reason}, and the file ends there\n    {lines[last - 1]}"
            )
        line, column = int(match[1]), int(match[2])
        # tomllib counts a line break as the last character of its line
        shown = lines[line - 1].expandtabs(1)
        pointer = " " * (column - 1) + "^"
        return self._fatal(line, f"not valid TOML at column {column}: {reason}\n    {shown}\n    {pointer}")

    def _fatal(self, line: int | None, message: str) -> ModelFileError:
        return ModelFileError([Problem(str(self.file), line, message)])

    def line(self, path: KeyPath) -> int:
        """The line of a key, or of the nearest table around it that is written out; the first for the top."""
        while path and path not in self._lines:
            path = path[:-1]
        return self._lines.get(path, 1)

    def problem(self, path: KeyPath, message: str) -> None:
        """Remember that something is wrong, and go on."""
        self._problems.append(Problem(str(self.file), self.line(path), message))

    def note(self, path: KeyPath, message: str) -> None:
        """Remember something that is worth saying but not wrong."""
        self._notes.append(Problem(str(self.file), self.line(path), message))

    @property
    def notes(self) -> tuple[str, ...]:
        """The notes as text, in the order of the file."""
        return tuple(str(note) for note in _by_line(self._notes))

    def raise_problems(self) -> None:
        """Raise one ModelFileError with every problem, in the order of the file, if there is any."""
        if self._problems:
            raise ModelFileError(dict.fromkeys(_by_line(self._problems)))


def _by_line(problems: list[Problem]) -> list[Problem]:
    return sorted(problems, key=lambda problem: problem.line or 0)
