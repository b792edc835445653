"""Where each key of a TOML text stands: ``tomllib`` reads the values, this finds their lines.

The scanner is given text that ``tomllib`` has accepted, so it need not check anything: it only walks
over headers, keys and values, and notes the offset at which each begins.
"""

from __future__ import annotations

import bisect
import re
import tomllib
from collections.abc import Iterator, Mapping

#: Keys and list indices from the top of the document to a value: ``("waivers", 0, "cause")``.
KeyPath = tuple[str | int, ...]

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_SPACE = re.compile(r"[ \t]*")
_BARE_KEY = re.compile(r"[^\s.=\]\[\"'#,{}]+")
_BARE_VALUE = re.compile(r"[^,\]}#\n]*")
# three quotes end a multi-line string, and up to two more before them belong to its content
_STRINGS = (
    ('"""', re.compile(r'"""(?:\\.|[^\\])*?"""(?:"{0,2})', re.DOTALL)),
    ("'''", re.compile(r"'''.*?'''(?:'{0,2})", re.DOTALL)),
    ('"', re.compile(r'"(?:\\.|[^"\\])*"')),
    ("'", re.compile(r"'[^']*'")),
)


def locate(text: str) -> Mapping[KeyPath, int]:
    """The line (from 1) on which every table, key and list element of a TOML text begins.

    ``text`` must be valid TOML. A table that is only implied by others stands where it is first named.
    """
    starts = [0, *(m.end() for m in re.finditer("\n", text))]
    return {path: bisect.bisect_right(starts, at) for path, at in _Scanner(text).offsets().items()}


class _Scanner:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._offsets: dict[KeyPath, int] = {}
        self._lengths: dict[KeyPath, int] = {}  # of each array of tables, so far

    def offsets(self) -> dict[KeyPath, int]:
        table: KeyPath = ()
        while self._skip(_BLANK):
            if self._text[self._at] == "[":
                table = self._header()
            else:
                self._pair(table)
        return self._offsets

    def _skip(self, pattern: re.Pattern[str]) -> bool:
        """Move past a pattern that may be empty; say whether any text is left."""
        match = pattern.match(self._text, self._at)
        assert match is not None
        self._at = match.end()
        return self._at < len(self._text)

    def _note(self, path: KeyPath, at: int) -> None:
        self._offsets.setdefault(path, at)

    def _header(self) -> KeyPath:
        start = self._at
        array = self._text.startswith("[[", start)
        self._at += 2 if array else 1
        keys = tuple(self._key())
        self._at += 2 if array else 1
        path: KeyPath = ()
        for key in keys[:-1]:
            path = (*path, key)
            self._note(path, start)
            if path in self._lengths:  # [a.b] under [[a]] belongs to the latest a
                path = (*path, self._lengths[path] - 1)
        path = (*path, keys[-1])
        self._note(path, start)
        if array:
            self._lengths[path] = self._lengths.get(path, 0) + 1
            path = (*path, self._lengths[path] - 1)
            self._note(path, start)
        return path

    def _key(self) -> Iterator[str]:
        """The parts of a key, dotted or not; ends after it and the blanks that follow."""
        while True:
            self._skip(_SPACE)
            if self._text[self._at] in "\"'":
                start = self._at
                self._string()
                yield tomllib.loads(f"key = {self._text[start : self._at]}")["key"]
            else:
                match = _BARE_KEY.match(self._text, self._at)
                assert match is not None
                self._at = match.end()
                yield match[0]
            self._skip(_SPACE)
            if self._text[self._at] != ".":
                return
            self._at += 1

    def _pair(self, table: KeyPath) -> None:
        start = self._at
        path = table
        for key in self._key():
            path = (*path, key)
            self._note(path, start)
        self._at += 1  # the equals sign
        self._skip(_SPACE)
        self._value(path)

    def _value(self, path: KeyPath) -> None:
        first = self._text[self._at]
        if first in "\"'":
            self._string()
        elif first == "[":
            self._sequence(path, "]")
        elif first == "{":
            self._sequence(path, "}")
        else:
            self._skip(_BARE_VALUE)

    def _string(self) -> None:
        for quotes, pattern in _STRINGS:
            if self._text.startswith(quotes, self._at):
                self._skip(pattern)
                return

    def _sequence(self, path: KeyPath, end: str) -> None:
        """A list or an inline table."""
        self._at += 1
        index = 0
        while self._skip(_BLANK) and self._text[self._at] != end:
            if end == "]":
                self._note((*path, index), self._at)
                self._value((*path, index))
            else:
                self._pair(path)
            index += 1
            self._skip(_BLANK)
            if self._text[self._at] == ",":
                self._at += 1
        self._at += 1
