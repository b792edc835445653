"""The batches that a model's targets are asked, and the reference's answers to them, kept for all targets."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain

import numpy as np
import pyarrow as pa

from harness.answer import Answer
from harness.search.follow.guided import Guidance, guidance
from harness.search.lab import Respondent
from harness.search.rows.core import core, fill
from harness.search.rows.entries import entry_rows
from harness.search.rows.space import Effort, Space, batches

#: Rows of answers that are kept; more are asked again.
KEPT_ROWS = 1_000_000
#: A batch should take about this long, so that a slow form is not taken for a hanging one.
BATCH_S = 1.0
QUICK_S, LONG_S = 0.2, 3.0
CORE_S = 20.0
LEAST_BATCH, MOST_BATCH = 64, 8_192


@dataclass(slots=True)
class Questions:
    """Batches of one model with the reference's answers. ``recorded`` are the only rows that may be asked
    where one side answers from a recording."""

    space: Space
    reference: Respondent
    seed: int
    recorded: pa.RecordBatch | None = None
    _answers: dict[tuple[object, ...], tuple[pa.RecordBatch, Answer]] = field(
        default_factory=dict, init=False
    )
    _kept: int = field(default=0, init=False)
    _guidance: Guidance | None = field(default=None, init=False)

    def core(self, effort: Effort) -> Iterator[tuple[pa.RecordBatch, Answer]]:
        """The finite part: recorded rows alone, or every interesting value, pair, mixture and table entry."""
        if self.recorded is not None:
            asked: Iterator[pa.RecordBatch] = sliced(self.recorded, effort.batch)
        else:
            entries = entry_rows(self.space, self.seed, effort.entries)
            asked = chain(core(self.space, self.seed, effort), batches(self.space, entries, effort.batch))
        for number, batch in enumerate(asked):
            yield self._answered(("core", effort, number), batch)

    def fill(self, effort: Effort) -> Iterator[tuple[pa.RecordBatch, Answer]]:
        """Random rows without end (none where only recorded rows may be asked)."""
        if self.recorded is None:
            for number, batch in enumerate(fill(self.space, self.seed, effort.batch)):
                yield self._answered(("fill", effort.batch, number), batch)

    def rows(self, batch: pa.RecordBatch, effort: Effort) -> Iterator[tuple[pa.RecordBatch, Answer]]:
        """Given rows, in batches."""
        for number, part in enumerate(sliced(batch, effort.batch)):
            yield self._answered((id(batch), effort.batch, number), part)

    def guided(self, respondent: Respondent, seconds: float) -> Guidance:
        """Rows that meet the comparisons of a form; those of the reference serve for all its targets."""
        if respondent is not self.reference:
            return guidance(self.space, respondent, self.seed, seconds)
        if self._guidance is None:
            self._guidance = guidance(self.space, respondent, self.seed, seconds)
        return self._guidance

    def _answered(self, key: tuple[object, ...], batch: pa.RecordBatch) -> tuple[pa.RecordBatch, Answer]:
        if key not in self._answers:
            pair = (batch, self.reference.ask(batch))
            if self._kept + batch.num_rows > KEPT_ROWS:
                return pair
            self._kept += batch.num_rows
            self._answers[key] = pair
        return self._answers[key]


def sliced(batch: pa.RecordBatch, rows: int) -> Iterator[pa.RecordBatch]:
    """A batch in parts of at most so many rows."""
    for start in range(0, batch.num_rows, rows):
        yield batch.slice(start, rows)


def measure_effort(space: Space, respondents: tuple[Respondent, ...]) -> Effort:
    """How large batches, and how thorough a core, the slowest of some targets can do."""
    paces = [_pace(space, respondent) for respondent in respondents]
    rate = min(rate for rate, _ in paces)
    batch = int(np.clip(rate * BATCH_S, LEAST_BATCH, MOST_BATCH))
    return Effort(
        batch=batch, share=_share(space, rate), rate=rate, call_s=max(call_s for _, call_s in paces)
    )


def _pace(space: Space, respondent: Respondent) -> tuple[float, float]:
    """Rows a second, on the largest of some batches that is answered quickly, and the seconds that a single
    row takes. A call that takes long whatever its rows (a process that is started, a model that is read) is
    no reason for small batches."""
    singles = (space.backgrounds.slice(row, 1) for row in range(space.backgrounds.num_rows))
    plain = next((s for s in singles if respondent.ask(s).answered.all()), space.backgrounds.slice(0, 1))
    rate, before, call_s = 1.0, math.inf, 0.0
    for rows in (1, 32, 2_048):
        sample = plain.take(pa.array(np.zeros(rows, dtype=np.int64)))
        start = time.monotonic()
        respondent.ask(sample, isolate=False)
        elapsed = time.monotonic() - start
        rate = rows / max(elapsed, 1e-6)
        call_s = call_s or elapsed
        if elapsed > LONG_S or (elapsed > QUICK_S and elapsed > 2 * before):
            break
        before = elapsed
    return rate, call_s


def _share(space: Space, rate: float) -> float:
    """The share of the usual core that fits: one of a few, so that targets share their batches. All of it
    but for forms so slow that a person would think them hanging."""
    possible = rate * CORE_S / max(1, Effort().rows(space))
    return next((share for share in (1.0, 0.3, 0.1, 0.03) if possible >= share), 0.03)
