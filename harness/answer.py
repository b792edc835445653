"""What a target gave for a batch, row by row: a raising row is an outcome, not a lost batch.

:func:`ask` runs a whole batch; where the form raises, dies, hangs or answers with the wrong number
of values, the rows to blame are isolated by bisection and all others keep their answers.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from harness.protocols import Failure, Outcome, Session
from harness.stumps import predict
from harness.tolerance import doubles, is_number

#: Rows isolated for one kind of failure in one batch, before the rest that look alike are left untried.
ISOLATED_PER_FAILURE = 48


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


@dataclass(slots=True)
class _Part:
    """Some rows of the batch that have been tried together, and what came of it."""

    rows: npt.NDArray[np.int64]
    outputs: Mapping[str, pa.Array] | None
    failure: Failure | None


def joined(answers: Sequence[Answer]) -> Answer:
    """The answers to several batches as one, in order."""
    starts = np.cumsum([0, *(a.rows for a in answers)])
    count = int(starts[-1])
    parts = [
        _Part(np.arange(start, start + a.rows), a.outputs or None, None)
        for start, a in zip(starts, answers, strict=False)
    ]
    names = next((list(p.outputs) for p in parts if p.outputs), [])
    failures = {
        int(s) + row: f for s, a in zip(starts, answers, strict=False) for row, f in a.failures.items()
    }
    outputs = {n: _scatter(count, n, [p for p in parts if p.outputs]) for n in names}
    return Answer(count, outputs, np.concatenate([a.outcomes for a in answers]), failures)


def ask(session: Session, batch: pa.RecordBatch, *, isolate: bool = True) -> Answer:
    """Run a batch of n >= 1 rows and give the outcome of every row.

    With ``isolate=False`` a failing batch fails as a whole: every row gets its failure.
    """
    reply = session.call(batch)
    everything = np.arange(batch.num_rows)
    if reply.failure is None:
        outcomes = np.zeros(batch.num_rows, dtype=np.uint8)
        return Answer(batch.num_rows, dict(reply.outputs or {}), outcomes, {}, reply.warnings)
    first = _Part(everything, None, reply.failure)
    if batch.num_rows == 1 or not isolate:
        return _merge(batch.num_rows, [first])
    return _merge(batch.num_rows, list(_isolate(session, batch, first)))


def signature(failure: Failure) -> str:
    """A failure without the values in its message, so that two rows' failures can be called alike."""
    return f"{failure.outcome}:{failure.kind}:" + re.sub(
        r"'[^']*'|\"[^\"]*\"|[-+]?\d[\d.e+-]*", "#", failure.message
    )


def _isolate(session: Session, batch: pa.RecordBatch, whole: _Part) -> Iterator[_Part]:
    """Bisect a failing batch. Once some failing rows are known, the rest is sorted by a rule learnt from
    them, so that rows that answer stand together and are answered in one call."""
    done: list[_Part] = []
    pending = list(_halves(whole.rows))
    isolated: Counter[str] = Counter()
    sorted_after = 4
    while pending:
        rows = pending.pop()
        part = _try(session, batch, rows)
        if part.failure is None or len(rows) == 1:
            done.append(part)
            if part.failure is not None:
                isolated[signature(part.failure)] += 1
                if sum(isolated.values()) >= sorted_after and pending:
                    sorted_after *= 3
                    pending = _sorted_by_rule(batch, done, pending)
        elif isolated[signature(part.failure)] >= ISOLATED_PER_FAILURE and _looks_failing(batch, done, rows):
            done.append(_Part(rows, None, _unresolved(part.failure)))
        else:
            pending.extend(_halves(rows))
    yield from done


def _try(session: Session, batch: pa.RecordBatch, rows: npt.NDArray[np.int64]) -> _Part:
    reply = session.call(batch.take(pa.array(rows)))
    return _Part(rows, reply.outputs, reply.failure)


def _halves(rows: npt.NDArray[np.int64]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    middle = len(rows) // 2
    return rows[:middle], rows[middle:]


def _unresolved(like: Failure) -> Failure:
    return Failure(Outcome.UNRESOLVED, like.kind, like.message)


def _known(done: Iterable[_Part]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    failing = [p.rows for p in done if p.failure is not None]
    fine = [p.rows for p in done if p.failure is None]
    empty = np.empty(0, dtype=np.int64)
    return np.concatenate([empty, *failing]), np.concatenate([empty, *fine])


def _sorted_by_rule(
    batch: pa.RecordBatch, done: list[_Part], pending: list[npt.NDArray[np.int64]]
) -> list[npt.NDArray[np.int64]]:
    rest = np.concatenate(pending)
    failing = predict(batch, *_known(done))[rest]
    groups = [rest[failing], rest[~failing]]
    return [g for g in groups if len(g)]


def _looks_failing(batch: pa.RecordBatch, done: list[_Part], rows: npt.NDArray[np.int64]) -> bool:
    return bool(predict(batch, *_known(done))[rows].all())


def _merge(count: int, parts: list[_Part]) -> Answer:
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


def _scatter(count: int, name: str, parts: list[_Part]) -> pa.Array:
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
