"""What a target gave for a batch, row by row: a raising row is an outcome, not a lost batch.

:func:`ask` runs a whole batch; where the form raises, dies, hangs or answers with the wrong number of values,
the rows to blame are isolated (``isolation``) and all others keep their answers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from harness.isolation import Isolation, Part, isolated
from harness.protocols import Failure, Outcome, Session
from harness.tolerance import doubles, is_number

#: The failure kind of a recording that does not hold a row.
NOT_RECORDED = "NotRecorded"


@dataclass(frozen=True, slots=True)
class Answer:
    """The outcome of each of ``rows`` rows.

    ``outputs`` hold one value a row, null where missing or not answered; ``outcomes`` has the
    :class:`Outcome` of each row (shape ``(rows,)``); ``failures`` says why a row was not answered.
    """

    rows: int
    outputs: Mapping[str, pa.Array]
    outcomes: npt.NDArray[np.uint8]
    failures: Mapping[int, Failure] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()

    @property
    def answered(self) -> npt.NDArray[np.bool_]:
        """Which rows were answered."""
        done: npt.NDArray[np.bool_] = self.outcomes == Outcome.ANSWERED
        return done

    def take(self, rows: npt.NDArray[np.int64]) -> Answer:
        """The answers of some rows, in the order given."""
        index = pa.array(rows)
        return Answer(
            len(rows),
            {name: column.take(index) for name, column in self.outputs.items()},
            self.outcomes[rows],
            {new: self.failures[int(old)] for new, old in enumerate(rows) if int(old) in self.failures},
        )


def joined(answers: Sequence[Answer]) -> Answer:
    """The answers to several batches as one, in order."""
    starts = np.cumsum([0, *(a.rows for a in answers)])
    count = int(starts[-1])
    parts = [
        Part(np.arange(start, start + a.rows), a.outputs or None, None)
        for start, a in zip(starts, answers, strict=False)
    ]
    names = next((list(p.outputs) for p in parts if p.outputs), [])
    failures = {
        int(s) + row: f for s, a in zip(starts, answers, strict=False) for row, f in a.failures.items()
    }
    outputs = {n: _scatter(count, n, [p for p in parts if p.outputs]) for n in names}
    return Answer(count, outputs, np.concatenate([a.outcomes for a in answers]), failures)


def ask(
    session: Session, batch: pa.RecordBatch, memory: Isolation | None = None, *, isolate: bool = True
) -> Answer:
    """Run a batch of n >= 1 rows and give the outcome of every row.

    ``memory`` carries what is learnt of failing rows from one batch to the next. With ``isolate=False`` a
    failing batch fails as a whole: every row gets its failure.
    """
    reply = session.call(batch)
    everything = np.arange(batch.num_rows)
    if reply.failure is None:
        outcomes = np.zeros(batch.num_rows, dtype=np.uint8)
        return Answer(batch.num_rows, dict(reply.outputs or {}), outcomes, {}, reply.warnings)
    first = Part(everything, None, reply.failure)
    if batch.num_rows == 1 or not isolate:
        return _merge(batch.num_rows, [first])
    return _merge(batch.num_rows, isolated(session, batch, first, memory or Isolation()))


def _merge(count: int, parts: list[Part]) -> Answer:
    outcomes = np.full(count, Outcome.UNRESOLVED, dtype=np.uint8)
    failures: dict[int, Failure] = {}
    for part in parts:
        outcomes[part.rows] = Outcome.ANSWERED if part.failure is None else _outcome(part.failure)
        if part.failure is not None:
            failures.update(dict.fromkeys(part.rows.tolist(), part.failure))
    answered = [p for p in parts if p.outputs is not None and p.failure is None]
    names = list(answered[0].outputs or {}) if answered else []
    return Answer(count, {n: _scatter(count, n, answered) for n in names}, outcomes, failures)


def _outcome(failure: Failure) -> Outcome:
    """A row that a recording does not hold was not tried at all: it is no answer to compare."""
    return Outcome.UNRESOLVED if failure.kind == NOT_RECORDED else failure.outcome


def _scatter(count: int, name: str, parts: list[Part]) -> pa.Array:
    """Put the parts' values of one output at their rows; null elsewhere."""
    columns = [(p.outputs or {})[name] for p in parts]
    stacked = stack(columns)
    rows = np.concatenate([p.rows for p in parts])
    where = np.full(count, -1, dtype=np.int64)
    where[rows] = np.arange(len(rows))
    return stacked.take(pa.array(where, mask=where < 0))


def stack(columns: list[pa.Array]) -> pa.Array:
    """Concatenate values of one output that came from several calls, whose types may differ."""
    kinds = {c.type for c in columns if c.null_count < len(c)} or {columns[0].type}
    if len(kinds) == 1:
        kind = kinds.pop()
        return pa.concat_arrays([c if c.type == kind else pa.nulls(len(c), kind) for c in columns])
    if all(is_number(kind) for kind in kinds):
        return pa.array(np.concatenate([doubles(c) for c in columns]), from_pandas=True)
    texts = [None if v is None else str(v) for c in columns for v in c.to_pylist()]
    return pa.array(texts, type=pa.string())
