"""A wrong answer is never timed: hold the answers to the very batch to be timed against the reference's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from harness.answer import Answer
from harness.comparison import Comparison, compare
from harness.model import Model
from harness.protocols import Failure, Outcome, Reply, Session
from harness.status import Status


@dataclass(frozen=True, slots=True)
class Parity:
    """Whether a target may be timed on a batch, and if not, why not."""

    status: Status
    reason: str | None = None


AGREES = Parity(Status.AGREES)


def answer_of(reply: Reply, rows: int) -> Answer:
    """A reply to a batch of ``rows`` rows as an answer: where the call failed, every row has its failure."""
    failure = reply.failure
    if failure is None:
        return Answer(rows, dict(reply.outputs or {}), np.zeros(rows, dtype=np.uint8), {}, reply.warnings)
    outcomes = np.full(rows, failure.outcome, dtype=np.uint8)
    return Answer(rows, {}, outcomes, dict.fromkeys(range(rows), failure), reply.warnings)


def check_reference(model: Model, session: Session, batch: pa.RecordBatch) -> tuple[Answer, Parity]:
    """Ask the reference twice: what the others are held against, and whether it can be."""
    first = answer_of(session.call(batch), batch.num_rows)
    failure = first.failures.get(0)
    if failure is not None:
        return first, Parity(
            Status.FAILED, f"the reference itself gives no answer to this batch: {_say(failure)}"
        )
    again = check(model, first, answer_of(session.call(batch), batch.num_rows))
    if again.status is Status.AGREES:
        return first, again
    return first, Parity(Status.FAILED, f"the reference does not repeat its own answer: {again.reason}")


def check(model: Model, reference: Answer, candidate: Answer) -> Parity:
    """Compare two answers to one batch, by each output's own tolerance and by the decisions."""
    comparison = compare(model, reference, candidate)
    wrong = comparison.disagrees
    if not wrong.any():
        return AGREES
    row = int(np.flatnonzero(wrong)[0])
    failure = candidate.failures.get(row)
    if failure is not None:
        return Parity(Status.DISAGREES, f"the reference answers, but the form does not: {_say(failure)}")
    share = f"{int(wrong.sum()):,} of {len(wrong):,} rows disagree"
    return Parity(Status.DISAGREES, f"{share}; {_example(comparison, reference, candidate, row)}")


def _say(failure: Failure) -> str:
    how = {Outcome.HUNG: "hung: ", Outcome.DIED: "died: "}.get(failure.outcome, "")
    where = "" if failure.row is None else f" (row {failure.row})"
    return f"{how}{failure}{where}"


def _example(comparison: Comparison, reference: Answer, candidate: Answer, row: int) -> str:
    outputs = [name for name, mask in comparison.wrong.items() if mask[row]]
    return f"row {row}: " + ", ".join(
        f"{name} is {_value(candidate.outputs, name, row)}, the reference says "
        f"{_value(reference.outputs, name, row)}"
        for name in outputs
    )


def _value(outputs: Mapping[str, pa.Array], name: str, row: int) -> str:
    value = outputs[name][row].as_py()
    return "missing" if value is None else repr(value)
