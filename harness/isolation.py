"""A batch that fails is taken apart: which rows are to blame?

Bisection finds them; what is learnt of them from one batch to the next spares trying the same failure over
and over: rules of one input (``stumps``), or, where rows fail for a reason of several, a tree (``trees``)
grown from rows that the worker itself has tried alone.
"""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from harness.protocols import Failure, Outcome, Session
from harness.stumps import Stump, learn, predict
from harness.trees import Tree, grow

#: Rows isolated for one kind of failure, before the rest that look alike are left untried.
ISOLATED_PER_FAILURE = 64
#: The same for hangs and deaths: each costs a time limit or a restart.
LOST_PER_FAILURE = 3
#: Kinds of messages of one class of error, after which a further one is no news.
MESSAGES = 8
REMEMBERED = 64
#: Tries of parts of one batch after which the worker is let to try so many rows alone, and seconds after
#: which that is given up for good.
SIFTED_AFTER = 40
SIFTED_ROWS, MOST_SIFTED = 128, 2_048  # the first time and at least, and at most
SIFT_S = 1.0  # that one lot may take
SIFTING_S = 8.0
GROWN_FROM = 8  # lots of rows that were sifted, of which a tree is grown
TRIED_ALONE = 24
SOUNDED = 24  # rows of a part by which it is seen whether a tree judges it rightly
FEW = 4
#: Batches that fail although their rows are answered alone, after which no more is made of a failing batch.
TOGETHER = 3
_LOST = (Outcome.HUNG, Outcome.DIED)


@dataclass(slots=True)
class Part:
    """Some rows of the batch that have been tried together, and what came of it."""

    rows: npt.NDArray[np.int64]
    outputs: Mapping[str, pa.Array] | None
    failure: Failure | None


@dataclass(frozen=True, slots=True)
class Together:
    """Rows that fail in one batch although each of them is answered alone, and how they fail."""

    batch: pa.RecordBatch
    failure: Failure


@dataclass(slots=True)
class Isolation:
    """What has been learnt of the rows on which one session fails: it spares trying the same failure over
    and over, batch after batch. ``limit`` is how many rows are tried alone for one kind of failure before
    others that look alike are left untried (None: all are tried)."""

    limit: int | None = ISOLATED_PER_FAILURE
    failing: list[pa.RecordBatch] = field(default_factory=list)
    fine: list[pa.RecordBatch] = field(default_factory=list)
    together: list[Together] = field(default_factory=list)
    seen: Counter[str] = field(default_factory=Counter)
    stumps: tuple[Stump, ...] = ()
    tree: Tree | None = None  # where no rule of one input tells
    tried_failing: list[pa.RecordBatch] = field(default_factory=list)
    tried_fine: list[pa.RecordBatch] = field(default_factory=list)
    sift_s: float = 0.0  # spent on letting the worker try rows alone
    sifted: int = 0  # rows that it tried so

    def add_failing(self, row: pa.RecordBatch, failure: Failure) -> None:
        """Remember a row that fails by itself."""
        self.failing.append(row)
        self.seen[signature(failure)] += 1

    def add_fine(self, rows: pa.RecordBatch) -> None:
        """Remember some of the rows that were answered."""
        step = max(1, rows.num_rows // REMEMBERED)
        self.fine.append(rows.take(pa.array(np.arange(0, rows.num_rows, step))))
        del self.fine[:-REMEMBERED]

    def add_together(self, batch: pa.RecordBatch, failure: Failure) -> None:
        """Remember rows that fail together although each of them is answered alone."""
        self.together.append(Together(batch, failure))
        self.together.sort(key=lambda each: each.batch.num_rows)

    def is_known(self, failure: Failure) -> bool:
        """Whether enough rows that fail so have been tried alone."""
        if failure.outcome in _LOST:
            return self.seen[signature(failure)] >= LOST_PER_FAILURE
        if self.limit is None:
            return False
        kind = f"{failure.outcome}:{failure.kind}:"
        alike = sum(count for known, count in self.seen.items() if known.startswith(kind))
        return self.seen[signature(failure)] >= self.limit or alike >= MESSAGES * self.limit

    @property
    def knows(self) -> bool:
        """Whether there is a rule by which rows fail."""
        return bool(self.stumps) or self.tree is not None

    def predict(self, batch: pa.RecordBatch) -> npt.NDArray[np.bool_]:
        """Which rows will fail, by all that is known."""
        return predict(self.stumps, batch) if self.tree is None else self.tree.predict(batch)

    def next_lot(self) -> int:
        """How many rows to let the worker try alone in one go."""
        if not self.sifted:
            return SIFTED_ROWS
        return int(np.clip(SIFT_S * self.sifted / max(self.sift_s, 1e-6), SIFTED_ROWS, MOST_SIFTED))

    def learn_from(self, failing: pa.RecordBatch, fine: pa.RecordBatch) -> None:
        """Take in rows that were tried alone, and grow the tree anew."""
        for kept, rows in ((self.tried_failing, failing), (self.tried_fine, fine)):
            if rows.num_rows:
                kept.append(rows)
                del kept[:-GROWN_FROM]
        if self.tried_failing and self.tried_fine:
            self.tree = grow(_stack_rows(self.tried_failing), _stack_rows(self.tried_fine))

    def learn(self) -> None:
        """Find the rules anew."""
        self.stumps = learn(_stack_rows(self.failing[-4 * REMEMBERED :]), _stack_rows(self.fine))


def _stack_rows(batches: list[pa.RecordBatch]) -> pa.RecordBatch:
    schema = batches[0].schema
    columns = [pa.concat_arrays([b.column(name) for b in batches]) for name in schema.names]
    return pa.RecordBatch.from_arrays(columns, schema=schema)


def signature(failure: Failure) -> str:
    """A failure without the values in its message, so that two rows' failures can be called alike: what is
    quoted, numbers, and what comes after a colon (``unknown branch: B17, B18``)."""
    words = re.sub(r"'[^']*'|\"[^\"]*\"|[-+]?\d[\d.e+-]*", "#", failure.message)
    return f"{failure.outcome}:{failure.kind}:{words.split(':')[0]}"


def isolated(session: Session, batch: pa.RecordBatch, whole: Part, memory: Isolation) -> list[Part]:
    """Bisect a failing batch. Rows are sorted by rules learnt from those already known to fail, so that rows
    that answer stand together and are answered in one call."""
    done: list[Part] = []
    failed = [whole]
    pending = _sorted_by_rule(batch, memory, [whole.rows]) if memory.knows else list(_halves(whole.rows))
    learn_after = sum(memory.seen.values()) + 4
    tries = 0
    while pending:
        tries += 1
        if tries > SIFTED_AFTER:
            rest = _sifted(session, batch, np.concatenate(pending), done, memory)
            if rest is not None:
                tries = 0
                pending = _sorted_by_rule(batch, memory, [rest])
                continue
        part = _try(session, batch, pending.pop())
        if part.failure is None or len(part.rows) == 1:
            _settle(batch, part, done, memory)
        elif len(memory.together) >= TOGETHER:
            done.append(Part(part.rows, None, _unresolved(part.failure)))
        elif len(part.rows) <= FEW:
            _each_alone(session, batch, part, done, memory)
        elif memory.is_known(part.failure) and _given_up(session, batch, part, memory):
            done.append(Part(part.rows, None, _unresolved(part.failure)))
        else:
            failed.append(part)
            pending.extend(_halves(part.rows))
        lost = done and done[-1].failure is not None and done[-1].failure.outcome in _LOST
        if pending and memory.fine and (lost or sum(memory.seen.values()) >= learn_after):
            learn_after = sum(memory.seen.values()) + max(4, learn_after // 2)
            memory.learn()
            pending = _sorted_by_rule(batch, memory, pending)
    if len(memory.together) < TOGETHER:
        _note_together(batch, failed, done, memory)
    return done


def _sifted(
    session: Session, batch: pa.RecordBatch, rows: npt.NDArray[np.int64], done: list[Part], memory: Isolation
) -> npt.NDArray[np.int64] | None:
    """Where no simple rule tells the failing rows, the worker itself is let to try some alone, which costs
    far less than a call a row; those that it answers are answered in one batch. The rows that are left, or
    None where that cannot be."""
    sift = getattr(session, "sift", None)
    if sift is None or memory.sift_s > SIFTING_S:
        return None
    start = time.monotonic()
    lot = memory.next_lot()
    part, rest = rows[:lot], rows[lot:]
    told = sift(batch.take(pa.array(part)))
    memory.sift_s += time.monotonic() - start
    memory.sifted += len(part)
    if told is None:
        memory.sift_s = SIFTING_S + 1  # a worker that is lost over a row is lost again
        return None
    for row, failure in zip(part, told, strict=True):
        if failure is not None:
            done.append(Part(np.array([row]), None, failure))
            memory.seen[signature(failure)] += 1
    fails = np.array([failure is not None for failure in told])
    memory.learn_from(batch.take(pa.array(part[fails])), batch.take(pa.array(part[~fails])))
    if (~fails).any():
        answered = _try(session, batch, part[~fails])
        if answered.failure is None:
            _settle(batch, answered, done, memory)
        else:
            memory.add_together(batch.take(pa.array(answered.rows)), answered.failure)
            done.append(Part(answered.rows, None, _unresolved(answered.failure)))
    return rest


def _settle(batch: pa.RecordBatch, part: Part, done: list[Part], memory: Isolation) -> None:
    """Keep what came of rows that need not be taken apart: answered ones, or a single one that fails."""
    done.append(part)
    rows = batch.take(pa.array(part.rows))
    if part.failure is None:
        memory.add_fine(rows)
    else:
        memory.add_failing(rows, part.failure)


def _each_alone(
    session: Session, batch: pa.RecordBatch, part: Part, done: list[Part], memory: Isolation
) -> None:
    """Try the few rows of a failing part one by one. If all are answered, it is their company that fails."""
    singles = [_try(session, batch, part.rows[i : i + 1]) for i in range(len(part.rows))]
    if all(single.failure is None for single in singles):
        assert part.failure is not None
        memory.add_together(batch.take(pa.array(part.rows)), part.failure)
    for single in singles:
        _settle(batch, single, done, memory)


def _given_up(session: Session, batch: pa.RecordBatch, part: Part, memory: Isolation) -> bool:
    """Whether a failing part looks like rows that were tried alone, so that no more is made of it."""
    if not _predicted(batch, memory, part):
        return False
    if not memory.fine:
        return not _some_answer(session, batch, part, memory)
    return not _misjudged(session, batch, part, memory)


def _misjudged(session: Session, batch: pa.RecordBatch, part: Part, memory: Isolation) -> bool:
    """Whether some of the rows that a tree says will fail are answered after all: what is learnt of few rows
    may be wrong of others."""
    sift = getattr(session, "sift", None)
    if memory.tree is None or sift is None or memory.sift_s > SIFTING_S:
        return False
    spread = np.unique(np.linspace(0, len(part.rows) - 1, SOUNDED).astype(int))
    rows = batch.take(pa.array(part.rows[spread]))
    start = time.monotonic()
    told = sift(rows)
    memory.sift_s += time.monotonic() - start
    if told is None:
        return False
    fine = np.array([failure is None for failure in told])
    if not fine.any():
        return False
    memory.learn_from(rows.filter(pa.array(~fine)), rows.filter(pa.array(fine)))
    return True


def _note_together(batch: pa.RecordBatch, failed: list[Part], done: list[Part], memory: Isolation) -> None:
    """The smallest part that failed although every row of it was answered in a smaller one."""
    blamed = np.zeros(batch.num_rows, dtype=bool)
    for part in done:
        if part.failure is not None:
            blamed[part.rows] = True
    innocent = [part for part in failed if not blamed[part.rows].any()]
    if innocent:
        smallest = min(innocent, key=lambda part: len(part.rows))
        assert smallest.failure is not None
        memory.add_together(batch.take(pa.array(smallest.rows)), smallest.failure)


def _try(session: Session, batch: pa.RecordBatch, rows: npt.NDArray[np.int64]) -> Part:
    reply = session.call(batch.take(pa.array(rows)))
    return Part(rows, reply.outputs, reply.failure)


def _some_answer(session: Session, batch: pa.RecordBatch, part: Part, memory: Isolation) -> bool:
    """Nothing has been answered yet: try some rows of a failing part alone before all are given up."""
    spread = np.unique(np.linspace(0, len(part.rows) - 1, TRIED_ALONE).astype(int))
    for row in part.rows[spread]:
        single = _try(session, batch, np.array([row]))
        if single.failure is None:
            memory.add_fine(batch.take(pa.array(single.rows)))
    return bool(memory.fine)


def _halves(rows: npt.NDArray[np.int64]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    middle = len(rows) // 2
    return rows[:middle], rows[middle:]


def _unresolved(like: Failure) -> Failure:
    return Failure(Outcome.UNRESOLVED, like.kind, like.message)


def _sorted_by_rule(
    batch: pa.RecordBatch, memory: Isolation, pending: list[npt.NDArray[np.int64]]
) -> list[npt.NDArray[np.int64]]:
    rest = np.concatenate(pending)
    failing = memory.predict(batch.take(pa.array(rest)))
    return [group for group in (rest[failing], rest[~failing]) if len(group)]


def _predicted(batch: pa.RecordBatch, memory: Isolation, part: Part) -> bool:
    if not memory.fine:
        return True
    assert part.failure is not None
    if part.failure.outcome in _LOST and memory.seen[signature(part.failure)] >= 4 * LOST_PER_FAILURE:
        return True
    return bool(memory.predict(batch.take(pa.array(part.rows))).all())
