"""Whether a target can be held against another at all."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from harness.isolation import Together
from harness.protocols import Outcome
from harness.search.batchwise import smallest_failing
from harness.search.lab import Respondent
from harness.search.rows.space import Space

SEVERAL = 16  # times that one row is asked in one batch


def silence(respondent: Respondent, space: Space) -> str | None:
    """The failure, in words, of a target that answers none of a few plain rows because it hangs, or gives
    another number of values whatever it is asked. Raises OpenError where a fresh worker cannot start."""
    first: str | None = None
    for row in range(min(2, space.backgrounds.num_rows)):
        answer = respondent.ask(space.backgrounds.slice(row, 1))
        if answer.outcomes[0] not in (Outcome.HUNG, Outcome.MISALIGNED):
            # what is answered alone should be answered several times in one batch as well
            respondent.ask(space.backgrounds.take(pa.array(np.full(SEVERAL, row))))
            return None
        first = first or str(answer.failures[0])
    return first


def together(respondent: Respondent) -> Together | None:
    """The smallest batch on which a target fails although it answers each of its rows alone, or None."""
    known = respondent.failures.together
    return smallest_failing(respondent, known[0]) if known else None


def reference_in_batches(reference: Respondent, broken: Together) -> str:
    """Why a reference that fails on batches cannot serve."""
    rows = broken.batch.num_rows
    return (
        f"the reference {reference.target} answers each of {rows} rows alone, but not in one batch: "
        f"{broken.failure}; let it answer as many values as its frame has rows"
    )
