"""From disagreeing rows to clusters with one cause each: pin, walk, name, set aside, and look at the rest.

A cluster's rows are set aside by intervention: the inputs that carry its disagreement are given values
with which the forms agree. Rows that then agree are explained; rows that still disagree have another
cause as well, and stay. So a common cause never hides a rare one.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np
import pyarrow as pa

from harness.answer import Answer
from harness.causes import Cause
from harness.search.batchwise import alone, batch_cause, smallest_batch, steady
from harness.search.evidence import Evidence, rows_of
from harness.search.explain.cluster import Cluster, Found, neutralise, renamed, simplicity
from harness.search.explain.pin import pin
from harness.search.explain.reading import Reader
from harness.search.explain.relation import Floats, Relation, relate
from harness.search.explain.second_look import VAGUE, SecondLook
from harness.search.explain.weights import weighted_inputs
from harness.search.lab import Facet, Judgement, Lab, Row
from harness.search.rows.mixed import random_rows
from harness.search.rows.space import Space
from harness.tolerance import doubles

MOST_CLUSTERS = 24
CONFIRMED, LEAST_CONFIRMED = 48, 6  # rows of a facet that are asked alone
CONFIRM_S = 3.0  # what that may take, save for the least of them
SEEDS = 12  # rows tried when pinning one fails

ABSORBED = 20  # times as many rows has a cluster that takes the rows of another
SAMPLED = 24  # rows of a cluster that are looked at once more
COMPANY = 50  # random rows among which a row is asked, where answers depend on the batch


@dataclass(slots=True)
class Explainer:
    """Explains the disagreements of one target. ``deadline`` is in seconds of the monotonic clock."""

    lab: Lab
    space: Space
    evidence: Evidence
    deadline: float
    lawless: bool = False  # the target depends on the batch: rows are judged one by one
    thorough: bool = False  # rows that were not explained are listed as such (where others may be waived)
    notes: list[str] = field(default_factory=list)

    def facet(self, facet: Facet) -> list[Found]:
        """The clusters of one facet, each confirmed in fresh workers and batches of its own."""
        rows = self.evidence.kept(facet)
        if facet.kind == "lost":
            return self._lost(facet, rows)
        start = time.monotonic()
        self.lab.judge(rows.slice(0, 1))
        affordable = int(CONFIRM_S / max(1e-3, time.monotonic() - start))
        chosen = self._some(rows, max(LEAST_CONFIRMED, min(CONFIRMED, affordable)))
        reproduced = alone(self.lab, facet, chosen)
        found: list[Found] = []
        if not reproduced.all() and not self.lawless:
            found += self._batch(facet, chosen.filter(pa.array(~reproduced)))
        if reproduced.any():
            pending = rows if reproduced.all() else chosen.filter(pa.array(reproduced))
            if self.lawless:
                company = random_rows(self.space, COMPANY, seed=3)
                pending = steady(self.lab.candidate, self.lab.model, pending, company)
            if pending.num_rows:
                found += self._rows(facet, pending)
        return found

    def _lost(self, facet: Facet, rows: pa.RecordBatch) -> list[Found]:
        """Rows on which a form hangs or dies: each try costs a time limit, so only the plainest is tried."""
        words = f"{rows.num_rows} of the rows that were tried" if rows.num_rows > 1 else "one row"
        cluster = Cluster(facet, Cause.ERROR, words, self._simplest(rows), ())
        return [Found(cluster, rows.num_rows)]

    def _some(self, rows: pa.RecordBatch, count: int) -> pa.RecordBatch:
        """The simplest rows and some others, spread over all that were kept."""
        if rows.num_rows <= count:
            return rows
        order = np.argsort(simplicity(self.space.schema, rows, self.space.plain), kind="stable")
        spread = np.linspace(0, rows.num_rows - 1, count // 2).astype(int)
        return rows.take(pa.array(np.unique(np.concatenate([order[: count // 2], spread]))))

    def _batch(self, facet: Facet, rows: pa.RecordBatch) -> list[Found]:
        """Rows that disagree among others but not alone: the smallest batch, or chance."""
        for context in self.evidence.contexts(facet):
            small = smallest_batch(self.lab, facet, context)
            if small:
                cause = batch_cause(self.lab, facet, small)
                words = f"{len(small)} rows together, none of them alone"
                cluster = Cluster(facet, cause, words, small[0], (), batch=small)
                return [Found(cluster, rows.num_rows)]
        words = "seen once, and not again in a fresh worker"
        example = rows_of(rows.slice(0, 1))[0]
        cluster = Cluster(facet, Cause.NONDETERMINISM, words, example, (), batch=(example,))
        return [Found(cluster, rows.num_rows)]

    def _rows(self, facet: Facet, rows: pa.RecordBatch) -> list[Found]:
        found: list[Found] = []
        relation = self._relation(facet, rows)
        pending = rows
        if relation is not None:
            cluster, pending = relation
            found.append(Found(cluster, rows.num_rows - pending.num_rows))
            pending = self._still(facet, pending)
        while pending.num_rows and len(found) < MOST_CLUSTERS:
            clusters = list(self._next(facet, pending))
            before = pending.num_rows
            for cluster in clusters:
                pending, explained = self._set_aside(facet, pending, cluster)
                found.append(Found(cluster, explained.num_rows, self._some(explained, SAMPLED)))
            if pending.num_rows == before and not any(c.neutral for c in clusters):
                break
            if time.monotonic() > self.deadline:
                self._give_up(facet, pending, found)
                break
        self.lab.adjust = None
        kept = [f for f in _one_precision(found) if f.rows or f.cluster.batch]
        # once more: the running forms may have told what the rows did not
        agreeing = self._some(self.evidence.agreeing(), 2 * SAMPLED)
        look = SecondLook(self.lab, self.space.schema, agreeing)
        return _one_precision([look.at(f) for f in self._absorbed(facet, kept)])

    def _still(self, facet: Facet, pending: pa.RecordBatch) -> pa.RecordBatch:
        """The rows that disagree even with the reference's answer brought over by the known relation."""
        if not pending.num_rows:
            return pending
        return pending.filter(pa.array(facet.of(self.lab.judge(pending).comparison)))

    def _absorbed(self, facet: Facet, found: list[Found]) -> list[Found]:
        """Without the few rows that were read as a region of several inputs before a larger cluster was found
        that explains them: they agree as soon as the one input that carries it is given another value."""
        kept: list[Found] = []
        found = self._without_same_leaf(facet, found) if self.space.forests else found
        carriers = [f for f in found if f.cluster.neutral and len(f.cluster.regions) == 1]
        for one in found:
            larger = [c for c in carriers if c is not one and c.rows > ABSORBED * one.rows]
            if one.cluster.cause not in VAGUE or not any(self._carries(facet, c, one) for c in larger):
                kept.append(one)
        return kept

    def _without_same_leaf(self, facet: Facet, found: list[Found]) -> list[Found]:
        """Without rows that reach by a missing value the very leaf that others reach: the leaf is what
        differs, not how a missing value is led."""
        leaves = {
            pair for one in found if one.cluster.cause is Cause.TABLE_VALUE for pair in self._said(facet, one)
        }
        return [
            one
            for one in found
            if one.cluster.cause is not Cause.MISSING_VALUE or not leaves.issuperset(self._said(facet, one))
        ]

    def _said(self, facet: Facet, found: Found) -> set[tuple[str, str]]:
        """What the two forms say of some rows of a cluster, pair by pair."""
        if found.sample is None or not found.sample.num_rows:
            return {("", "")}
        judged = self.lab.judge(found.sample)
        rows = range(found.sample.num_rows)
        sides = ("reference", "candidate")
        return {(*(repr(judged.said(side, facet.output, row)) for side in sides),) for row in rows}  # type: ignore[misc]

    def _carries(self, facet: Facet, larger: Found, smaller: Found) -> bool:
        """Whether the rows of a cluster belong to another: they lie in it, or beside where it fades out."""
        rows, cluster = smaller.sample, larger.cluster
        if rows is None or not rows.num_rows:
            return False
        fades = cluster.cause in (Cause.OUT_OF_RANGE, Cause.COEFFICIENT)
        if not fades and not cluster.holds(rows).all():
            return False
        eased = neutralise(self.space.schema, rows, cluster.neutral)
        judged = self.lab.judge(eased).comparison
        return bool((judged.compared & ~facet.of(judged)).all())

    def _give_up(self, facet: Facet, pending: pa.RecordBatch, found: list[Found]) -> None:
        if pending.num_rows:
            self.notes.append(
                f"{pending.num_rows} disagreeing rows ({facet.kind} of {facet.output}) were not explained "
                "within the budget; a larger --budget goes on"
            )
            if self.thorough or not found:
                found.append(Found(self._unexplained(facet, pending), pending.num_rows))

    def _next(self, facet: Facet, pending: pa.RecordBatch) -> Iterator[Cluster]:
        """The clusters that the simplest pending rows lead to."""
        order = np.argsort(simplicity(self.space.schema, pending, self.space.plain), kind="stable")
        backgrounds = self._backgrounds()
        for row in rows_of(pending.take(pa.array(order[:SEEDS]))):
            pinned = pin(self.lab, facet, row, backgrounds)
            if pinned is not None:
                clusters = Reader(self.lab, self.space).read(facet, pinned)
                if clusters:
                    yield from clusters
                    return
        yield self._weights(facet, pending) or self._unexplained(facet, pending)

    def _weights(self, facet: Facet, pending: pa.RecordBatch) -> Cluster | None:
        """No row agrees: the inputs on which the size of the difference depends."""
        example = self._simplest(pending)
        found = weighted_inputs(self.lab, facet, self.space, example)
        return None if found is None else Cluster(facet, found.cause, found.words, example, ())

    def _simplest(self, pending: pa.RecordBatch) -> Row:
        order = np.argsort(simplicity(self.space.schema, pending, self.space.plain), kind="stable")
        return rows_of(pending.take(pa.array(order[:1])))[0]

    def _backgrounds(self) -> list[Row]:
        agreeing = self.evidence.agreeing()
        order = np.argsort(simplicity(self.space.schema, agreeing, self.space.plain), kind="stable")
        return [*rows_of(self.space.backgrounds), *rows_of(agreeing.take(pa.array(order[:8])))]

    def _unexplained(self, facet: Facet, pending: pa.RecordBatch) -> Cluster:
        words = "no row was found on which the forms agree"
        return Cluster(facet, Cause.UNEXPLAINED, words, self._simplest(pending), ())

    def _set_aside(
        self, facet: Facet, pending: pa.RecordBatch, cluster: Cluster
    ) -> tuple[pa.RecordBatch, pa.RecordBatch]:
        """The rows that stay pending, and those that are explained: the cluster's rows that agree once they
        are neutralised. Its others stay, neutralised."""
        inside = cluster.holds(pending)
        mine = pending.filter(pa.array(inside))
        if not mine.num_rows or not cluster.neutral:
            return pending.filter(pa.array(~inside)), mine
        eased = neutralise(self.space.schema, mine, cluster.neutral)
        judged = self.lab.judge(eased)
        still = facet.of(judged.comparison)
        outside = pending.filter(pa.array(~inside))
        stacked = pa.Table.from_batches([outside, eased.filter(pa.array(still))]).combine_chunks()
        left = stacked.to_batches()
        rest = left[0] if left else outside
        return rest, mine.filter(pa.array(~still))

    def _relation(self, facet: Facet, rows: pa.RecordBatch) -> tuple[Cluster, pa.RecordBatch] | None:
        """A relation between the two answers that explains nearly everything, and the rows it leaves."""
        if facet.kind != "value" or self.lab.model.output(facet.output).kind.textual:
            return None
        sample = pa.Table.from_batches([self._some(rows, 1_000), self.evidence.agreeing()])
        judged = self.lab.judge(sample.combine_chunks().to_batches()[0])
        relation = relate(*_numbers(judged, facet), facet.of(judged.comparison))
        if relation is None:
            return None
        example = rows_of(self._some(rows, 2).slice(0, 1))[0]
        cluster = Cluster(facet, relation.cause, relation.words, example, ())
        left = self._left_by(facet, relation, rows)
        if relation.cause is Cause.SCALE:
            self.lab.adjust = lambda answer: _brought_over(answer, facet.output, relation)
        return cluster, left

    def _left_by(self, facet: Facet, relation: Relation, rows: pa.RecordBatch) -> pa.RecordBatch:
        judged = self.lab.judge(rows)
        reference, candidate = _numbers(judged, facet)
        with np.errstate(all="ignore"):
            predicted = relation.apply(reference)
            loose = 2.0**-13 if relation.cause is Cause.SINGLE_PRECISION else 1e-6
            close = np.abs(predicted - candidate) <= 1e-9 + loose * np.abs(candidate)
        return rows.filter(pa.array(~close & facet.of(judged.comparison)))


def _brought_over(answer: Answer, output: str, relation: Relation) -> Answer:
    """The reference's answer as the known relation says the candidate should give it."""
    if output not in answer.outputs:
        return answer
    with np.errstate(all="ignore"):
        values = relation.apply(doubles(answer.outputs[output]))
    return replace(answer, outputs={**answer.outputs, output: pa.array(values, from_pandas=True)})


def _one_precision(found: list[Found]) -> list[Found]:
    """Thin disagreements are taken for one fault: where some show single precision, or rounding, those on
    quantities that no form names by number come of it as well; but where more of them are wider than single
    precision can be, the edges themselves differ."""
    single = sum(f.rows for f in found if f.cluster.cause is Cause.SINGLE_PRECISION and f.cluster.regions)
    wide = sum(f.rows for f in found if f.cluster.cause is Cause.THRESHOLD and _wide(f.cluster))
    if wide > single > 0:
        return [
            renamed(f, Cause.THRESHOLD, Cause.SINGLE_PRECISION) if f.cluster.regions else f for f in found
        ]
    thin = (Cause.INTERVAL_CLOSURE, Cause.THRESHOLD)
    for cause in (Cause.SINGLE_PRECISION, Cause.ROUNDING):
        if any(f.cluster.cause is cause for f in found):
            # an edge that is met exactly is no matter of rounding, but may be one of single precision
            fixed = [f.cluster.marked or (f.cluster.met and cause is Cause.ROUNDING) for f in found]
            return [f if kept else renamed(f, cause, *thin) for f, kept in zip(found, fixed, strict=True)]
    return found


def _wide(cluster: Cluster) -> bool:
    """Whether some segment is wider than a few neighbours in single precision."""
    ends = [(float(one.low), float(one.high)) for region in cluster.regions for one in region.segments]
    return any(high - low > 4 * float(np.spacing(np.float32(max(abs(low), abs(high))))) for low, high in ends)


def _numbers(judged: Judgement, facet: Facet) -> tuple[Floats, Floats]:
    return _column(judged.reference, facet.output), _column(judged.candidate, facet.output)


def _column(answer: Answer, output: str) -> Floats:
    if output not in answer.outputs:
        return np.full(answer.rows, np.nan)
    return doubles(answer.outputs[output])
