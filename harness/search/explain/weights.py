"""Where no row agrees: on which inputs does the size of the difference depend?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from harness.causes import Cause
from harness.legal import holding_rows
from harness.search.explain.levels import permuted
from harness.search.lab import Facet, Lab, Row
from harness.search.rows.space import Space
from harness.tolerance import doubles

Floats = npt.NDArray[np.float64]

VALUES = 12  # tried of each input
NOISE = 1e-7  # relative change of a difference that counts as none


@dataclass(frozen=True, slots=True)
class Weights:
    """The inputs that move the difference, in words."""

    cause: Cause
    words: str
    inputs: tuple[str, ...]


_LINKS: tuple[tuple[str, Callable[[Floats], Floats]], ...] = (
    ("", lambda v: v),
    (" on the logit scale", lambda p: np.log(p) - np.log1p(-p)),
    (" on the log scale", np.log),
)


def weighted_inputs(lab: Lab, facet: Facet, space: Space, row: Row) -> Weights | None:
    """The inputs on which the difference depends, on the scale where they are the fewest; None where there
    are no two numbers to subtract."""
    if facet.kind != "value":
        return None
    tries = _one_at_a_time(space, row)
    judged = lab.judge_rows([row, *(changed for _, changed in tries)])
    usable = holding_rows(judged.batch, space.schema) & judged.reference.answered & judged.candidate.answered
    if not usable[0] or facet.output not in judged.candidate.outputs:
        return None
    reference, candidate = (a.outputs[facet.output] for a in (judged.reference, judged.candidate))
    if not all(_numeric(v.type) for v in (reference, candidate)):
        return None
    names = [name for name, _ in tries]
    moved = {
        scale: _moved(names, usable, link(doubles(reference)), link(doubles(candidate)))
        for scale, link in _quiet()
    }
    scale, inputs = min(
        ((s, m) for s, m in moved.items() if m is not None), key=lambda pair: len(pair[1]), default=("", None)
    )
    if inputs is None:
        return None
    if not inputs:
        return Weights(Cause.SCALE, f"the difference is the same in every row{scale}", ())
    if len(inputs) == 1 and permuted(lab, facet, row, space.schema[inputs[0]]):
        return Weights(Cause.CATEGORY_ORDER, f"the levels of {inputs[0]} are in another order", tuple(inputs))
    return Weights(Cause.COEFFICIENT, f"the difference depends on {', '.join(inputs)}{scale}", tuple(inputs))


def _numeric(kind: object) -> bool:
    return str(kind) in ("double", "int64", "bool", "float")


def _quiet() -> Sequence[tuple[str, Callable[[Floats], Floats]]]:
    def silent(link: Callable[[Floats], Floats]) -> Callable[[Floats], Floats]:
        def quiet(values: Floats) -> Floats:
            with np.errstate(all="ignore"):
                return link(values)

        return quiet

    return [(name, silent(link)) for name, link in _LINKS]


def _one_at_a_time(space: Space, row: Row) -> list[tuple[str, Row]]:
    tries: list[tuple[str, Row]] = []
    for name, pool in space.pools.items():
        values = [v for v in pool.main if v is not None and v != row[name]]
        step = max(1, len(values) // VALUES)
        tries += [(name, {**row, name: value}) for value in values[::step][:VALUES]]
    return tries


def _moved(names: list[str], usable: npt.NDArray[np.bool_], r: Floats, c: Floats) -> list[str] | None:
    """The inputs whose change moves the difference; None where the scale does not fit."""
    with np.errstate(invalid="ignore"):
        difference = c - r
    if not np.isfinite(difference[0]):
        return None
    fitting = usable & np.isfinite(difference)
    if fitting.sum() < 0.5 * usable.sum():
        return None
    noise = NOISE * np.maximum(np.abs(difference), np.abs(difference[0])) + 1e-12 * (np.abs(c) + np.abs(r))
    moves = fitting & (np.abs(difference - difference[0]) > noise)
    return list(dict.fromkeys(name for name, move in zip(names, moves[1:], strict=True) if move))
