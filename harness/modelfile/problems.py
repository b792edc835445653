"""What is wrong with a model file, each with its line; and what to write instead."""

from __future__ import annotations

import datetime as dt
import difflib
import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

_LONGEST_SHOWN = 70


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: the file as the user wrote its path, the line from 1, and the message."""

    file: str
    line: int | None
    message: str

    def __str__(self) -> str:
        return (
            f"{self.file}: {self.message}"
            if self.line is None
            else f"{self.file}:{self.line}: {self.message}"
        )


class ModelFileError(Exception):
    """A model file cannot be used. ``problems`` lists everything that is wrong; the text has a line for each.

    At the command line it ends in exit status 2.
    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


def nearest(
    word: str, known: Iterable[str], synonyms: Mapping[str, str] | None = None, cutoff: float = 0.6
) -> str | None:
    """The known word that was probably meant, or None. ``cutoff`` is how alike they must be, up to 1."""
    meant = (synonyms or {}).get(word.lower())
    if meant is not None:
        return meant
    by_case = {one.lower(): one for one in known}
    close = difflib.get_close_matches(word.lower(), by_case, n=1, cutoff=cutoff)
    return by_case[close[0]] if close else None


def unknown(word: str, known: Collection[str], synonyms: Mapping[str, str] | None = None) -> str:
    """The end of a message about an unknown word: ``; did you mean min? (there are: type, min, max)``."""
    near = nearest(word, known, synonyms)
    hint = f"; did you mean {near}?" if near is not None else ""
    return f"{hint} (there are: {', '.join(known) or 'none'})"


def show(value: object) -> str:
    """A value as the model file would spell it, cut short where it is long."""
    text = _toml(value)
    return text if len(text) <= _LONGEST_SHOWN else text[: _LONGEST_SHOWN - 3] + "..."


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, dt.date | dt.time):  # a datetime is a date
        return value.isoformat()
    if isinstance(value, list | tuple):
        return f"[{', '.join(_toml(one) for one in value)}]"
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{key} = {_toml(one)}" for key, one in value.items()) + " }"
    if isinstance(value, float) and value == float(f"{value:g}") and "e" in f"{value:g}":
        return f"{value:g}"
    return repr(value)


def kind_of(value: object) -> str:
    """What sort of TOML value it is, in plain words: ``text``, ``an integer``."""
    names: tuple[tuple[type, str], ...] = (
        (bool, "a boolean"),
        (int, "an integer"),
        (float, "a float"),
        (str, "text"),
        (list, "a list"),
        (Mapping, "a table"),
        (dt.datetime, "a date with a time"),
        (dt.date, "a date"),
        (dt.time, "a time of day"),
    )
    return next(name for kind, name in names if isinstance(value, kind))
