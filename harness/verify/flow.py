"""The flow of a verification: plan, open, replay, data, search, explain; a verdict for every target."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np
import pyarrow as pa

from harness import registry
from harness.answer import ask
from harness.causes import Cause
from harness.dataset import Data, read_data
from harness.legal import legal_rows
from harness.model import Model
from harness.plan import Plan, make_plan
from harness.protocols import Clue, MissingError, OpenError
from harness.search.batchwise import self_check
from harness.search.lab import Respondent
from harness.search.pools import build_pools
from harness.search.rows import Effort, Space, core, make_space
from harness.status import Status
from harness.target import Target
from harness.verify.counterexamples import load, local_folder, save
from harness.verify.examine import examine
from harness.verify.options import Options
from harness.verify.questions import Questions
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
    data, notes = _read(model, options)
    space = make_space(
        model.schema, build_pools(model.schema, _clues(model, plan), _batch(data)), _batch(data), options.seed
    )
    with Respondent(model, plan.reference, options.limits) as reference:
        verdicts, more = _verdicts(model, plan, space, reference, options, data)
    path = None if model.path is None else str(model.path)
    seconds = time.monotonic() - started
    return ModelVerdict(
        model.name, str(plan.reference), seconds, tuple(verdicts), model.expect, path, (*notes, *more)
    )


def _batch(data: Data | None) -> pa.RecordBatch | None:
    return None if data is None else data.batch


def _read(model: Model, options: Options) -> tuple[Data | None, list[str]]:
    """The named data, legal rows only, with a note on the others."""
    path = options.data or model.data
    if path is None:
        return None, []
    data = read_data(path, model.schema, model.key)
    legal = legal_rows(data.batch, model.schema)
    if legal.all():
        return data, []
    first = int(np.flatnonzero(~legal)[0])
    note = (
        f"{path}: {int((~legal).sum())} of {len(legal)} rows are not legal input by the model file and were not "
        f"compared (the first: {model.key or 'row'} {data.keys[first]})"
    )
    if not legal.any():
        return None, [note]
    keys = tuple(k for k, ok in zip(data.keys, legal, strict=True) if ok)
    return replace(data, batch=data.batch.filter(pa.array(legal)), keys=keys), [note]


def _clues(model: Model, plan: Plan) -> list[Clue]:
    """What every form that takes part shows of itself, each form once."""
    forms = {t.form.name: t.form for t in (plan.reference, *plan.candidates)}
    found: list[Clue] = []
    for form in forms.values():
        runtime = registry.find("runtimes", form.runtime)
        found.extend(runtime.clues(model, form))
    return found


def _verdicts(
    model: Model, plan: Plan, space: Space, reference: Respondent, options: Options, data: Data | None
) -> tuple[list[TargetVerdict], list[str]]:
    options.progress(str(plan.reference), "starting")
    try:
        ask(reference.session, space.backgrounds.slice(0, 1))
    except MissingError as error:
        reason = f"the reference {plan.reference} is missing: {error}"
        return _all(plan.candidates, Status.MISSING, reason), []
    except OpenError as error:
        return _all(plan.candidates, Status.FAILED, f"the reference {plan.reference} failed: {error}"), []
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
