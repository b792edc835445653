"""Where a target's answer jumps, found by bisection along one input over many rows: needs no source.

A comparison such as ``100 * loan / value > 80`` has its boundary at another loan for every value. Rows on
both sides of it, adjacent doubles apart, show how each form counts the boundary itself.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
import pyarrow as pa

from harness.answer import Answer, stack
from harness.comparison import band_of
from harness.legal import legal_rows
from harness.model import Model
from harness.search.follow.brackets import Brackets, Mask, Rows, points_for, steps_of, sweep
from harness.search.lab import Respondent
from harness.search.rows.mixed import mixed_rows
from harness.search.rows.space import Effort, Space

ROWS = 160  # backgrounds
BRACKETS, LEAST = 1_600, 100  # jumps that are followed
JUMPS_S = 2.0  # that following them may take where each call is quick

View = Callable[[Model, Answer, Answer], Mask]


def boundary_rows(
    model: Model, space: Space, respondent: Respondent, seed: int, effort: Effort, seconds: float
) -> pa.RecordBatch | None:
    """Legal rows on both sides of each jump of an answer, and of each change of a decision on it; None where
    there is none. ``effort`` keeps slow forms to fewer jumps; after ``seconds`` the rows are those reached by
    then."""
    until = time.monotonic() + seconds
    views: list[View] = [_differ, _decided_otherwise] if model.decisions else [_differ]
    found = _jumps(model, space, respondent, seed, effort, views)
    if found is None:
        return None
    brackets, said, view_of = found

    def differs(rows: pa.RecordBatch, which: Rows) -> Mask:
        now = respondent.ask_legal(rows)
        before = said.take(which)
        seen = np.array([view(model, before, now) for view in views])
        mask: Mask = seen[view_of[which], np.arange(len(which))]
        return mask

    brackets.close(space.schema, differs, points_for(effort.call_s), until)
    rows = brackets.ends(space.schema)
    return rows.filter(pa.array(legal_rows(rows, space.schema)))


def _jumps(
    model: Model, space: Space, respondent: Respondent, seed: int, effort: Effort, views: list[View]
) -> tuple[Brackets, Answer, Rows] | None:
    """Neighbouring values of a grid between which a view of the answers changes, what is said at the lower
    ones, and in which view each changes."""
    ordered = [one.name for one in space.schema if one.kind.ordered]
    if not ordered:
        return None
    rng = np.random.default_rng([seed, 3])
    rows = mixed_rows(space, max(8, ROWS * 8 // (8 + len(ordered))), seed)
    swept = sweep(space.schema, space.pools, rng, dict.fromkeys(ordered, rows))
    answer = respondent.ask_legal(swept.rows)
    steps = swept.steps()
    points = points_for(effort.call_s)
    most = int(min(BRACKETS, max(LEAST, effort.rate * JUMPS_S / (points * steps_of(points)))))
    chosen = []
    for view in views:
        jumps = steps[view(model, answer.take(steps), answer.take(steps + 1))]
        chosen.append(np.sort(rng.choice(jumps, size=min(most, len(jumps)), replace=False)))
    lower = np.concatenate(chosen)
    if not len(lower):
        return None
    view_of = np.repeat(np.arange(len(views)), [len(one) for one in chosen])
    return swept.brackets(lower), answer.take(lower), view_of


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
