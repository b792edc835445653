"""The trees that a worker showed, as forests over the inputs of the model."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from harness.forest import DEAD, Forest, last_low, sound
from harness.schema import Input, Kind, Schema
from harness.workers.python.wire import Table


def forests_of(tables: Sequence[Table], schema: Schema, target: str) -> tuple[Forest, ...]:
    """The forests of a TREES frame whose every split is of an input, and can be one of its type.

    Raises KeyError, IndexError or ValueError for tables that make no sense.
    """
    if not tables:
        return ()
    said, nodes = tables[:2]
    whose = _values(nodes, "forest")
    found = []
    for number, one in enumerate(_rows(said)):
        chosen = np.flatnonzero(whose == number)
        forest = _forest(one, chosen, tables, schema, target) if len(chosen) else None
        if forest is not None and sound(forest):
            found.append(forest)
    return tuple(found)


def _values(table: Table, name: str) -> Any:
    return next(column.values for column in table.columns if column.name == name)


def _rows(table: Table) -> Iterator[dict[str, Any]]:
    lists = table.lists()
    return (dict(zip(lists, values, strict=True)) for values in zip(*lists.values(), strict=True))


def _forest(
    said: dict[str, Any], chosen: Any, tables: Sequence[Table], schema: Schema, target: str
) -> Forest | None:
    """One forest, its nodes and tests counted from 0; None where a split is of something else."""
    _, nodes, tests, sides = tables
    start, count = chosen[0], len(chosen)
    at = _values(tests, "node") - start
    mine = np.flatnonzero((at >= 0) & (at < count))
    texts = next(column for column in tests.columns if column.name == "input")
    assert texts.texts is not None
    named = texts.texts.strings()
    codes, input_of = np.unique(texts.values[mine], return_inverse=True)
    if (codes < 0).any() or not all(named[code] in schema.names for code in codes):
        return None
    inputs = [schema[named[code]] for code in codes]
    group = _values(tests, "group")[mine]
    textual = [bool((group[input_of == i] >= 0).any()) for i in range(len(inputs))]
    if any(
        not _fits(one, text, group[input_of == i])
        for i, (one, text) in enumerate(zip(inputs, textual, strict=True))
    ):
        return None
    used, group = np.unique(np.append(group, -1), return_inverse=True)
    levels, table = _sides(sides, used[1:], group[:-1] - 1, input_of, inputs, textual)
    cut = _values(tests, "cut")[mine].astype(np.float64)
    strict, single, flip = (_values(tests, name)[mine].astype(bool) for name in ("strict", "single", "flip"))
    return Forest(
        target=target,
        origin=said["origin"] or "",
        inputs=tuple(one.name for one in inputs),
        levels=levels,
        low=_below(nodes, "low", chosen, start),
        high=_below(nodes, "high", chosen, start),
        otherwise=_values(nodes, "otherwise")[chosen].astype(np.int8),
        value=_values(nodes, "value")[chosen].astype(np.float64),
        first=np.searchsorted(at[mine], np.arange(count + 1)).astype(np.int32),
        input=input_of.astype(np.int32),
        cut=cut,
        last=last_low(cut, strict, single),
        flip=flip,
        group=(group[:-1] - 1).astype(np.int32),
        sides=table,
        whole=bool(said["whole"]),
        left_out=int(said["left_out"]),
    )


def _below(nodes: Table, name: str, chosen: Any, start: int) -> Any:
    below = _values(nodes, name)[chosen]
    return np.where(below >= 0, below - start, -1).astype(np.int32)


def _fits(one: Input, textual: bool, group: Any) -> bool:
    """Whether the tests of an input are all of a sort that its type allows."""
    if textual:
        return one.kind.textual and bool((group >= 0).all())
    return one.kind.ordered or one.kind is Kind.BOOL


def _sides(
    sides: Table, used: Any, group: Any, input_of: Any, inputs: Sequence[Input], textual: Sequence[bool]
) -> tuple[tuple[tuple[str, ...] | None, ...], Any]:
    """The levels of each input (declared, then those that only the model knows), and where each leads."""
    lists = sides.lists()
    by_group: dict[int, dict[str | None, int]] = {int(one): {} for one in used}
    for number, level, side in zip(lists["group"], lists["level"], lists["side"], strict=True):
        if number in by_group:
            by_group[number][level] = side
    tables = [by_group[int(one)] for one in used]
    whose = {int(g): int(i) for g, i in zip(group, input_of, strict=True) if g >= 0}
    known: list[tuple[str, ...] | None] = []
    for i, (one, text) in enumerate(zip(inputs, textual, strict=True)):
        own = (level for g, j in whose.items() if j == i for level in tables[g] if level is not None)
        known.append(tuple(dict.fromkeys((*one.levels, *own))) if text else None)
    widest = max((len(levels) for levels in known if levels is not None), default=0)
    table = np.full((len(tables), widest + 1), DEAD, dtype=np.int8)
    for g, i in whose.items():
        other = tables[g].get(None, DEAD)
        row = [tables[g].get(level, other) for level in known[i] or ()]
        table[g, : len(row)] = row
        table[g, -1] = other
    return tuple(known), table
