"""Ties: two or more candidates are equal, and each form takes another of them."""

from __future__ import annotations

from typing import Any

from harness.schema import Schema
from harness.search.lab import Row


def tied(schema: Schema, row: Row, reference: Any, candidate: Any) -> bool:
    """Whether the two answers name equal candidates of the row: inputs by name with the same value, values of
    the row that occur equally often, or inputs by position with the same value."""
    if isinstance(reference, str) and isinstance(candidate, str):
        return _by_name(row, reference, candidate) or _by_count(row, reference, candidate)
    if _index(reference) and _index(candidate):
        return _by_position(schema, row, int(reference), int(candidate))
    return False


def _by_name(row: Row, reference: str, candidate: str) -> bool:
    return reference in row and candidate in row and row[reference] == row[candidate]


def _by_count(row: Row, reference: str, candidate: str) -> bool:
    values = list(row.values())
    return reference != candidate and values.count(reference) == values.count(candidate) > 0


def _index(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value == int(value)


def _by_position(schema: Schema, row: Row, reference: int, candidate: int) -> bool:
    names = schema.names
    kinds = {one.kind for one in schema}
    if reference == candidate or len(kinds) > 1 or len(names) < 2:
        return False
    for first in (0, 1):
        places = [reference - first, candidate - first]
        if all(0 <= place < len(names) for place in places):
            one, other = (row[names[place]] for place in places)
            if one is not None and one == other:
                return True
    return False
