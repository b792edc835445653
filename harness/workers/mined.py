"""What a worker found in its form, as clues; and what the files hold that the form names."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from harness.model import Model
from harness.protocols import Clue, Entry
from harness.schema import Scalar
from harness.workers.python.entries import gather
from harness.workers.python.wire import Table

_MOST_PER_FILE = 5_000
_LARGEST_FILE = 20_000_000
_LONGEST_TEXT = 200
_TABLES = (".csv", ".tsv", ".json")
_MOST_FILES = 200


def clues_of(table: Table, model: Model) -> tuple[Clue, ...]:
    """The clues of a MINED frame's table and of the files beside the model that its texts name, each once.

    Those that name an input come first. Texts that are only the name of an input, an output or a file are
    left out.
    """
    inputs = model.schema.names
    found = list(_found(table))
    texts = [one.value for one in found if isinstance(one.value, str)]
    files = {text: path for text in dict.fromkeys(texts) if (path := _file(model.folder, text)) is not None}
    names = {*inputs, *(one.name for one in model.outputs), *files}
    found = [one for one in found if one.input is not None or one.value not in names]
    found.extend(one for path in dict.fromkeys(files.values()) for one in file_clues(path, inputs))
    return tuple(_unique(sorted(found, key=lambda one: one.input is None)))


def entries_of(table: Table) -> tuple[Entry, ...]:
    """The entries of an ENTRIES frame's table, each once."""
    parts = table.lists()
    gathered: dict[int, list[tuple[str | None, Scalar]]] = {}
    origins: dict[int, str] = {}
    for number, field, value, origin in zip(
        parts["entry"], parts["field"], _scalars(parts), parts["origin"], strict=True
    ):
        gathered.setdefault(number, []).append((field, value))
        origins[number] = origin or ""
    return tuple(dict.fromkeys(Entry(tuple(one), origins[number]) for number, one in gathered.items()))


def file_entries(folder: Path, source: Path | None) -> tuple[Entry, ...]:
    """The entries of the CSV and JSON files beside a source that it names: they may be read at each call."""
    if source is None or not source.is_file():
        return ()
    text = source.read_text(encoding="utf-8", errors="replace")
    beside = sorted(path for path in folder.glob("**/*") if path.suffix.lower() in _TABLES)[:_MOST_FILES]
    named = ((path.name, _content(path)) for path in beside if path.name in text)
    return tuple(Entry(one.fields, one.origin) for one in gather(named))


def _content(path: Path) -> Any:
    """What a JSON or CSV file holds; None where it cannot be read."""
    try:
        if path.stat().st_size > _LARGEST_FILE:
            return None
        if path.suffix.lower() == ".json":
            return json.loads(path.read_text(encoding="utf-8"))
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file, delimiter="\t" if path.suffix.lower() == ".tsv" else ",")
            return [{name: _number(text or "") for name, text in row.items() if name} for row in rows]
    except (OSError, ValueError, RecursionError, csv.Error):
        return None


def _found(table: Table) -> Iterator[Clue]:
    parts = table.lists()
    for value, role, name, origin in zip(
        _scalars(parts), parts["role"], parts["input"], parts["origin"], strict=True
    ):
        yield Clue(value, role or "constant", name, origin or "")


def _scalars(parts: Mapping[str, Sequence[Any]]) -> Iterator[Scalar]:
    """The values of a table's columns ``number``, ``text``, ``whole`` and ``flag``."""
    names = ("number", "text", "whole", "flag")
    for number, text, whole, flag in zip(*(parts[one] for one in names), strict=True):
        yield text if text is not None else bool(number) if flag else int(number) if whole else number


def _unique(clues: Iterable[Clue]) -> Iterator[Clue]:
    # True, 1 and 1.0 are equal to Python, but not the same clue
    seen = set()
    for one in clues:
        key = (type(one.value), one.value, one.role, one.input)
        if key not in seen:
            seen.add(key)
            yield one


def _file(folder: Path, text: str) -> Path | None:
    """The data file that a text names, beside the model or below it."""
    if not text.lower().endswith((".json", ".csv", ".tsv")) or "\n" in text:
        return None
    try:
        path = (folder / text).resolve()
        return path if path.is_file() and path.stat().st_size <= _LARGEST_FILE else None
    except (OSError, ValueError):
        return None


def file_clues(path: Path, inputs: Sequence[str]) -> tuple[Clue, ...]:
    """Numbers and texts of a JSON or CSV file; those below a key or column called like an input are its own.

    A file that cannot be read has none.
    """
    try:
        if path.suffix.lower() == ".json":
            found = _json(json.loads(path.read_text(encoding="utf-8")), path.name, None, frozenset(inputs))
        else:
            found = _csv(path, frozenset(inputs))
        return tuple(one for one, _ in zip(found, range(_MOST_PER_FILE), strict=False))
    except (OSError, ValueError, RecursionError, csv.Error):
        return ()


def _json(one: Any, origin: str, name: str | None, inputs: frozenset[str]) -> Iterator[Clue]:
    if isinstance(one, dict):
        # {"input": "age", "below": 31.5}: a record about the input that it names
        named = [value for value in one.values() if isinstance(value, str) and value in inputs]
        name = named[0] if len(named) == 1 else name
        for key, value in one.items():
            if key not in inputs:
                yield from _clue(key, "level", name, origin)
            yield from _json(value, f"{origin}: {key}", key if key in inputs else name, inputs)
    elif isinstance(one, list):
        for value in one:
            yield from _json(value, origin, name, inputs)
    elif one not in inputs:
        yield from _clue(one, "level" if isinstance(one, str) else "constant", name, origin)


def _clue(value: Scalar | None, role: str, name: str | None, origin: str) -> Iterator[Clue]:
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return
    if not isinstance(value, str) or len(value) <= _LONGEST_TEXT:
        yield Clue(value, role, name, origin)


def _csv(path: Path, inputs: frozenset[str]) -> Iterator[Clue]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t" if path.suffix.lower() == ".tsv" else ",")
        for number, row in enumerate(rows, start=2):
            named = [text for text in row.values() if isinstance(text, str) and text in inputs]
            about = named[0] if len(named) == 1 else None
            for column, text in row.items():
                if not isinstance(text, str) or text in inputs or not text:
                    continue
                value = _number(text)
                role = "level" if isinstance(value, str) else "constant"
                yield from _clue(value, role, column if column in inputs else about, f"{path.name}:{number}")


def _number(text: str) -> Scalar:
    try:
        return int(text) if text.strip().lstrip("+-").isdigit() else float(text)
    except ValueError:
        return text
