"""The flow of a verification: plan, open, replay, data, search, explain; a verdict for every target."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import replace

from harness.causes import Cause
from harness.dataset import Data, DataError
from harness.legal import ConstraintError
from harness.model import Model
from harness.plan import Plan, make_plan
from harness.protocols import MissingError, OpenError
from harness.search.batchwise import self_check
from harness.search.lab import Respondent
from harness.search.rows.backgrounds import NoLegalRowError
from harness.search.rows.mixed import self_check_rows
from harness.search.rows.space import Space
from harness.status import Status
from harness.target import Target, TargetError
from harness.verify.counterexamples import load, local_folder, save
from harness.verify.examine import examine
from harness.verify.options import Options
from harness.verify.questions import Questions
from harness.verify.serving import reference_in_batches, silence, together
from harness.verify.sources import read_rows, space_of
from harness.verify.verdict import ModelVerdict, TargetVerdict

#: What is wrong with the input of a verification and not with a form: the command line exits with 2.
BAD_INPUT = (TargetError, DataError, ConstraintError, NoLegalRowError)


def verify_model(
    model: Model,
    targets: Sequence[str] = (),
    options: Options | None = None,
    required: Sequence[str] = (),
) -> ModelVerdict:
    """Verify targets of a model (all, where none is named) against its reference.

    Raises TargetError, DataError, ConstraintError or NoLegalRowError for bad input; what the forms do never
    raises.
    """
    options = options or Options()
    started = time.monotonic()
    plan = make_plan(model, targets, required)
    data, notes = read_rows(model, options)
    with ExitStack() as stack:
        verdicts, more = _Verification(model, plan, options, data, stack).run()
    path = None if model.path is None else str(model.path)
    seconds = time.monotonic() - started
    return ModelVerdict(
        model.name,
        str(plan.reference),
        seconds,
        tuple(verdicts),
        model.expect,
        path,
        (*model.notes, *notes, *more),
    )


class _Verification:
    """One model under verification; sessions are ended by the stack."""

    def __init__(
        self, model: Model, plan: Plan, options: Options, data: Data | None, stack: ExitStack
    ) -> None:
        self.model = model
        self.plan = plan
        self.options = options
        self.data = data
        self.stack = stack

    def run(self) -> tuple[list[TargetVerdict], list[str]]:
        """A verdict for every candidate, and notes on the model."""
        reference, status, reason = self._open(self.plan.reference)
        if reference is None:
            word = "is missing" if status is Status.MISSING else "failed"
            return self._all(status, f"the reference {self.plan.reference} {word}: {reason}"), []
        opened = {str(target): self._open(target) for target in self.plan.candidates}
        candidates = [respondent for respondent, _, _ in opened.values() if respondent is not None]
        space = space_of(self.model, [reference, *candidates], self.data, self.options.seed)
        refused, notes = self._check(reference, space)
        if refused is not None:
            return self._all(Status.FAILED, refused), []
        questions = Questions(space, reference, self.options.seed)
        verdicts = []
        for name, (respondent, status, reason) in opened.items():
            if respondent is None:
                verdicts.append(TargetVerdict(name, status, reason=reason))
            else:
                verdicts.append(self._one(questions, respondent))
                respondent.close()
        return verdicts, notes

    def _open(self, target: Target) -> tuple[Respondent | None, Status, str]:
        """Open a target, or say why not."""
        self.options.progress(str(target), "starting")
        respondent = self.stack.enter_context(Respondent(self.model, target, self.options.limits))
        try:
            assert respondent.session is not None
        except MissingError as error:
            return None, Status.MISSING, str(error)
        except OpenError as error:
            return None, Status.FAILED, str(error)
        return respondent, Status.AGREES, ""

    def _check(self, reference: Respondent, space: Space) -> tuple[str | None, list[str]]:
        """Why the reference cannot serve, or None; and notes on how it serves."""
        name = str(self.plan.reference)
        self.options.progress(name, "checking that it agrees with itself")
        silent = silence(reference, space)
        if silent is not None:
            return f"the reference {name} answers no row: {silent}", []
        broken = together(reference)
        if broken is not None:
            return reference_in_batches(reference, broken), []
        law = self_check(self.model, reference, self_check_rows(space, self.options.seed))
        if law is None:
            return None, []
        if law.cause is Cause.NONDETERMINISM:
            return f"the reference {name} is nondeterministic: {law.words}", []
        return None, [f"the reference's rows depend on their batch ({law.words}): compared batch by batch"]

    def _one(self, questions: Questions, candidate: Respondent) -> TargetVerdict:
        saved, notes = load(self.model, (local_folder(self.model), self.model.folder / "counterexamples"))
        verdict = examine(self.model, questions, candidate, self.options, self.data, saved)
        if self.options.save_to is not None:
            save(self.options.save_to, verdict.target, verdict.mismatches)
        return replace(verdict, notes=(*verdict.notes, *notes))

    def _all(self, status: Status, reason: str) -> list[TargetVerdict]:
        candidates: Iterable[Target] = self.plan.candidates
        return [TargetVerdict(str(target), status, reason=reason) for target in candidates]
