"""Entries of the tables that a form holds: values that belong together, such as a country and its code.

A table is a data frame, a list of records, or a mapping whose keys are of several parts. Each value has the
name that its column or field bears, or none where it is a part of a key.
"""

from __future__ import annotations

import re
from typing import Any, Iterable, Iterator, NamedTuple, Optional, Sequence, Tuple

import numpy as np

from . import wire
from .wire import Column, Table, texts_column

MOST = 4_000  # entries of one form
MOST_FIELDS = 16
LONGEST_TEXT = 200
_DEEPEST = 6
_PARTED = re.compile(r"[\s|/;:,_#~.+-]+")
_SHARE = 0.6  # of a mapping's keys that have as many parts as the first

Field = Tuple[Optional[str], Any]


class Entry(NamedTuple):
    """What belongs together: names (None for a part of a key) with values, and the table that it is of."""

    fields: tuple[Field, ...]
    origin: str


def gather(named: Iterable[tuple[str, Any]]) -> list[Entry]:
    """The entries of some objects by name, at most MOST; what cannot be read is left out."""
    found: list[Entry] = []
    for origin, one in named:
        # iterators of foreign objects are user code, and an entry that cannot be read is no loss
        try:
            for entry in of(one, origin):
                found.append(entry)
                if len(found) >= MOST:
                    return found
        except Exception:
            continue
    return found


def of(one: Any, origin: str, depth: int = 0) -> Iterator[Entry]:
    """The entries of one object and of those inside it."""
    if depth > _DEEPEST:
        return
    if hasattr(one, "columns") and hasattr(one, "itertuples"):
        yield from _of_frame(one, origin)
    elif hasattr(one, "index") and hasattr(one, "to_dict"):  # a series
        yield from _of_keys(list(one.index), origin)
    elif isinstance(one, dict):
        yield from _of_mapping(one, origin, depth)
    elif isinstance(one, (list, tuple, set, frozenset)):
        yield from _of_sequence(list(one), origin, depth)


def _of_frame(frame: Any, origin: str) -> Iterator[Entry]:
    names = [str(name) for name in frame.columns]
    index = frame.index
    keyed = index.names != [None] or index.dtype == object
    if keyed:
        names = [*(None if name is None else str(name) for name in index.names), *names]  # type: ignore[list-item]
    for row in frame.head(MOST).itertuples(index=keyed, name=None):
        values = [*_parts_of(row[0]), *row[1:]] if keyed else row
        yield from _entry(zip(names, values), origin)


def _of_mapping(mapping: dict[Any, Any], origin: str, depth: int) -> Iterator[Entry]:
    scalars = {key: value for key, value in mapping.items() if _is_scalar(value)}
    if depth and scalars and all(isinstance(key, str) for key in scalars):
        yield from _entry(scalars.items(), origin)
    yield from _of_keys(list(mapping), origin)
    for key, value in mapping.items():
        if isinstance(value, dict) and _is_scalar(key) and depth == 0:
            yield from (entry for path in _paths(value, (key,)) for entry in _entry(path, origin))
        yield from of(value, f"{origin}[...]", depth + 1)


def _paths(mapping: dict[Any, Any], above: tuple[Any, ...]) -> Iterator[list[Field]]:
    """The keys that lead to each value of a mapping in a mapping."""
    for key, value in mapping.items():
        path = (*above, *_parts_of(key))
        if isinstance(value, dict) and len(path) < MOST_FIELDS:
            yield from _paths(value, path)
        else:
            yield [(None, part) for part in path]


def _of_sequence(values: list[Any], origin: str, depth: int) -> Iterator[Entry]:
    yield from _of_keys(values, origin)
    for value in values[:MOST]:
        if not _is_scalar(value):
            # a record that is an object has its fields as attributes
            yield from of(getattr(value, "__dict__", value), f"{origin}[]", depth + 1)


def _of_keys(keys: list[Any], origin: str) -> Iterator[Entry]:
    """Keys of several parts: tuples, or texts such as ``AT|7995``."""
    parted = [_parts_of(key) for key in keys[:MOST]]
    if not parted or len(parted[0]) < 2:
        return
    alike = [parts for parts in parted if len(parts) == len(parted[0])]
    if len(alike) >= _SHARE * len(parted):
        for parts in alike:
            yield from _entry([(None, part) for part in parts], origin)


def _parts_of(key: Any) -> tuple[Any, ...]:
    if isinstance(key, (tuple, list)):
        return tuple(key)
    if isinstance(key, str):
        parts = tuple(part for part in _PARTED.split(key) if part)
        return parts if 2 <= len(parts) <= 4 else (key,)
    return (key,)


def _entry(fields: Any, origin: str) -> Iterator[Entry]:
    kept = [(name, _plain(value)) for name, value in fields]
    told = tuple((name, value) for name, value in kept if value is not None)[:MOST_FIELDS]
    if len(told) > 1:
        yield Entry(told, origin)


def _is_scalar(value: Any) -> bool:
    return isinstance(value, (str, bool, int, float, np.generic)) or hasattr(value, "isoformat")


def _plain(value: Any) -> Any:
    """A number, text or truth value; dates as text; None for anything else."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, (bool, int)):
        return value
    if isinstance(value, float):
        return value if np.isfinite(value) else None
    if isinstance(value, str):
        return value if len(value) <= LONGEST_TEXT else None
    return value.isoformat() if hasattr(value, "isoformat") and value == value else None


def scalars(values: Sequence[Any]) -> list[Column]:
    """Numbers, texts and truth values as columns: the number, the text, whether it is whole, or a flag."""
    numbers = [not isinstance(value, str) for value in values]
    plain = [float(value) if number else 0.0 for value, number in zip(values, numbers)]
    return [
        Column("number", wire.DOUBLE, np.array(plain, dtype="<f8")),
        texts_column("text", [None if number else value for value, number in zip(values, numbers)]),
        Column("whole", wire.BOOL, np.array([type(value) is int for value in values], dtype="u1")),
        Column("flag", wire.BOOL, np.array([type(value) is bool for value in values], dtype="u1")),
    ]


def entries_table(entries: Sequence[Entry]) -> Table:
    """The table of an ENTRIES frame: one row a field."""
    fields = [(number, entry, field) for number, entry in enumerate(entries) for field in entry.fields]
    columns = [
        Column("entry", wire.INT32, np.array([number for number, _, _ in fields], dtype="<i4")),
        texts_column("field", [name for _, _, (name, _) in fields]),
        *scalars([value for _, _, (_, value) in fields]),
        texts_column("origin", [entry.origin for _, entry, _ in fields]),
    ]
    return Table(columns, len(fields))
