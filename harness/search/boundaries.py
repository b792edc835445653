"""Where a target's answer jumps, found by bisection along one input over many rows: needs no source.

A comparison such as ``100 * loan / value > 80`` has its boundary at another loan for every value. Rows on
both sides of it, adjacent doubles apart, show how each form counts the boundary itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from harness.answer import Answer, stack
from harness.legal import legal_rows
from harness.model import Model
from harness.schema import Input, Kind, Schema
from harness.search.lab import Respondent
from harness.search.rows import Space, concat, mixed_rows
from harness.search.simple import between, from_number, to_number

Mask = npt.NDArray[np.bool_]
Number = float | int

ROWS = 160  # backgrounds
GRID = 9  # values of an input over each
BRACKETS = 1_600
STEPS = 66  # halvings: as many as separate any two doubles


@dataclass(slots=True)
class _Brackets:
    """Pairs of rows that differ in one input (``names``), whose answers differ."""

    base: pa.RecordBatch
    names: npt.NDArray[np.object_]
    low: list[Number]
    high: list[Number]
    said: Mapping[str, pa.Array]  # by the target at the low end
    outcome: npt.NDArray[np.uint8]


def boundary_rows(model: Model, space: Space, respondent: Respondent, seed: int) -> pa.RecordBatch | None:
    """Legal rows on both sides of each jump that was found; None where there is none."""
    found = _bracketed(model, space, respondent, seed)
    if found is None:
        return None
    for _ in range(STEPS):
        middles = [
            between(low, high, space.schema[name].kind)
            for name, low, high in zip(found.names, found.low, found.high, strict=True)
        ]
        open_ones = np.flatnonzero([m is not None for m in middles])
        if not len(open_ones):
            break
        _halve(model, space.schema, respondent, found, middles, open_ones)
    ends = [_at(space.schema, found, values) for values in (found.low, found.high)]
    rows = concat(space.schema, ends)
    return rows.filter(pa.array(legal_rows(rows, space.schema)))


def _bracketed(model: Model, space: Space, respondent: Respondent, seed: int) -> _Brackets | None:
    """Neighbouring values of a grid between which the answer changes."""
    ordered = [one for one in space.schema if one.kind.ordered]
    if not ordered:
        return None
    rng = np.random.default_rng([seed, 3])
    rows = mixed_rows(space, max(8, ROWS * 8 // (8 + len(ordered))), seed)
    parts, names, values = [], [], []
    for one in ordered:
        grid = _grid(one, space, rng, rows.num_rows)
        index = np.repeat(np.arange(rows.num_rows), GRID)
        column = pa.array([from_number(v, one.kind) for v in grid.ravel()], type=one.arrow_type)
        base = rows.take(pa.array(index))
        at = base.schema.get_field_index(one.name)
        parts.append(base.set_column(at, base.schema.field(one.name), column))
        names += [one.name] * len(index)
        values += grid.ravel().tolist()
    batch = concat(space.schema, parts)
    answer = respondent.ask(batch)
    left = np.flatnonzero(np.arange(batch.num_rows) % GRID != GRID - 1)
    changed = left[_differ(model, _part(answer, left), _part(answer, left + 1))]
    if not len(changed):
        return None
    chosen = np.sort(rng.choice(changed, size=min(BRACKETS, len(changed)), replace=False))
    kinds = {one.name: one.kind for one in ordered}
    cast = [(float if kinds[names[i]] is Kind.FLOAT else int) for i in chosen]
    part = _part(answer, chosen)
    return _Brackets(
        batch.take(pa.array(chosen)),
        np.array([names[i] for i in chosen], dtype=object),
        [to(values[i]) for to, i in zip(cast, chosen, strict=True)],
        [to(values[i + 1]) for to, i in zip(cast, chosen, strict=True)],
        part.outputs,
        part.outcomes,
    )


def _grid(one: Input, space: Space, rng: np.random.Generator, rows: int) -> npt.NDArray[Any]:
    """For each row an ascending grid of values of an input: the range's ends, and values between them taken
    from the pool and at random."""
    assert one.bounds is not None
    low, high = (to_number(v) for v in one.bounds)
    pool = [to_number(v) for v in space.pools[one.name].main if v is not None and v not in one.special]
    inside = np.array([v for v in pool if low <= v <= high] or [low], dtype=float)
    drawn = rng.choice(inside, size=(rows, GRID - 2))
    uniform = low + (high - low) * rng.random((rows, GRID - 2))
    mixed = np.where(rng.random((rows, GRID - 2)) < 0.5, drawn, uniform)
    grid = np.sort(np.concatenate([np.full((rows, 1), low), mixed, np.full((rows, 1), high)], axis=1), axis=1)
    return grid if one.kind is Kind.FLOAT else np.floor(grid).astype(np.int64)


def _halve(
    model: Model,
    schema: Schema,
    respondent: Respondent,
    found: _Brackets,
    middles: list[Number | None],
    open_ones: npt.NDArray[np.int64],
) -> None:
    """Move one end of every open bracket to its middle: the end that is answered like it."""
    part = _Brackets(
        found.base.take(pa.array(open_ones)),
        found.names[open_ones],
        [found.low[i] for i in open_ones],
        [found.high[i] for i in open_ones],
        {name: column.take(pa.array(open_ones)) for name, column in found.said.items()},
        found.outcome[open_ones],
    )
    at_middle = [m for m in middles if m is not None]
    answer = respondent.ask(_at(schema, part, at_middle))
    low_said = Answer(len(open_ones), part.said, part.outcome)
    differs = _differ(model, low_said, answer)
    for position, index in enumerate(open_ones):
        if differs[position]:
            found.high[index] = at_middle[position]
        else:
            found.low[index] = at_middle[position]


def _at(schema: Schema, found: _Brackets, values: list[Number]) -> pa.RecordBatch:
    """The brackets' rows with their input set to given values."""
    arrays = []
    for one in schema:
        column = found.base.column(one.name)
        mine = found.names == one.name
        if mine.any():
            moved = [from_number(v, one.kind) for v, hit in zip(values, mine, strict=True) if hit]
            where = np.where(mine, len(column) + np.cumsum(mine) - 1, np.arange(len(column)))
            column = pa.concat_arrays([column, pa.array(moved, type=one.arrow_type)]).take(pa.array(where))
        arrays.append(column)
    return pa.RecordBatch.from_arrays(arrays, schema=schema.arrow)


def _part(answer: Answer, rows: npt.NDArray[np.int64]) -> Answer:
    index = pa.array(rows)
    outputs = {name: column.take(index) for name, column in answer.outputs.items()}
    return Answer(len(rows), outputs, answer.outcomes[rows])


def _differ(model: Model, first: Answer, second: Answer) -> Mask:
    """For each pair of rows whether the answers are told apart by the outputs' tolerances."""
    differs: Mask = first.answered != second.answered
    both = np.flatnonzero(first.answered & second.answered)
    if len(both):
        index = pa.array(both)
        for output in model.outputs:
            pair = first.outputs[output.name].take(index), second.outputs[output.name].take(index)
            differs[both] |= ~output.tolerance.equal(*_alike(*pair))
    return differs


def _alike(first: pa.Array, second: pa.Array) -> tuple[pa.Array, pa.Array]:
    """Two columns of one output, in one type."""
    if first.type == second.type:
        return first, second
    joined = stack([first, second])
    return joined.slice(0, len(first)), joined.slice(len(first))
