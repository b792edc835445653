"""Verify one target: saved counterexamples, the data, the core of the search, random fill, explanation."""

from __future__ import annotations

import datetime as dt
import math
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np
import pyarrow as pa

from harness.answer import Answer
from harness.causes import Cause
from harness.comparison import Comparison
from harness.dataset import Data
from harness.isolation import ISOLATED_PER_FAILURE, Isolation
from harness.model import Model
from harness.protocols import OpenError, Outcome
from harness.search.batchwise import self_check
from harness.search.evidence import Evidence
from harness.search.explain.cluster import Found
from harness.search.explain.explainer import Explainer
from harness.search.follow.boundaries import boundary_rows
from harness.search.lab import Lab, Respondent, facets
from harness.search.rows.leaves import Coverage
from harness.search.rows.mixed import self_check_rows
from harness.search.rows.space import Effort, concat
from harness.status import Status
from harness.verify.beyond import Beyond, beyond
from harness.verify.counterexamples import Counterexample, as_batch
from harness.verify.laws import broken_laws
from harness.verify.mismatches import merged, mismatches, of_batch_failure, of_law
from harness.verify.options import Options
from harness.verify.questions import Questions, measure_effort, sliced
from harness.verify.remarks import worth
from harness.verify.scorecards import check_cells
from harness.verify.serving import reference_in_batches, silence, together
from harness.verify.verdict import DataVerdict, Mismatch, TargetVerdict
from harness.verify.waivers import parted, unused, waived, waivers_of

FILL_SHARE = 0.5  # of the budget, after which disagreements are explained
EXPLAIN_S = 4.0  # that finding causes may take in any case
FOLLOWED_SHARE, FOLLOWED_S = 0.15, 1.0  # of the budget, but at least so long: following one form's jumps
WATCHED_SHARE, WATCHED_S = 0.2, 2.5  # watching one form's comparisons
KEYS_SHOWN = 10
ISOLATED_OF_DATA = 2_000  # rows of the data that are tried alone for one kind of failure
TRACE_LINES = 8
UNTRIED_MOST = 20  # times as many rows as were compared may have been left untried for an agreement


class IncompleteError(Exception):
    """The deadline came before the core of the search was done."""


@dataclass(slots=True)
class Examination:
    """One target under examination."""

    model: Model
    questions: Questions
    candidate: Respondent
    options: Options
    data: Data | None
    saved: list[Counterexample]
    evidence: Evidence = field(init=False)
    lab: Lab = field(init=False)
    started: float = field(init=False)
    asked_before: int = field(init=False)
    notes: list[str] = field(default_factory=list)
    waived: list[Mismatch] = field(default_factory=list)
    unreached: list[str] = field(default_factory=list)
    cells: tuple[int, int] | None = None
    rate: float = math.inf  # rows a second of the slower form

    def __post_init__(self) -> None:
        self.evidence = Evidence(self.model.schema, facets(self.model))
        self.lab = Lab(self.model, self.questions.reference, self.candidate)
        self.started = time.monotonic()
        self.asked_before = self.questions.reference.calls

    def tell(self, words: str) -> None:
        """Say to the display what is going on."""
        self.options.progress(str(self.candidate.target), words)

    def run(self) -> TargetVerdict:
        """Search, then explain what was found."""
        effort = measure_effort(self.questions.space, (self.questions.reference, self.candidate))
        self.rate = effort.rate
        self.started = time.monotonic()
        self._replay()
        data = self._data(effort)
        try:
            self._search(effort)
        except IncompleteError as error:
            return self._verdict(Status.FAILED, data, reason=str(error))
        if not self._any():
            self._try_alone()
        broken = together(self.questions.reference)
        if broken is not None:
            reason = reference_in_batches(self.questions.reference, broken)
            return self._verdict(Status.FAILED, data, reason=reason)
        if together(self.candidate) is not None:
            return self._verdict(Status.DISAGREES, data, self._explain())
        if self.evidence.expected == 0:
            return self._verdict(Status.FAILED, data, reason=self._reference_silent())
        if self.evidence.answered == 0:
            return self._verdict(Status.FAILED, data, reason=self._nothing_answered())
        found = self._explain()
        status = Status.DISAGREES if found or (self._any() and not self.waived) else Status.AGREES
        if status is Status.AGREES and self.evidence.rows * UNTRIED_MOST <= self.evidence.untried:
            return self._verdict(Status.FAILED, data, reason=self._hardly_compared())
        return self._verdict(status, data, found)

    def _try_alone(self) -> None:
        """Before it is said that all agrees, some of the rows whose batch failed are tried one by one."""
        rows = self.evidence.left_untried()
        if self.questions.recorded is None and rows.num_rows:
            self._forget_failures()
            for row in range(rows.num_rows):
                self.evidence.add(self.lab.judge(rows.slice(row, 1)))

    def _forget_failures(self) -> None:
        """From here on every single row's outcome is evidence."""
        for respondent in (self.lab.reference, self.lab.candidate):
            respondent.failures = Isolation(limit=None, together=respondent.failures.together)

    def _any(self) -> bool:
        return any(self.evidence.disagreeing.values())

    def _left(self, share: float = 1.0) -> float:
        return self.started + self.options.budget_s * share - time.monotonic()

    def _replay(self) -> None:
        if self.questions.recorded is not None:
            return  # only recorded rows can be asked
        for example in self.saved:
            self.evidence.add(self.lab.judge(as_batch(self.model, example.rows)))

    def _data(self, effort: Effort) -> DataVerdict | None:
        if self.data is None:
            return None
        self.tell("checking the data")
        for respondent in (self.questions.reference, self.candidate):
            respondent.failures.limit = ISOLATED_OF_DATA
        affected = 0
        flips = dict.fromkeys((d.name for d in self.model.decisions), 0)
        keys: list[str] = []
        row = 0
        for batch, expected in self.questions.rows(self.data.batch, effort):
            judged = self.lab.judge(batch, expected)
            self.evidence.add(judged)
            # rows like others that fail alone are affected, although they were not tried by themselves
            alike = judged.reference.answered & (judged.candidate.outcomes == Outcome.UNRESOLVED)
            bad = judged.comparison.disagrees | alike
            affected += int(bad.sum())
            keys += [self.data.keys[row + i] for i in np.flatnonzero(bad)[: KEYS_SHOWN - len(keys)]]
            for name in flips:
                flips[name] += _flipped(judged.comparison, judged.reference, judged.candidate, name)
            row += batch.num_rows
        for respondent in (self.questions.reference, self.candidate):
            respondent.failures.limit = ISOLATED_PER_FAILURE
        return DataVerdict(self.data.batch.num_rows, affected, flips, tuple(keys))

    def _search(self, effort: Effort) -> None:
        deadline = self.options.deadline_s
        for batch, expected in self.questions.core(effort):
            if deadline is not None and time.monotonic() - self.started > deadline:
                raise IncompleteError(
                    f"search incomplete: the deadline of {deadline:g} s came before the core of the search "
                    "was done; allow more with --deadline, or make the form faster"
                )
            self.evidence.add(self.lab.judge(batch, expected))
            self.tell(f"{self.evidence.rows:,} rows compared{self._seen()}")
        self._leaves(effort)
        self._cells(effort)
        for respondent in (self.questions.reference, self.candidate):
            self._boundaries(respondent, effort)
            self._guided(respondent, effort)
        for batch, expected in self._fill(effort):
            self.evidence.add(self.lab.judge(batch, expected))
            self.tell(f"{self.evidence.rows:,} rows compared{self._seen()}")

    def _leaves(self, effort: Effort) -> None:
        """Rows in every leaf of the trees that the two forms show."""
        names = {self.questions.reference.target.name, self.candidate.target.name}
        forests = [one for one in self.questions.space.forests if one.target in names]
        if self.questions.recorded is not None or not forests:
            return
        self.tell(f"{self.evidence.rows:,} rows compared{self._seen()}, walking the trees")
        reference = self.questions.reference.target.name
        coverage = Coverage(
            self.questions.space, forests, self.options.seed, effort.rate, effort.batch, reference
        )
        for batch in coverage.batches():
            judged = self.lab.judge(batch)
            self.evidence.add(judged)
            coverage.note(judged)
        self.cells = coverage.cells()

    def _cells(self, effort: Effort) -> None:
        """Rows in every cell of two forms that are proved to be additive."""
        if self.questions.recorded is not None:
            return
        self.tell(f"{self.evidence.rows:,} rows compared{self._seen()}, reading the code")
        found = check_cells(self.lab, self.questions.space, self.evidence, effort, self.options.seed)
        if found is not None:
            self.cells, note = found
            self.notes.append(note)

    def _boundaries(self, respondent: Respondent, effort: Effort) -> None:
        """Rows on both sides of the jumps of either target's answers."""
        if self.questions.recorded is not None:
            return
        self.tell(
            f"{self.evidence.rows:,} rows compared{self._seen()}, following jumps of {respondent.target}"
        )
        seconds = max(FOLLOWED_S, FOLLOWED_SHARE * self.options.budget_s)
        rows = boundary_rows(self.model, self.questions.space, respondent, self.options.seed, effort, seconds)
        if rows is not None and rows.num_rows:
            self.evidence.add(self.lab.judge(rows))

    def _guided(self, respondent: Respondent, effort: Effort) -> None:
        """Rows that meet the comparisons of a form, and pass what guards them."""
        if self.questions.recorded is not None:
            return
        self.tell(f"{self.evidence.rows:,} rows compared{self._seen()}, watching {respondent.target}")
        seconds = max(WATCHED_S, WATCHED_SHARE * self.options.budget_s)
        found = self.questions.guided(respondent, seconds)
        self.unreached += found.unreached
        if found.batches:
            rows = concat(self.model.schema, found.batches)
            for part in sliced(rows, effort.batch):
                self.evidence.add(self.lab.judge(part))

    def _fill(self, effort: Effort) -> Iterator[tuple[pa.RecordBatch, Answer]]:
        share = FILL_SHARE / 2 if self._any() else FILL_SHARE
        for pair in self.questions.fill(effort):
            if self._left(share) <= 0:
                return
            yield pair

    def _seen(self) -> str:
        worst = max(self.evidence.disagreeing.values(), default=0)
        return f", {worst:,} disagree" if worst else ""

    def _nothing_answered(self) -> str:
        sample = self.lab.judge(self.questions.space.backgrounds.slice(0, 1))
        failure = sample.candidate.failures.get(0)
        if failure is not None and failure.trace:
            self.notes += failure.trace.splitlines()[-TRACE_LINES:]
        why = "" if failure is None else f": {failure}"
        return f"it answered none of the {self.evidence.rows + self.evidence.untried:,} rows{why}"

    def _reference_silent(self) -> str:
        sample = self.lab.judge(self.questions.space.backgrounds.slice(0, 1))
        failure = sample.reference.failures.get(0)
        if failure is not None and failure.trace:
            self.notes += failure.trace.splitlines()[-TRACE_LINES:]
        why = "" if failure is None else f": {failure}"
        return f"the reference {self.lab.reference.target} answered no row{why}"

    def _hardly_compared(self) -> str:
        tried = self.evidence.rows + self.evidence.untried
        return (
            f"only {self.evidence.rows:,} of {tried:,} rows could be compared, because most batches fail "
            "as a whole; let the forms answer the rows that they can, and raise for none of a batch"
        )

    def _explain(self) -> list[Mismatch]:
        self.tell("checking that it agrees with itself")
        law = self_check(self.model, self.candidate, self._sample())
        own = [of_law(self.lab, law)] if law is not None else []
        if law is not None and law.cause is Cause.NONDETERMINISM:
            return own  # nothing else can be said of answers that change by themselves
        self.lab.solo = law is not None
        self.tell("finding causes")
        fails_together = together(self.candidate)
        if fails_together is not None:
            return [*own, of_batch_failure(self.lab, fails_together)]
        self._forget_failures()
        waivers, notes = waivers_of(self.model, self.candidate.target, dt.date.today())
        self.notes += notes
        found: list[Mismatch] = []
        for part, mine in parted(self.evidence, self.model.schema, waivers):
            for mismatch in self._causes(part, lawless=law is not None, thorough=bool(mine)):
                waiver = waived(mismatch, mine)
                (found if waiver is None else self.waived).append(mismatch)
                used = [] if waiver is None else [waiver]
                waivers = [w for w in waivers if w not in used]
        self.notes += unused(waivers)
        return [*own, *self._laws(), *merged(found)]

    def _causes(self, part: Evidence, lawless: bool, thorough: bool) -> list[Mismatch]:
        """The mismatches of a part of the evidence."""
        deadline = max(self.started + self.options.budget_s, time.monotonic() + EXPLAIN_S)
        explainer = Explainer(self.lab, self.questions.space, part, deadline, lawless, thorough)
        found: list[Found] = []
        for facet in part.facets:
            if part.disagreeing.get(facet):
                found += explainer.facet(facet)
        self.notes += explainer.notes
        return mismatches(self.lab, part, found, self.questions.space.plain)

    def _laws(self) -> list[Mismatch]:
        """Laws that the candidate breaks and the reference keeps."""
        if self.questions.recorded is not None:
            return []
        broken: list[Mismatch] = []
        for said in broken_laws(self.lab, self.questions.space, self.rate):
            if isinstance(said, str):
                self.notes.append(said)
            else:
                broken.append(said)
        return broken

    def _sample(self) -> pa.RecordBatch:
        """Rows on which the target is held against itself."""
        if self.questions.recorded is not None:
            return self.questions.recorded
        return self_check_rows(self.questions.space, self.options.seed)

    def _first_s(self, status: Status) -> float | None:
        """Seconds to the first disagreement; one that a target has with itself is seen only now."""
        if status is not Status.DISAGREES and self.evidence.first_s is None:
            return None
        return (self.evidence.first_s or time.monotonic()) - self.started

    def _beyond(self) -> list[Beyond]:
        """What differs beyond legal input, where that is asked for."""
        if not self.options.beyond or self.questions.recorded is not None:
            return []
        self.tell("trying illegal input")
        found = beyond(self.lab, self.questions.space)
        names = str(self.lab.reference.target), str(self.lab.candidate.target)
        self.notes += [one.in_words(names) for one in found]
        return found

    def _verdict(
        self,
        status: Status,
        data: DataVerdict | None,
        found: list[Mismatch] | None = None,
        reason: str | None = None,
    ) -> TargetVerdict:
        if self.evidence.untried:
            count = self.evidence.untried
            were = "row was" if count == 1 else "rows were"
            self.notes.append(
                f"{count:,} {were} not compared: the batch failed, and rows alike had been tried alone"
            )
        if status in (Status.AGREES, Status.DISAGREES):
            self.notes += worth(self.evidence)
        illegal = self._beyond() if status in (Status.AGREES, Status.DISAGREES) else []
        return TargetVerdict(
            target=str(self.candidate.target),
            status=status,
            rows=self.evidence.rows,
            reason=reason,
            data=data,
            mismatches=tuple(found or ()),
            waived=tuple(self.waived),
            notes=tuple(self.notes),
            knife_edge=self.evidence.knife_edge,
            unreached=tuple(self.unreached),
            cells=self.cells,
            beyond=tuple(one.to_json() for one in illegal),
            first_s=self._first_s(status),
            calls=self.lab.reference.calls - self.asked_before,
            seconds=time.monotonic() - self.started,
        )


def _flipped(comparison: Comparison, reference: Answer, candidate: Answer, decision: str) -> int:
    """Decisions that flip, those that one side does not take at all among them."""
    lost = comparison.raised | comparison.lost | comparison.misaligned | comparison.unanswerable
    return int((comparison.flips[decision] | lost).sum())


def examine(
    model: Model,
    questions: Questions,
    candidate: Respondent,
    options: Options,
    data: Data | None,
    saved: list[Counterexample],
) -> TargetVerdict:
    """Verify one open target of a model against the reference's answers. Never raises for what the target
    does."""
    target = str(candidate.target)
    try:
        silent = silence(candidate, questions.space)
        if silent is not None:
            return TargetVerdict(target, Status.FAILED, reason=f"it answers no row: {silent}")
        recorded = next((r for r in (questions.reference, candidate) if r.recorded is not None), None)
        if recorded is not None:
            questions = replace(questions, recorded=recorded.recorded)
        return Examination(model, questions, candidate, options, data, saved).run()
    except OpenError as error:
        return TargetVerdict(target, Status.FAILED, reason=f"a fresh worker could not start: {error}")
