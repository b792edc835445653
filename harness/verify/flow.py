"""The flow of a verification: plan, open, replay, data, search, explain; a verdict for every target."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import replace

from harness.causes import Cause
from harness.dataset import Data
from harness.model import Model
from harness.plan import Plan, make_plan
from harness.protocols import MissingError, OpenError
from harness.search.batchwise import self_check
from harness.search.lab import Respondent
from harness.search.pools import build_pools
from harness.search.rows import Effort, Space, core, make_space
from harness.status import Status
from harness.target import Target
from harness.verify.counterexamples import load, local_folder, save
from harness.verify.examine import examine, hangs
from harness.verify.options import Options
from harness.verify.questions import Questions
from harness.verify.sources import clues_of, read_rows
from harness.verify.verdict import ModelVerdict, TargetVerdict


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
    rows = None if data is None else data.batch
    pools = build_pools(model.schema, clues_of(model, plan), rows)
    space = make_space(model.schema, pools, rows, options.seed)
    with Respondent(model, plan.reference, options.limits) as reference:
        verdicts, more = _verdicts(model, plan, space, reference, options, data)
    path = None if model.path is None else str(model.path)
    seconds = time.monotonic() - started
    return ModelVerdict(
        model.name, str(plan.reference), seconds, tuple(verdicts), model.expect, path, (*notes, *more)
    )


def _verdicts(
    model: Model, plan: Plan, space: Space, reference: Respondent, options: Options, data: Data | None
) -> tuple[list[TargetVerdict], list[str]]:
    options.progress(str(plan.reference), "starting")
    try:
        hung = hangs(reference, space)
    except MissingError as error:
        reason = f"the reference {plan.reference} is missing: {error}"
        return _all(plan.candidates, Status.MISSING, reason), []
    except OpenError as error:
        return _all(plan.candidates, Status.FAILED, f"the reference {plan.reference} failed: {error}"), []
    if hung is not None:
        return _all(plan.candidates, Status.FAILED, f"the reference {plan.reference} hangs: {hung}"), []
    sample = next(core(space, options.seed, Effort()))
    law = self_check(model, reference, sample)
    notes: list[str] = []
    if law is not None and law.cause is Cause.NONDETERMINISM:
        reason = f"the reference {plan.reference} is nondeterministic: {law.words}"
        return _all(plan.candidates, Status.FAILED, reason), []
    if law is not None:
        notes.append(f"the reference's rows depend on their batch ({law.words}): compared batch by batch")
    questions = Questions(space, reference, options.seed)
    return [_one(model, questions, target, options, data) for target in plan.candidates], notes


def _all(targets: Iterable[Target], status: Status, reason: str) -> list[TargetVerdict]:
    return [TargetVerdict(str(target), status, reason=reason) for target in targets]


def _one(
    model: Model, questions: Questions, target: Target, options: Options, data: Data | None
) -> TargetVerdict:
    options.progress(str(target), "starting")
    saved, notes = load(model, options.saved or (local_folder(model), model.folder / "counterexamples"))
    verdict = examine(model, questions, target, options, data, saved)
    if options.save_to is not None:
        save(options.save_to, str(target), verdict.mismatches)
    return replace(verdict, notes=(*verdict.notes, *notes))
