"""Disagreements that lie in the batch, not in a row: order, company of other rows, chance."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from harness.answer import Answer, joined
from harness.causes import Cause
from harness.comparison import compare
from harness.isolation import Isolation, Together
from harness.model import Model
from harness.search.evidence import rows_of
from harness.search.lab import Facet, Lab, Respondent, Row

Mask = npt.NDArray[np.bool_]

SOME = 256  # rows on which a target is held against itself
ALONE, LEAST_ALONE = 24, 6  # rows of them that are asked alone
ALONE_S = 2.0  # what that may take, save for the least of them
THOUSANDS = 5_000
SHAPES_S, LEAST_SHAPES = 1.5, 3  # what other shapes of batches may take, and how many are tried in any case


@dataclass(frozen=True, slots=True)
class Law:
    """How a target breaks a law of its own: ``rows`` is the smallest batch that was found."""

    cause: Cause
    words: str
    batch: pa.RecordBatch


def self_check(model: Model, respondent: Respondent, batch: pa.RecordBatch) -> Law | None:
    """Hold a target against itself: the same batch again, in a new process, in reverse, a row alone,
    the same rows in batches of other shapes.

    Judged by each output's own tolerance. None where every answer is the same.
    """
    remembered, respondent.failures = respondent.failures, Isolation()
    try:
        return _self_check(model, respondent, batch)
    finally:
        remembered.together += respondent.failures.together
        respondent.failures = remembered  # rows tried here were not compared with the other target's


def _self_check(model: Model, respondent: Respondent, batch: pa.RecordBatch) -> Law | None:
    rows = batch.slice(0, SOME)
    start = time.monotonic()
    first = respondent.ask(rows)
    call_s = time.monotonic() - start
    if _differs(model, first, respondent.ask(rows)).any():
        return Law(Cause.NONDETERMINISM, "the same batch asked twice gives two answers", rows.slice(0, 1))
    respondent.renew()
    if _differs(model, first, respondent.ask(rows)).any():
        return Law(
            Cause.NONDETERMINISM, "a new process gives another answer to the same batch", rows.slice(0, 1)
        )
    backwards = np.arange(rows.num_rows)[::-1].copy()
    reverse = respondent.ask(rows.take(pa.array(backwards))).take(backwards)
    odd = _differs(model, first, reverse)
    if odd.any():
        small = _smallest(model, respondent, rows, int(np.flatnonzero(odd)[0]))
        words = "the same rows in reverse order give other answers"
        return Law(_order_or_company(first, reverse), words, small)
    call_s = max(call_s, 1e-3)
    alone = int(np.clip(ALONE_S / call_s, LEAST_ALONE, ALONE))
    shapes = int(max(LEAST_SHAPES, SHAPES_S / call_s))
    return _alone(model, respondent, rows, first, alone) or _shaped(model, respondent, rows, first, shapes)


def _shaped(
    model: Model, respondent: Respondent, rows: pa.RecordBatch, first: Answer, most: int
) -> Law | None:
    """The same rows in batches of other shapes, at most so many of them."""
    for words, index in list(_shapes(model, rows))[:most]:
        given = respondent.ask(rows.take(pa.array(index)))
        odd = np.flatnonzero(_differs(model, first.take(index), given))
        if len(odd):
            small = _smallest(model, respondent, rows.take(pa.array(index)), int(odd[0]))
            return Law(Cause.BATCH_DEPENDENCE, f"a row gives another answer {words}", small)
    return None


def _shapes(model: Model, rows: pa.RecordBatch) -> Iterator[tuple[str, npt.NDArray[np.int64]]]:
    """Batches of the same rows (in words what they are, and the rows' numbers) on which a form may hang that
    takes something from the whole of a batch: a type, a level, a scale, the first row."""
    everything = np.arange(rows.num_rows)
    yield "among its equals", np.zeros(32, dtype=np.int64)
    yield "in a batch of thousands", np.tile(everything, -(-THOUSANDS // rows.num_rows))[:THOUSANDS]
    for one in model.schema:
        column = rows.column(one.name)
        absent = np.flatnonzero(column.is_null().to_numpy(zero_copy_only=False))
        if len(absent):
            yield f"where the first row has no {one.name}", np.concatenate([absent[:1], everything])
            yield f"where no row has a {one.name}", absent
    for one in model.schema:
        order = pc.sort_indices(rows.column(one.name)).to_numpy().astype(np.int64)
        yield f"among rows in the order of {one.name}", order
    for one in model.schema:
        same = np.flatnonzero(pc.fill_null(pc.equal(rows.column(one.name), rows.column(one.name)[0]), False))
        if len(same) > 1:
            yield f"among rows with one and the same {one.name}", same


def _order_or_company(first: Answer, second: Answer) -> Cause:
    """Whether two answers to the same rows hold the same values in another order."""
    same = all(
        sorted(map(repr, first.outputs[name].to_pylist()))
        == sorted(map(repr, second.outputs[name].to_pylist()))
        for name in first.outputs
        if name in second.outputs
    )
    return Cause.ROW_ALIGNMENT if same else Cause.BATCH_DEPENDENCE


def _alone(
    model: Model, respondent: Respondent, rows: pa.RecordBatch, first: Answer, most: int
) -> Law | None:
    """Some rows, about so many, each in a batch of its own."""
    step = max(1, rows.num_rows // most)
    for row in range(0, rows.num_rows, step):
        alone = respondent.ask(rows.slice(row, 1))
        if _differs(model, first.take(np.array([row])), alone).any():
            small = _smallest(model, respondent, rows, row)
            return Law(Cause.BATCH_DEPENDENCE, "a row alone gives another answer than among others", small)
    return None


def _differs(model: Model, first: Answer, second: Answer) -> Mask:
    comparison = compare(model, first, second)
    return comparison.disagrees & comparison.compared


def _smallest(model: Model, respondent: Respondent, rows: pa.RecordBatch, row: int) -> pa.RecordBatch:
    """The fewest companions with which a row is answered otherwise than alone."""
    alone = respondent.ask(rows.slice(row, 1))

    def odd(companions: Sequence[int]) -> bool:
        order = [*companions, row]
        among = respondent.ask(rows.take(pa.array(order))).take(np.array([len(order) - 1]))
        return bool(_differs(model, alone, among).any())

    others = [i for i in range(rows.num_rows) if i != row]
    if not odd(others):
        return rows.slice(row, 1)
    return rows.take(pa.array([*_reduce(others, odd), row]))


def _reduce(items: list[int], still: object) -> list[int]:
    """Delta debugging (Zeller and Hildebrandt, 2002): drop ever smaller parts for as long as it holds."""
    parts = 2
    while len(items) >= 2:
        size = -(-len(items) // parts)
        chunks = [items[i : i + size] for i in range(0, len(items), size)]
        smaller = next((c for c in chunks if still(c)), None)  # type: ignore[operator]
        rest = (
            [[i for i in items if i not in c] for c in chunks] if smaller is None and len(chunks) > 2 else []
        )
        smaller = smaller or next((r for r in rest if still(r)), None)  # type: ignore[operator]
        if smaller is not None:
            items, parts = smaller, max(2, parts - 1)
        elif parts >= len(items):
            break
        else:
            parts = min(len(items), parts * 2)
    return items


def alone(lab: Lab, facet: Facet, batch: pa.RecordBatch) -> Mask:
    """Which rows still disagree when each is asked in a batch of its own."""
    bad = np.zeros(batch.num_rows, dtype=bool)
    for row in range(batch.num_rows):
        bad[row] = facet.of(lab.judge(batch.slice(row, 1)).comparison)[0]
    return bad


def steady(
    respondent: Respondent, model: Model, batch: pa.RecordBatch, company: pa.RecordBatch
) -> pa.RecordBatch:
    """The rows that a target answers alone as it does in company: what the rest say is the batch's."""
    mine = np.arange(batch.num_rows)
    together = pa.Table.from_batches([batch, company]).combine_chunks().to_batches()[0]
    among = respondent.ask(together).take(mine)
    by_itself = joined([respondent.ask(batch.slice(row, 1)) for row in range(batch.num_rows)])
    return batch.filter(pa.array(~_differs(model, by_itself, among)))


def smallest_batch(lab: Lab, facet: Facet, batch: pa.RecordBatch) -> tuple[Row, ...]:
    """The fewest rows of a batch that still disagree together, or () if they no longer do."""

    def bad(rows: Sequence[int]) -> bool:
        return bool(facet.of(lab.judge(batch.take(pa.array(list(rows)))).comparison).any())

    everything = list(range(batch.num_rows))
    if not bad(everything):
        return ()
    return tuple(rows_of(batch.take(pa.array(_reduce(everything, bad)))))


def smallest_failing(respondent: Respondent, failing: Together) -> Together:
    """The fewest rows that still fail together."""

    def fails(rows: Sequence[int]) -> bool:
        return respondent.session.call(failing.batch.take(pa.array(list(rows)))).failure is not None

    everything = list(range(failing.batch.num_rows))
    if not fails(everything):
        return failing
    rows = failing.batch.take(pa.array(_reduce(everything, fails)))
    failure = respondent.session.call(rows).failure
    return failing if failure is None else Together(rows, failure)


def batch_cause(lab: Lab, facet: Facet, rows: Sequence[Row]) -> Cause:
    """Whether a disagreeing batch is answered in another order, or depends on its company."""
    if facet.kind == "misaligned":
        return Cause.ROW_ALIGNMENT
    judged = lab.judge_rows(rows)
    sides = [
        sorted(repr(judged.said(side, facet.output, row)) for row in range(len(rows)))
        for side in ("reference", "candidate")
    ]
    return Cause.ROW_ALIGNMENT if sides[0] == sides[1] else Cause.BATCH_DEPENDENCE
