"""Where a target's answer jumps, found by bisection along one input over many rows: needs no source.

A comparison such as ``100 * loan / value > 80`` has its boundary at another loan for every value. Rows on
both sides of it, adjacent doubles apart, show how each form counts the boundary itself.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pyarrow as pa

from harness.answer import Answer, stack
from harness.comparison import band_of
from harness.legal import legal_rows
from harness.model import Model
from harness.search.brackets import GRID, STEPS, Brackets, Mask, Rows, number_of, swept
from harness.search.lab import Respondent
from harness.search.rows import Space, concat, mixed_rows

ROWS = 160  # backgrounds
BRACKETS, LEAST = 1_600, 100  # jumps that are followed
JUMPS_S = 2.0  # that following them may take


def boundary_rows(
    model: Model, space: Space, respondent: Respondent, seed: int, rate: float = math.inf
) -> pa.RecordBatch | None:
    """Legal rows on both sides of each jump of an answer, and of each change of a decision on it; None where
    there is none. ``rate``, in rows a second, keeps slow forms to fewer jumps."""
    ordered = [one for one in space.schema if one.kind.ordered]
    if not ordered:
        return None
    views = [_differ, _decided_otherwise] if model.decisions else [_differ]
    most = int(min(BRACKETS, max(LEAST, rate * JUMPS_S / STEPS)))
    found = [_beside_jumps(model, space, respondent, seed, most, view) for view in views]
    rows = concat(space.schema, [space.backgrounds.slice(0, 0), *(one for one in found if one is not None)])
    return rows.filter(pa.array(legal_rows(rows, space.schema))) if rows.num_rows else None


View = Callable[[Model, Answer, Answer], Mask]


def _beside_jumps(
    model: Model, space: Space, respondent: Respondent, seed: int, most: int, view: View
) -> pa.RecordBatch | None:
    found = _bracketed(model, space, respondent, seed, most, view)
    if found is None:
        return None
    brackets, said = found

    def differs(rows: pa.RecordBatch, which: Rows) -> Mask:
        return view(model, said.take(which), respondent.ask_legal(rows))

    brackets.close(space.schema, differs)
    return concat(space.schema, [brackets.at(space.schema, at) for at in (brackets.low, brackets.high)])


def _bracketed(
    model: Model, space: Space, respondent: Respondent, seed: int, most: int, view: View
) -> tuple[Brackets, Answer] | None:
    """Neighbouring values of a grid between which the answer changes, and what is said at the lower ones."""
    ordered = [one for one in space.schema if one.kind.ordered]
    rng = np.random.default_rng([seed, 3])
    rows = mixed_rows(space, max(8, ROWS * 8 // (8 + len(ordered))), seed)
    parts, names, values = [], [], []
    for one in ordered:
        part, grid = swept(one, space.pools[one.name], rng, rows)
        parts.append(part)
        names += [one.name] * len(grid)
        values += grid.tolist()
    batch = concat(space.schema, parts)
    answer = respondent.ask_legal(batch)
    left = np.flatnonzero(np.arange(batch.num_rows) % GRID != GRID - 1)
    changed = left[view(model, answer.take(left), answer.take(left + 1))]
    if not len(changed):
        return None
    chosen = np.sort(rng.choice(changed, size=min(most, len(changed)), replace=False))
    kinds = {one.name: one.kind for one in ordered}
    brackets = Brackets(
        batch.take(pa.array(chosen)),
        np.array([names[i] for i in chosen], dtype=object),
        [number_of(values[i], kinds[names[i]]) for i in chosen],
        [number_of(values[i + 1], kinds[names[i]]) for i in chosen],
    )
    return brackets, answer.take(chosen)


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


def _decided_otherwise(model: Model, first: Answer, second: Answer) -> Mask:
    """For each pair of rows whether a decision on their answers differs."""
    differs: Mask = np.zeros(first.rows, dtype=bool)
    both = first.answered & second.answered
    if both.any():
        for decision in model.decisions:
            bands = [band_of(decision, answer.outputs[decision.output]) for answer in (first, second)]
            differs |= both & (bands[0] != bands[1])
    return differs


def _alike(first: pa.Array, second: pa.Array) -> tuple[pa.Array, pa.Array]:
    """Two columns of one output, in one type."""
    if first.type == second.type:
        return first, second
    joined = stack([first, second])
    return joined.slice(0, len(first)), joined.slice(len(first))
