"""For a user's own tests: assert that a target answers given rows as the reference does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from harness.model import Model
from harness.protocols import Limits
from harness.search.lab import Judgement, Lab, Respondent
from harness.target import target_of


def assert_agrees(
    model: Model, target: str, rows: Sequence[Mapping[str, Any]], limits: Limits | None = None
) -> None:
    """Raise AssertionError that shows the first disagreement where a target and the model's reference do not
    agree on rows (mappings from every input's name to a value; None is missing), asked as one batch.

    Raises MissingError or OpenError where either cannot be opened, TargetError for an unknown target.
    """
    limits = limits or Limits()
    reference = Respondent(model, target_of(model, model.reference), limits)
    candidate = Respondent(model, target_of(model, target), limits)
    with reference, candidate:
        judged = Lab(model, reference, candidate).judge_rows(rows)
    disagrees = np.flatnonzero(judged.comparison.disagrees)
    if len(disagrees):
        raise AssertionError(_message(model, judged, target, int(disagrees[0]), len(disagrees)))


def _message(model: Model, judged: Judgement, target: str, row: int, count: int) -> str:
    lines = [f"{count} of {judged.batch.num_rows} rows disagree; the first: {judged.batch.to_pylist()[row]}"]
    for output in model.outputs:
        said = [judged.said(side, output.name, row) for side in ("reference", "candidate")]
        lines.append(f"  {output.name}: {model.reference} {said[0]!r}, {target} {said[1]!r}")
    return "\n".join(lines)
