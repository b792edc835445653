"""Make a table that does not survive smaller, as long as it does not survive for the same reason."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from dataclasses import replace

from harness.fidelity.columns import Column, Kind, Specimen, Value

_MOST_ROWS_TRIED = 8


def size(specimen: Specimen) -> tuple[int, int, int, int]:
    """How much there is to read in a table: what is smaller explains better."""
    columns = specimen.columns
    return (
        specimen.rows * max(1, len(columns)),
        len(columns),
        sum(len(column.levels) for column in columns),
        sum(_cost(value) for column in columns for value in column.values)
        + sum(len(column.name) for column in columns),
    )


def simpler(specimen: Specimen) -> Iterator[Specimen]:
    """Tables that are one step smaller, the largest steps first."""
    found = [*_fewer_columns(specimen), *_fewer_rows(specimen)]
    for place, column in enumerate(specimen.columns[:2]):
        found += [_with(specimen, place, other) for other in _simpler_columns(column)]
    limit = size(specimen)
    yield from (one for one in found if size(one) < limit)


def _with(specimen: Specimen, place: int, column: Column) -> Specimen:
    columns = list(specimen.columns)
    columns[place] = column
    return replace(specimen, columns=tuple(columns))


def _fewer_columns(specimen: Specimen) -> Iterator[Specimen]:
    columns = specimen.columns
    if len(columns) < 2:
        return
    half = len(columns) // 2
    yield replace(specimen, columns=columns[:half])
    yield replace(specimen, columns=columns[half:])
    for place in range(len(columns) if len(columns) <= 3 else 0):
        yield replace(specimen, columns=columns[:place] + columns[place + 1 :])


def _fewer_rows(specimen: Specimen) -> Iterator[Specimen]:
    rows = specimen.rows
    if rows < 2:
        return
    half = rows // 2
    kept: list[Iterable[int]] = [range(half), range(half, rows)]
    if half > 1:
        kept += [[row for row in range(rows) if row != left] for left in range(min(rows, _MOST_ROWS_TRIED))]
    for places in (tuple(one) for one in kept):
        columns = tuple(
            replace(column, values=tuple(column.values[row] for row in places)) for column in specimen.columns
        )
        yield Specimen(columns, len(columns[0].values))


def _simpler_columns(column: Column) -> Iterator[Column]:
    for place, value in enumerate(column.values[:_MOST_ROWS_TRIED]):
        for other in _simpler_values(column.kind, value):
            values = (*column.values[:place], other, *column.values[place + 1 :])
            yield replace(column, values=values)
    used = {value for value in column.values if value is not None}
    for place in range(len(column.levels)):
        if place not in used:
            yield _without_level(column, place)


def _without_level(column: Column, place: int) -> Column:
    moved = (v - 1 if isinstance(v, int) and v > place else v for v in column.values)
    return replace(column, values=tuple(moved), levels=column.levels[:place] + column.levels[place + 1 :])


def _simpler_values(kind: Kind, value: Value) -> Iterator[Value]:
    if kind in (Kind.FACTOR, Kind.ORDERED, Kind.LOGICAL) or value is None:
        return
    if isinstance(value, str):
        yield from (value[:place] + value[place + 1 :] for place in range(min(len(value), 8)))
    elif isinstance(value, float) and value == value and abs(value) != float("inf"):
        yield from (float(f"{value:.{digits}g}") for digits in (1, 3, 6, 16))
    elif isinstance(value, int):
        yield from (1, value // 1000, value // 2)


def _cost(value: Value) -> int:
    """How hard a value is to read: about its length."""
    if value is None:
        return 1
    if isinstance(value, float) and value != value:
        return 10 - struct.pack("<d", value)[:6].count(0)  # the plainest NaN has no payload
    return len(repr(value))
