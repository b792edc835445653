"""The tables of a model file, read key by key: each getter checks a type and notes what is wrong."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping

from harness.modelfile.document import Document
from harness.modelfile.positions import KeyPath
from harness.modelfile.problems import kind_of, nearest, show, unknown

_BARE = re.compile(r"[A-Za-z0-9_-]+")


def label(path: KeyPath) -> str:
    """How the file spells a table: ``[inputs.duration]``, ``[[waivers]] no. 2``."""
    keys = [key if _BARE.fullmatch(key) else show(key) for key in path if isinstance(key, str)]
    if path and isinstance(path[-1], int):
        return f"[[{'.'.join(keys)}]] no. {path[-1] + 1}"
    return f"[{'.'.join(keys)}]" if keys else "top of the file:"


class Table:
    """One table while it is read: each getter checks the type, notes a problem and gives None instead."""

    def __init__(self, document: Document, path: KeyPath, values: Mapping[str, object]) -> None:
        self.document = document
        self.path = path
        self.values = values
        self._meant: set[str] = set()  # known keys that an unknown one probably stands for

    def allow(self, known: Collection[str], elsewhere: Callable[[str], str | None] = lambda _: None) -> None:
        """Note a problem for each key that is none of the known ones, and forget it.

        ``elsewhere`` may say where an unknown key belongs instead: the end of a message.
        """
        for key in self.values:
            if key not in known:
                self._meant.add(nearest(key, known) or "")
                self.problem(key, f"unknown key {show(key)}{elsewhere(key) or unknown(key, known)}")
        self.values = {key: value for key, value in self.values.items() if key in known}

    def __contains__(self, key: str) -> bool:
        return key in self.values

    def problem(self, key: str | KeyPath | None, message: str) -> None:
        """Note a problem at a key of this table, or at the table itself."""
        self.document.problem(self.at(key), f"{label(self.path)} {message}")

    def note(self, key: str, message: str) -> None:
        """Note something at a key of this table that is worth saying but not wrong."""
        self.document.note(self.at(key), f"{label(self.path)} {message}")

    def at(self, key: str | KeyPath | None) -> KeyPath:
        """The path of a key of this table."""
        return (*self.path, *(() if key is None else (key,) if isinstance(key, str) else key))

    def require(self, key: str, what: str) -> None:
        """Note a problem if a key is absent, unless an unknown key looks like a slip for it."""
        if key not in self.values and key not in self._meant:
            self.problem(None, f"has no {key}; write {what}")

    def get(self, key: str, kinds: tuple[type, ...], instead: str) -> object | None:
        """The value of a key if it is of one of these types; ``instead`` says what to write."""
        if key not in self.values:
            return None
        value = self.values[key]
        if isinstance(value, kinds) and (bool in kinds or not isinstance(value, bool)):
            return value
        self.problem(key, f"{key} = {show(value)} is {kind_of(value)}; write {instead}")
        return None

    def text(self, key: str, instead: str = "text in quotes") -> str | None:
        """The text of a key; blank text is a problem."""
        value = self.get(key, (str,), instead)
        if isinstance(value, str) and not value.strip():
            self.problem(key, f"{key} is empty; write {instead} or leave the key out")
            return None
        return value if isinstance(value, str) else None

    def flag(self, key: str) -> bool:
        """The truth value of a key; false where it is absent."""
        return self.get(key, (bool,), "true or false") is True

    def texts(self, key: str, instead: str) -> tuple[str, ...]:
        """The texts of a list; an element that is not text, or an empty list, is a problem."""
        values = self.get(key, (list,), instead)
        if not isinstance(values, list):
            return ()
        if not values:
            self.problem(key, f"{key} = [] is empty; write {instead} or leave the key out")
        for index, value in enumerate(values):
            if not isinstance(value, str):
                self.problem((key, index), f"{key}: {show(value)} is {kind_of(value)}; write {instead}")
        return tuple(value for value in values if isinstance(value, str))

    def mapping(self, key: str, instead: str) -> Table | None:
        """The table under a key, in which any key is allowed."""
        values = self.get(key, (dict,), instead)
        return Table(self.document, self.at(key), values) if isinstance(values, dict) else None


def section(document: Document, name: str, instead: str) -> Iterator[tuple[str, Table]]:
    """The tables ``[name.KEY]`` of a document, in the order of the file, unchecked."""
    values = document.values.get(name, {})
    if not isinstance(values, dict):
        document.problem((name,), f"{name} is {kind_of(values)}; write {instead}")
        return
    for key, value in values.items():
        if isinstance(value, dict):
            yield key, Table(document, (name, key), value)
        else:
            document.problem(
                (name, key), f"{label((name,))} {key} = {show(value)} is {kind_of(value)}; write {instead}"
            )


def sections(document: Document, name: str) -> Iterator[Table]:
    """The tables ``[[name]]`` of a document, in the order of the file, unchecked."""
    values = document.values.get(name, [])
    if not isinstance(values, list):
        document.problem((name,), f"{name} is {kind_of(values)}; write [[{name}]], with two brackets")
        return
    for index, value in enumerate(values):
        if isinstance(value, dict):
            yield Table(document, (name, index), value)
        else:
            document.problem(
                (name, index), f"{name}: {show(value)} is {kind_of(value)}; write [[{name}]] tables"
            )


def declared(document: Document, name: str) -> tuple[str, ...]:
    """The keys under ``[name]``, whether or not their tables can be read: for words that refer to them."""
    tables = document.values.get(name)
    return tuple(tables) if isinstance(tables, dict) else ()
