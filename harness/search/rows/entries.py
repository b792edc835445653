"""Rows that meet the entries of tables: what a form looks up by several inputs at once.

A wrong weight for one merchant code in one country is met by no random row. Each entry of a table that a form
holds becomes rows, with its values in the inputs that they are of: by name where the table says so, else in
every way in which the values are legal.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from itertools import islice, product

import numpy as np
import pyarrow as pa

from harness.protocols import Entry
from harness.schema import Input, Kind, Scalar, Schema
from harness.search.rows.mixed import mixture
from harness.search.rows.space import Space, with_column
from harness.search.simple import from_number, neighbour, to_number

SAMPLE = 60  # entries of a table by which it is seen what its fields are
FITTING = 0.7  # of them that are values of an input
WAYS = 6  # in which the fields of a table are laid on inputs, at most
BATCH = 2_000  # entries whose rows are made at a time

Way = tuple[tuple[int, Input], ...]  # numbers of fields, and the inputs that they are of


def entry_rows(space: Space, seed: int, most: int) -> Iterator[pa.RecordBatch]:
    """Rows for each entry of a space, legal or not by the constraints: over a background, over a mixture, and
    with its numbers moved to their neighbours; about so many at most."""
    made = 0
    for table in _tables(space.entries):
        for way in _ways(space.schema, table):
            for start in range(0, len(table), BATCH):
                for batch in _rows(space, way, table[start : start + BATCH], seed + made):
                    made += batch.num_rows
                    yield batch
                    if made >= most:
                        return


def _tables(entries: Sequence[Entry]) -> list[list[Entry]]:
    """Entries of one table and shape together; small tables first."""
    tables: dict[tuple[object, ...], list[Entry]] = {}
    for entry in entries:
        tables.setdefault((entry.origin, *(name for name, _ in entry.fields)), []).append(entry)
    return sorted(tables.values(), key=len)


def _ways(schema: Schema, table: Sequence[Entry]) -> list[Way]:
    """In which ways two or more fields of a table can be values of different inputs."""
    step = max(1, len(table) // SAMPLE)
    sample = table[::step]
    choices: list[list[Input | None]] = []
    for place, (name, _) in enumerate(table[0].fields):
        values = [entry.fields[place][1] for entry in sample]
        fitting = [one for one in _called(schema, name) if _fits(one, values)]
        choices.append([*fitting, None] if fitting else [None])
    found: dict[frozenset[tuple[int, str]], Way] = {}
    for chosen in islice(product(*choices), 4_096):
        named = [(place, one) for place, one in enumerate(chosen) if one is not None]
        if len(named) > 1 and len({one.name for _, one in named}) == len(named):
            found.setdefault(frozenset((place, one.name) for place, one in named), tuple(named))
    whole = [w for key, w in found.items() if not any(key < other for other in found)]
    return sorted(whole, key=len, reverse=True)[:WAYS]


def _called(schema: Schema, name: str | None) -> list[Input]:
    """The inputs that a field of some name may be of: the one called so, or those whose name is part of it
    (``min_age``); any for a field without a name."""
    if name is None:
        return list(schema)
    plain = _plain(name)
    exact = [one for one in schema if _plain(one.name) == plain]
    return exact or [one for one in schema if _plain(one.name) in plain and len(one.name) > 2]


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _fits(one: Input, values: Sequence[Scalar]) -> bool:
    legal = [_value(one, value) is not None for value in values]
    return sum(legal) >= FITTING * len(legal)


def _value(one: Input, value: Scalar) -> Scalar | None:
    """A value of a table as a legal one of an input; None where it is none."""
    if one.kind is Kind.BOOL:
        return value if isinstance(value, bool) else None
    if one.kind is Kind.CATEGORY:
        return value if value in one.levels else None
    if one.kind is Kind.STRING:
        return str(value) if not isinstance(value, float | bool) else None
    if one.kind in (Kind.DATE, Kind.DATETIME):
        return _moment(one, value)
    try:
        number = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return None
    assert one.bounds is not None
    low, high = (to_number(end) for end in one.bounds)
    inside = low <= number <= high or number in one.special
    if isinstance(value, bool) or not inside or (one.kind is Kind.INT and number != int(number)):
        return None
    return from_number(number, one.kind)


def _moment(one: Input, value: Scalar) -> Scalar | None:
    try:
        moment = dt.datetime.fromisoformat(str(value)).replace(tzinfo=None)
    except ValueError:
        return None
    found: Scalar = moment.date() if one.kind is Kind.DATE else moment.replace(microsecond=0)
    assert one.bounds is not None
    return found if one.bounds[0] <= found <= one.bounds[1] else None  # type: ignore[operator]


def _rows(space: Space, way: Way, table: Sequence[Entry], seed: int) -> Iterator[pa.RecordBatch]:
    values = [[_value(one, entry.fields[place][1]) for entry in table] for place, one in way]
    usable = [i for i in range(len(table)) if all(column[i] is not None for column in values)]
    if not usable:
        return
    columns = {one.name: [v[i] for i in usable] for (_, one), v in zip(way, values, strict=True)}
    plain = space.backgrounds.take(pa.array(np.arange(len(usable)) % space.backgrounds.num_rows))
    yield _laid(plain, way, columns)
    mixed = mixture(space, len(usable), seed)
    yield _laid(mixed, way, columns)
    for _, one in way:
        if one.kind.ordered:
            for direction in (-1, 1):
                yield _laid(plain, way, {**columns, one.name: _moved(one, columns[one.name], direction)})


def _moved(one: Input, values: Sequence[Scalar | None], direction: int) -> list[Scalar | None]:
    """The neighbours of some values, where these are legal; else the values."""
    assert one.bounds is not None
    low, high = (to_number(end) for end in one.bounds)
    moved: list[Scalar | None] = []
    for value in values:
        assert value is not None
        number = neighbour(to_number(value), one.kind, direction)
        moved.append(from_number(number, one.kind) if low <= number <= high else value)
    return moved


def _laid(base: pa.RecordBatch, way: Way, columns: dict[str, list[Scalar | None]]) -> pa.RecordBatch:
    for _, one in way:
        base = with_column(base, one.name, pa.array(columns[one.name], type=one.arrow_type))
    return base
