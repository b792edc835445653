"""What a search has found so far: the disagreeing rows of each facet, and some that agree."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa

from harness.schema import Schema
from harness.search.lab import Facet, Judgement, Mask, Row

#: Disagreeing rows kept for each facet. Beyond it they are counted only.
KEPT = 40_000
KEPT_AGREEING = 256
KEPT_UNTRIED = 32
#: Whole batches kept for each facet, for what lies in the batch.
CONTEXTS = 3


@dataclass(slots=True)
class Evidence:
    """Collects judgements. ``rows`` counts the rows compared, ``disagreeing`` those of each facet."""

    schema: Schema
    facets: tuple[Facet, ...]
    rows: int = 0
    untried: int = 0
    disagreeing: dict[Facet, int] = field(default_factory=dict)
    knife_edge: dict[str, int] = field(default_factory=dict)
    answered: int = 0  # rows that the candidate answered
    expected: int = 0  # rows that the reference answered
    first_s: float | None = None  # when the first disagreement was seen, on the monotonic clock
    both_fail: int = 0  # rows that neither answers, which is equal
    constant: dict[str, Any] = field(default_factory=dict)  # the reference's one answer so far, by output
    _kept: dict[Facet, list[pa.RecordBatch]] = field(default_factory=dict)
    _agreeing: list[pa.RecordBatch] = field(default_factory=list)
    _untried: list[pa.RecordBatch] = field(default_factory=list)
    _contexts: dict[Facet, list[pa.RecordBatch]] = field(default_factory=dict)
    _varied: set[str] = field(default_factory=set)

    def add(self, judgement: Judgement) -> None:
        """Take in one judged batch."""
        comparison = judgement.comparison
        self.rows += int(comparison.compared.sum())
        untried = np.flatnonzero(~comparison.compared)
        self.untried += len(untried)
        if len(untried) and sum(b.num_rows for b in self._untried) < KEPT_UNTRIED:
            self._untried.append(judgement.batch.take(pa.array(untried[:8])))
        self.answered += int(judgement.candidate.answered.sum())
        self.expected += int(judgement.reference.answered.sum())
        self._note_sameness(judgement)
        for decision, mask in comparison.knife_edge.items():
            self.knife_edge[decision] = self.knife_edge.get(decision, 0) + int(mask.sum())
        for facet in self.facets:
            mask = facet.of(comparison)
            count = int(mask.sum())
            if count:
                self.first_s = self.first_s or time.monotonic()
                before = self.disagreeing.get(facet, 0)
                self.disagreeing[facet] = before + count
                if before < KEPT:
                    self._kept.setdefault(facet, []).append(
                        _unique_rows(judgement.batch.filter(pa.array(mask)))
                    )
        fine = np.flatnonzero(comparison.compared & ~comparison.disagrees)
        if len(fine) and sum(b.num_rows for b in self._agreeing) < KEPT_AGREEING:
            step = max(1, len(fine) // 32)
            self._agreeing.append(judgement.batch.take(pa.array(fine[::step][:32])))

    def _note_sameness(self, judgement: Judgement) -> None:
        """What makes an agreement worth little: rows that neither answers, an answer that never changes."""
        answered = judgement.reference.answered
        neither = judgement.comparison.compared & ~answered & ~judgement.candidate.answered
        self.both_fail += int(neither.sum())
        if not answered.any():
            return
        for name in judgement.reference.outputs:
            if name in self._varied:
                continue
            values = judgement.reference.outputs[name].filter(pa.array(answered)).unique().to_pylist()
            first = self.constant.setdefault(name, values[0])
            if len(values) > 1 or values[0] != first:
                self._varied.add(name)
                del self.constant[name]

    def only(self, mask: Callable[[pa.RecordBatch], Mask]) -> Evidence:
        """The same evidence with those disagreeing rows alone that a mask keeps."""
        part = Evidence(self.schema, self.facets, self.rows)
        part._agreeing, part._contexts = self._agreeing, self._contexts
        for facet, batches in self._kept.items():
            chosen = [batch.filter(pa.array(mask(batch))) for batch in batches]
            before, after = (sum(b.num_rows for b in bs) for bs in (batches, chosen))
            if after:
                part._kept[facet] = chosen
                part.disagreeing[facet] = max(1, round(self.disagreeing[facet] * after / before))
        return part

    def left_untried(self) -> pa.RecordBatch:
        """Some of the rows that were not compared because their batch failed."""
        return _join(self.schema, self._untried)

    def kept(self, facet: Facet) -> pa.RecordBatch:
        """The disagreeing rows of a facet that were kept."""
        return _join(self.schema, self._kept.get(facet, []))

    def contexts(self, facet: Facet) -> tuple[pa.RecordBatch, ...]:
        """The first whole batches in which a facet disagreed."""
        return tuple(self._contexts.get(facet, ()))

    def agreeing(self) -> pa.RecordBatch:
        """Some rows that agree in everything."""
        return _join(self.schema, self._agreeing)


def _join(schema: Schema, batches: list[pa.RecordBatch]) -> pa.RecordBatch:
    table = pa.Table.from_batches(batches, schema=schema.arrow).combine_chunks()
    found = table.to_batches()
    return found[0] if found else pa.RecordBatch.from_pylist([], schema=schema.arrow)


def _unique_rows(batch: pa.RecordBatch) -> pa.RecordBatch:
    """The rows without repetitions (doubles compared by value)."""
    table = pa.Table.from_batches([batch])
    keys = table.append_column("__row", pa.array(np.arange(batch.num_rows)))
    first = keys.group_by(batch.schema.names).aggregate([("__row", "min")])["__row_min"]
    return batch.take(pa.array(np.sort(first.to_numpy())))


def rows_of(batch: pa.RecordBatch) -> list[Row]:
    """A batch as a list of mappings from input name to value."""
    rows: list[Mapping[str, object]] = batch.to_pylist()
    return rows  # type: ignore[return-value]
