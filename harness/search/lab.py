"""The pair under test: put rows to the reference and to one target, and see in what they disagree."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from harness import registry
from harness.additive import Additive, Unproved
from harness.answer import Answer, ask, joined
from harness.comparison import Comparison, compare
from harness.forest import Forest
from harness.isolation import Isolation
from harness.legal import holding_rows
from harness.model import Model
from harness.protocols import Clue, Entry, Failure, Limits, Outcome, Reply, Session, WatchSession
from harness.schema import Scalar
from harness.target import Target, open_target, watch_target

Row = Mapping[str, Scalar | None]
Mask = npt.NDArray[np.bool_]


SLOW_TO_OPEN_S = 8.0  # a form that takes longer is not opened once more to be watched
LEAST_PATIENCE_S = 1.0
PATIENCE = 20  # times the slowest call that was answered


@dataclass(slots=True)
class Patient:
    """A session that, once a call has hung, waits for others no longer than their usual time warrants."""

    session: Session
    slowest_s: float = 0.0
    calls: int = 0

    def call(self, batch: pa.RecordBatch) -> Reply:
        """As the session's own."""
        start = time.monotonic()
        self.calls += 1
        reply = self.session.call(batch)
        if reply.failure is None:
            self.slowest_s = max(self.slowest_s, time.monotonic() - start)
        elif reply.failure.outcome is Outcome.HUNG and hasattr(self.session, "call_s"):
            self.session.call_s = min(self.session.call_s, max(LEAST_PATIENCE_S, PATIENCE * self.slowest_s))
        return reply

    def sift(self, batch: pa.RecordBatch) -> list[Failure | None] | None:
        """As the session's own; None where it has none."""
        sift = getattr(self.session, "sift", None)
        self.calls += 1
        found: list[Failure | None] | None = None if sift is None else sift(batch)
        return found

    def rows(self) -> pa.RecordBatch | None:
        """The rows of a recording, or None for what can be asked anything."""
        rows = getattr(self.session, "rows", None)
        return None if rows is None else rows()

    def printed(self) -> str:
        """As the session's own."""
        return self.session.printed()

    def close(self) -> None:
        """As the session's own."""
        self.session.close()


@dataclass(slots=True)
class Respondent:
    """A target that answers: its session is opened when first asked, and can be replaced by a fresh one."""

    model: Model
    target: Target
    limits: Limits
    _session: Session | None = None
    failures: Isolation = field(default_factory=Isolation)
    _watch: WatchSession | None = None
    _watchable: bool = True
    _clues: tuple[Clue, ...] | None = None
    _forests: tuple[Forest, ...] | None = None
    _additive: Additive | Unproved | None = None
    _opened_in_s: float = 0.0
    _earlier_calls: int = 0  # of sessions that were replaced

    @property
    def calls(self) -> int:
        """How often the form has been called, not counting when it was watched."""
        now = self._session.calls if isinstance(self._session, Patient) else 0
        return self._earlier_calls + now

    @property
    def session(self) -> Session:
        """The open session. Raises MissingError or OpenError."""
        if self._session is None:
            start = time.monotonic()
            self._session = Patient(open_target(self.model, self.target, self.limits))
            self._opened_in_s = time.monotonic() - start
        return self._session

    def clues(self) -> tuple[Clue, ...]:
        """What the form shows of itself; nothing of its live objects where it is not open."""
        if self._clues is None:
            opened = self._session.session if isinstance(self._session, Patient) else None
            self._clues = registry.find("runtimes", self.target.form.runtime).clues(
                self.model, self.target.form, opened
            )
        found: tuple[Clue, ...] = self._clues or ()
        return found

    def in_single(self) -> bool:
        """Whether the form's file speaks of single precision; False where its runtime cannot tell."""
        single = getattr(registry.find("runtimes", self.target.form.runtime), "in_single", None)
        return single is not None and bool(single(self.target.form))

    def entries(self) -> tuple[Entry, ...]:
        """The entries of tables that the form shows; none where its runtime cannot tell, or is not open."""
        entries = getattr(registry.find("runtimes", self.target.form.runtime), "entries", None)
        opened = self._session.session if isinstance(self._session, Patient) else None
        return () if entries is None else tuple(entries(opened))

    def forests(self) -> tuple[Forest, ...]:
        """The trees that the form shows; none where its runtime cannot tell, or the form is not open."""
        if self._forests is None:
            forests = getattr(registry.find("runtimes", self.target.form.runtime), "forests", None)
            opened = self._session.session if isinstance(self._session, Patient) else None
            self._forests = () if forests is None else tuple(forests(self.model, self.target.form, opened))
        return self._forests

    def additive(self) -> Additive | Unproved:
        """Whether the form is proved to be a sum of step functions; not where its runtime cannot tell."""
        if self._additive is None:
            form = self.target.form
            prove = getattr(registry.find("runtimes", form.runtime), "additive", None)
            opened = self._session.session if isinstance(self._session, Patient) else None
            unread = Unproved(form.name, f"forms of {form.runtime} are not read")
            self._additive = unread if prove is None else prove(self.model, form, opened)
        return self._additive

    def watched(self) -> WatchSession | None:
        """The form once more, opened so that its comparisons are seen; None where they cannot be."""
        if self._watch is None and self._watchable and self._opened_in_s < SLOW_TO_OPEN_S:
            self._watch = watch_target(self.model, self.target, self.limits)
            self._watchable = self._watch is not None
        return self._watch

    @property
    def recorded(self) -> pa.RecordBatch | None:
        """The only rows that can be asked, where the target answers from a recording."""
        session = self.session
        return session.rows() if isinstance(session, Patient) else None

    def ask(self, batch: pa.RecordBatch, *, isolate: bool = True) -> Answer:
        """The outcome of every row of a batch."""
        return ask(self.session, batch, self.failures, isolate=isolate)

    def ask_legal(self, batch: pa.RecordBatch) -> Answer:
        """As :meth:`ask`, but rows that break a constraint are not asked, and stay unresolved."""
        legal = holding_rows(batch, self.model.schema)
        if legal.all():
            return self.ask(batch)
        rows = np.flatnonzero(legal)
        outcomes = np.full(batch.num_rows, Outcome.UNRESOLVED, dtype=np.uint8)
        if not len(rows):
            return Answer(batch.num_rows, {}, outcomes)
        answer = self.ask(batch.take(pa.array(rows)))
        outcomes[rows] = answer.outcomes
        whence = np.full(batch.num_rows, -1, dtype=np.int64)
        whence[rows] = np.arange(len(rows))
        index = pa.array(whence, mask=whence < 0)
        outputs = {name: column.take(index) for name, column in answer.outputs.items()}
        failures = {int(rows[row]): failure for row, failure in answer.failures.items()}
        return Answer(batch.num_rows, outputs, outcomes, failures)

    def renew(self) -> None:
        """Replace the session by a fresh one, so that nothing an earlier batch left behind is there."""
        if self._session is not None:
            self._earlier_calls = self.calls
            self._session.close()
            self._session = None

    def close(self) -> None:
        """End the sessions."""
        self.renew()
        if self._watch is not None:
            self._watch.close()
            self._watch = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


@dataclass(frozen=True, slots=True)
class Facet:
    """In what two answers can disagree: a value of one output, or how the row came out at all."""

    kind: str  # "value" | "raised" | "lost" | "misaligned" | "unanswerable"
    output: str

    def of(self, comparison: Comparison) -> Mask:
        """The rows that disagree in this."""
        if self.kind == "value":
            return comparison.wrong[self.output]
        mask: Mask = getattr(comparison, self.kind)
        return mask


def facets(model: Model) -> tuple[Facet, ...]:
    """Everything a model's answers can disagree in. How a row came out is said of the first output."""
    first = model.outputs[0].name
    values = tuple(Facet("value", output.name) for output in model.outputs)
    return (*values, *(Facet(kind, first) for kind in ("raised", "lost", "misaligned", "unanswerable")))


@dataclass(frozen=True, slots=True)
class Judgement:
    """A batch with both answers and how they compare."""

    batch: pa.RecordBatch
    reference: Answer
    candidate: Answer
    comparison: Comparison

    def said(self, side: str, output: str, row: int) -> Any:
        """What one side said of a row, as plain data: a value, None for missing, or an error."""
        answer: Answer = getattr(self, side)
        failure = answer.failures.get(row)
        if failure is not None:
            return {"error": str(failure)}
        value: Any = answer.outputs[output][row].as_py()
        return value


@dataclass(slots=True)
class Lab:
    """Asks both targets and compares. ``adjust`` maps the reference's answer before it is compared: once a
    relation between the two is known, what it does not explain can be looked at by itself."""

    model: Model
    reference: Respondent
    candidate: Respondent
    adjust: Callable[[Answer], Answer] | None = None
    solo: bool = False  # ask every row in a batch of its own: for targets whose rows depend on their batch

    def judge(self, batch: pa.RecordBatch, reference: Answer | None = None) -> Judgement:
        """Compare on a batch; the reference's answer may be given where it is known already."""
        expected = reference if reference is not None else self._ask(self.reference, batch)
        given = self._ask(self.candidate, batch)
        adjusted = expected if self.adjust is None else self.adjust(expected)
        return Judgement(batch, expected, given, compare(self.model, adjusted, given))

    def _ask(self, respondent: Respondent, batch: pa.RecordBatch) -> Answer:
        if not self.solo or batch.num_rows == 1:
            return respondent.ask(batch)
        return joined([respondent.ask(batch.slice(row, 1)) for row in range(batch.num_rows)])

    def judge_rows(self, rows: Sequence[Row]) -> Judgement:
        """Compare on rows given as mappings from input name to value."""
        names = self.model.schema.names
        return self.judge(self.model.schema.batch({name: [row[name] for row in rows] for name in names}))
