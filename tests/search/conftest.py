"""Examine a pair of functions as a verification would, without a process between."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from miniatures import respondent

from harness.model import Model
from harness.protocols import Clue
from harness.search.rows.backgrounds import make_space
from harness.search.rows.pools import build_pools
from harness.verify.examine import Examination
from harness.verify.options import Options
from harness.verify.questions import Questions
from harness.verify.verdict import TargetVerdict

Examine = Callable[..., TargetVerdict]


@pytest.fixture
def examine() -> Examine:
    def run(
        model: Model,
        reference: Callable[..., Any],
        candidate: Callable[..., Any],
        clues: Sequence[float | str] = (),
        fresh: Callable[[], Callable[..., Any]] | None = None,
    ) -> TargetVerdict:
        named = [Clue(value, "threshold", None) for value in clues]
        space = make_space(model.schema, build_pools(model.schema, named), None, 0)
        first = respondent(model, "r", lambda: reference)
        second = respondent(model, "python", fresh or (lambda: candidate))
        return Examination(model, Questions(space, first, 0), second, Options(budget_s=1.0), None, []).run()

    return run
