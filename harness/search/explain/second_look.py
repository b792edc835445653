"""A second look at what the rows alone were read to be: causes that only the answers, an intervention on the
inputs, or the running forms can tell.

A tie, an overflow, a division by zero; digits that are lost; an edge that a quantity made of inputs meets; a
cap that one form has alone.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from harness.causes import Cause
from harness.legal import legal_rows
from harness.schema import Kind, Schema
from harness.search.evidence import rows_of
from harness.search.explain.cluster import Cluster, Found, numbers_of, renamed
from harness.search.explain.named import named_apart
from harness.search.explain.signals import Told, meets_no_edge, shows, telling
from harness.search.explain.told import of_last_digits, told_by_answers
from harness.search.lab import Judgement, Lab
from harness.search.simple import from_number, neighbour

MAY_BE_TOLD = (
    Cause.INTERVAL_CLOSURE,
    Cause.INTERACTION,
    Cause.TABLE_VALUE,
    Cause.THRESHOLD,
    Cause.CATEGORY_ORDER,
    Cause.OUT_OF_RANGE,
    Cause.COEFFICIENT,
    Cause.DATE,
    Cause.UNEXPLAINED,
)
VAGUE = (Cause.INTERACTION, Cause.UNEXPLAINED, Cause.TABLE_VALUE, Cause.COEFFICIENT)
THIN = (Cause.INTERVAL_CLOSURE, Cause.THRESHOLD)
UNNAMED = (Cause.INTERACTION, Cause.UNEXPLAINED)
MAY_BE_SHOWN = (
    *VAGUE,
    Cause.INTERVAL_CLOSURE,
    Cause.THRESHOLD,
    Cause.OUT_OF_RANGE,
    Cause.DATE,
    Cause.MISSING_VALUE,
    Cause.SINGLE_PRECISION,
    Cause.ROUNDING,
)
LIKELY, CERTAIN = 0.4, 0.8  # differences in how often something shows on rows that disagree and that agree
CONVINCING = 6  # rows that all become equal by rounding their inputs, which is no chance
SIDES = ("reference", "candidate")


@dataclass(frozen=True, slots=True)
class SecondLook:
    """Looks again at clusters of one pair of targets. ``agreeing`` are some rows that agree."""

    lab: Lab
    schema: Schema
    agreeing: pa.RecordBatch

    def at(self, found: Found) -> Found:
        """Causes that only the answers to the example, or the running forms, can tell: a tie, an overflow, a
        division by zero, an edge that a quantity made of inputs meets."""
        cluster = found.cluster
        if cluster.facet.kind != "value" or cluster.batch:
            return found
        if cluster.cause in MAY_BE_TOLD:
            judged = self.lab.judge_rows([cluster.example])
            said = [judged.said(side, cluster.facet.output, 0) for side in ("reference", "candidate")]
            cause = told_by_answers(self.schema, cluster.example, *said)
            listed = any(region.values is not None for region in cluster.regions)
            if cause is not None and not (cause is Cause.ROUNDING and listed):
                return replace(found, cluster=replace(cluster, cause=cause))
            in_doubt = cluster.cause in VAGUE or (
                cluster.cause is Cause.THRESHOLD and self.lab.candidate.in_single()
            )
            seen = self._of_precision(found) if in_doubt else None
            if seen is not None:
                return seen
            apart = named_apart(self.lab, cluster, *said) if cluster.cause in UNNAMED else None
            if apart is not None:
                return replace(found, cluster=replace(cluster, cause=Cause.TABLE_VALUE, evidence=apart))
        if found.sample is None or cluster.cause not in MAY_BE_SHOWN:
            return found
        told = telling(self.lab, cluster.facet, found.sample, self.agreeing)
        if told is None or not self._believed(cluster, told, found.sample):
            return self._without_edge(found)
        words = cluster.evidence if told.cause is cluster.cause else told.words
        shown = replace(cluster, cause=told.cause, evidence=words, met=told.kind == "edge")
        return replace(found, cluster=shown)

    def _believed(self, cluster: Cluster, told: Told, sample: pa.RecordBatch) -> bool:
        """Whether what the running forms show outweighs what the rows themselves were read to be."""
        if told.kind == "capped":
            return cluster.cause in UNNAMED and told.gap >= LIKELY
        if cluster.cause in VAGUE:
            return told.gap >= LIKELY and told.cause is not cluster.cause
        if told.gap < CERTAIN:
            return False
        if told.kind == "half":
            return cluster.cause in THIN and not cluster.marked
        if cluster.cause in (Cause.ROUNDING, Cause.INTERVAL_CLOSURE) and told.kind == "edge":
            met = shows(self.lab.reference, sample, "edge")
            return met is not None and bool(met.all())
        if cluster.cause is Cause.SINGLE_PRECISION:  # double precision does not meet its edge by chance
            by_reference = told.by is self.lab.reference
            return told.cause is Cause.INTERVAL_CLOSURE and by_reference and bool(cluster.regions)
        if told.cause is Cause.ARITHMETIC:
            at_zero = cluster.cause is Cause.INTERVAL_CLOSURE and _at_zero(cluster)
            return at_zero or (cluster.cause is Cause.THRESHOLD and self._at_its_ends(cluster, told))
        return told.cause is Cause.TIE or (
            told.cause is Cause.INTEGER_OVERFLOW and cluster.cause is not Cause.MISSING_VALUE
        )

    def _at_its_ends(self, cluster: Cluster, told: Told) -> bool:
        """Whether what is telling begins and ends where the disagreement does: no row beside shows it."""
        if len(cluster.regions) != 1 or not cluster.regions[0].segments:
            return False
        (region,) = cluster.regions
        one = self.schema[region.name]
        ends = {
            neighbour(at, one.kind, way)
            for segment in region.segments
            for at, way in ((segment.low, -1), (segment.high, 1))
        }
        beside = self.schema.batch(
            {n: [v] * len(ends) for n, v in cluster.example.items()}
            | {one.name: [from_number(end, one.kind) for end in ends]}
        )
        beside = beside.filter(pa.array(legal_rows(beside, self.schema)))
        if not beside.num_rows:
            return False
        shown = shows(told.by, beside, told.kind)
        return shown is not None and not shown.any()

    def _of_precision(self, found: Found) -> Found | None:
        """With the cause that lies in how many digits numbers have, where it explains all rows."""
        if found.sample is None or not found.sample.num_rows:
            return None
        judged, output = self.lab.judge(found.sample), found.cluster.facet.output
        said = [[judged.said(side, output, row) for row in range(found.sample.num_rows)] for side in SIDES]
        if all(of_last_digits(*one) for one in zip(rows_of(found.sample), *said, strict=True)):
            cause = Cause.ARITHMETIC
            words = "the last digits of the largest input are lost in one of the sums"
        elif self._of_rounded_inputs(judged, output):
            cause = Cause.SINGLE_PRECISION
            words = "with its inputs rounded to single precision the reference answers as the candidate does"
        else:
            return None
        return replace(found, cluster=replace(found.cluster, cause=cause, evidence=words))

    def _of_rounded_inputs(self, judged: Judgement, output: str) -> bool:
        """Whether the reference, asked with numbers as single precision has them, says of every row what the
        candidate says of the numbers themselves."""
        rounded = in_single(judged.batch, self.schema)
        if rounded.equals(judged.batch) or not legal_rows(rounded, self.schema).all():
            return False
        if judged.batch.num_rows < CONVINCING and not self.lab.candidate.in_single():
            return False
        reference = self.lab.reference.ask(rounded)
        if not (reference.answered.all() and judged.candidate.answered.all()):
            return False
        tolerance = self.lab.model.output(output).tolerance
        return bool(tolerance.equal(reference.outputs[output], judged.candidate.outputs[output]).all())

    def _without_edge(self, found: Found) -> Found:
        """What looks like an interval's closed end at a number that no form names, and is none, because the
        reference meets no edge there: the two quantities, or edges, are not the same number."""
        cluster, sample = found.cluster, found.sample
        if cluster.cause is not Cause.INTERVAL_CLOSURE or cluster.marked or sample is None:
            return found
        if not meets_no_edge(self.lab.reference, sample):
            return found
        cause = Cause.SINGLE_PRECISION if self.lab.candidate.in_single() else Cause.THRESHOLD
        return renamed(found, cause, Cause.INTERVAL_CLOSURE)


def in_single(batch: pa.RecordBatch, schema: Schema) -> pa.RecordBatch:
    """The rows with every number as single precision has it."""
    arrays = []
    for one in schema:
        column = batch.column(one.name)
        if one.kind is Kind.FLOAT or (one.kind is Kind.INT and column.null_count == 0):
            single = np.asarray(column.to_numpy(zero_copy_only=False)).astype(np.float32)
            missing = column.is_null().to_numpy(zero_copy_only=False)
            column = pa.array(single.astype(np.float64), mask=missing).cast(one.arrow_type)
        elif one.kind is Kind.DATETIME:
            seconds = numbers_of(column)
            missing = np.isnan(seconds)
            whole = np.nan_to_num(seconds).astype(np.float32).astype(np.int64)
            column = pa.array(whole.astype("datetime64[s]"), mask=missing).cast(one.arrow_type)
        arrays.append(column)
    return pa.RecordBatch.from_arrays(arrays, schema=schema.arrow)


def _at_zero(cluster: Cluster) -> bool:
    """Whether a cluster is an input at zero: what is divided by it is no matter of an interval's end."""
    segments = [segment for region in cluster.regions for segment in region.segments]
    return bool(segments) and all(segment.low == segment.high == 0 for segment in segments)
