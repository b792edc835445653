"""Hold a target's answers against the reference's: which rows disagree, in what, which decisions flip."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from harness.answer import Answer
from harness.model import Decision, Model
from harness.protocols import Outcome
from harness.tolerance import KNIFE_EDGE, doubles

Mask = npt.NDArray[np.bool_]

_LOST = (Outcome.HUNG, Outcome.DIED)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Masks of shape ``(rows,)``.

    ``compared``: both outcomes are known. ``wrong``: by output, where the values differ beyond
    tolerance or a decision on it flips. ``flips`` and ``knife_edge``: by decision. ``raised``: one
    answers and the other raises; ``lost``: and the other hangs or dies. ``misaligned``: one gives another
    number of values.
    ``unanswerable``: the form's own types cannot say the row.
    """

    compared: Mask
    wrong: Mapping[str, Mask]
    flips: Mapping[str, Mask]
    knife_edge: Mapping[str, Mask]
    raised: Mask
    lost: Mask
    misaligned: Mask
    unanswerable: Mask

    @property
    def disagrees(self) -> Mask:
        """Which rows disagree in anything."""
        total = self.raised | self.lost | self.misaligned | self.unanswerable
        for mask in self.wrong.values():
            total = total | mask
        return total


def compare(model: Model, reference: Answer, candidate: Answer) -> Comparison:
    """Compare two answers to the same batch, elementwise, by each output's own rule."""
    r, c = reference.outcomes, candidate.outcomes
    compared = (r != Outcome.UNRESOLVED) & (c != Outcome.UNRESOLVED)
    both = reference.answered & candidate.answered
    odd = compared & (reference.answered != candidate.answered)
    misaligned = odd & ((r == Outcome.MISALIGNED) | (c == Outcome.MISALIGNED))
    unanswerable = odd & ((r == Outcome.UNANSWERABLE) | (c == Outcome.UNANSWERABLE))
    wrong: dict[str, Mask] = {}
    flips: dict[str, Mask] = {}
    knife_edge: dict[str, Mask] = {}
    for output in model.outputs:
        wrong[output.name] = np.zeros(len(both), dtype=bool)
        if both.any():
            values = reference.outputs[output.name], candidate.outputs[output.name]
            wrong[output.name] = both & ~output.tolerance.equal(*values)
    for decision in model.decisions:
        # a value beyond tolerance is no matter of rounding: its flip is never excused
        flip, knife = _flips(decision, reference, candidate, both, wrong[decision.output])
        flips[decision.name], knife_edge[decision.name] = flip, knife
        wrong[decision.output] = wrong[decision.output] | flip
    lost = odd & (np.isin(r, _LOST) | np.isin(c, _LOST))
    raised = odd & ~misaligned & ~unanswerable & ~lost
    return Comparison(compared, wrong, flips, knife_edge, raised, lost, misaligned, unanswerable)


def _flips(
    decision: Decision, reference: Answer, candidate: Answer, both: Mask, wrong: Mask
) -> tuple[Mask, Mask]:
    """Rows whose band differs, and those of them that lie within rounding of a cut in the reference although
    their values are equal by the output's own rule.

    A missing value is in no band: missing against a band is a flip.
    """
    none = np.zeros(len(both), dtype=bool)
    if not both.any():
        return none, none
    values = reference.outputs[decision.output], candidate.outputs[decision.output]
    r, c = (doubles(one) for one in values)
    cuts = np.asarray(decision.cuts, dtype=np.float64)
    flip = both & (band_of(decision, values[0]) != band_of(decision, values[1]))
    excused = np.ones(len(both), dtype=bool)  # every cut between the two values is as good as the reference
    with np.errstate(invalid="ignore"):
        for cut in cuts:
            near = np.abs(r - cut) <= KNIFE_EDGE * max(1.0, abs(cut))
            excused &= near | ((r >= cut) == (c >= cut))
    knife = flip & excused & ~wrong
    return flip & ~knife, knife


def band_of(decision: Decision, values: pa.Array) -> npt.NDArray[np.int64]:
    """The band of a decision that each value of its output is in, shape ``(rows,)``; -1 where missing."""
    numbers = doubles(values)
    band = np.searchsorted(np.asarray(decision.cuts, dtype=np.float64), numbers, side="right")
    return np.where(np.isnan(numbers), -1, band)
