"""Profile a model's targets: calls inside spans, then the same calls with their stacks sampled."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path, PurePath

import pyarrow as pa

from harness.dataset import read_data
from harness.model import Model
from harness.plan import choose
from harness.profile import pyspy
from harness.profile.graft import Samples, fold, folded_text
from harness.profile.loop import Calls, timed_calls
from harness.profile.places import Caller, Worker
from harness.profile.records import Profile, accounted
from harness.protocols import Limits, MissingError, OpenError, Session
from harness.record import RunWriter
from harness.status import Status
from harness.target import Target, open_target
from harness.workload.batches import askable, batch_of

#: Told what is going on: the target and a few words. For a display of progress.
Progress = Callable[[str, str], None]

ROWS = 10_000
CALL_LIMIT_S = 60.0

#: Share of the time of the profiled calls that warming up takes before.
WARM_UP_SHARE = 0.2

#: Share of the time in which no stacks are sampled: the phases are of these calls, the stacks of the others.
UNSAMPLED_SHARE = 0.5

R_UNSEEN = "R's own stacks are not sampled: of the R worker there are phases only"


def profile_model(
    model: Model,
    targets: Sequence[str] = (),
    rows: int = ROWS,
    seconds: float = 5.0,
    writer: RunWriter | None = None,
    progress: Progress | None = None,
    *,
    data: Path | None = None,
    seed: int = 0,
    limits: Limits | None = None,
) -> tuple[Profile, ...]:
    """Profile targets of a model (names or patterns; none: all that are declared) on one batch of rows.

    Rows are of ``data``, else of the model's own data, else drawn legally by ``seed``. Raises TargetError,
    DataError and NoLegalRowError; what a target does is in its profile.
    """
    source = data or model.data
    own = None if source is None else read_data(source, model.schema, None if data else model.key).batch
    batch = batch_of(model.schema, rows, seed, own).rows
    profiles = []
    for target in choose(model, targets):
        if progress is not None:
            progress(str(target), f"{seconds:g} s of calls on {rows:,} rows")
        profiles.append(profile_target(model, target, batch, seconds, writer, limits=limits))
    return tuple(profiles)


def profile_target(
    model: Model,
    target: Target,
    batch: pa.RecordBatch,
    seconds: float = 5.0,
    writer: RunWriter | None = None,
    *,
    limits: Limits | None = None,
) -> Profile:
    """Call one target on one batch for so many seconds and say where the wall time went.

    The profile is written as a record ``profile``, its stacks as an attachment. What goes wrong is in it.
    """
    blank = Profile(model.name, str(target), batch.num_rows)
    try:
        session = open_target(model, target, limits or Limits(call_s=CALL_LIMIT_S))
    except MissingError as error:
        profile = _without(blank, Status.MISSING, str(error))
    except OpenError as error:
        profile = _without(blank, Status.FAILED, str(error))
    else:
        recorded = askable([session])
        if recorded is not None:
            batch = batch_of(model.schema, batch.num_rows, 0, recorded).rows
        with closing(session):
            profile = profile_session(blank, session, batch, seconds, model.folder)
    if writer is not None:
        folded = None if profile.folded is None else writer.attach(profile.folded.encode(), ".folded")
        writer.add("profile", profile.fields(folded))
    return profile


def profile_session(
    blank: Profile, session: Session, batch: pa.RecordBatch, seconds: float, folder: PurePath
) -> Profile:
    """Profile an open session. Files below ``folder`` are named relative to it in the stacks."""
    warm = timed_calls(session, batch, seconds * WARM_UP_SHARE)
    if warm.failure is not None:
        return _without(blank, Status.FAILED, f"its call fails: {warm.failure}")
    process = warm.processes.get("compute", "harness")
    pids = [os.getpid(), *_worker_pids(session, process)]
    program = pyspy.find_py_spy()
    if program is None:
        return _profile(blank, timed_calls(session, batch, seconds), None, [f"phases only: {pyspy.lack()}"])
    # a sampler takes processor time from what it looks at: phases are of calls that nobody looked at
    calls = timed_calls(session, batch, seconds * UNSAMPLED_SHARE)
    with pyspy.recording(pids, program) as recordings:
        timed_calls(session, batch, seconds * (1 - UNSAMPLED_SHARE))
    lacking = [one.error for one in recordings if one.error is not None]
    if process == "r":
        lacking.append(R_UNSEEN)
    caller = Samples(recordings[0].stacks, Caller(), folder)
    worker = Samples(recordings[1].stacks, Worker(), folder) if len(recordings) > 1 else None
    return _profile(blank, calls, (caller, worker if worker and worker.total else None), lacking)


def _worker_pids(session: Session, process: str) -> list[int]:
    """The process of a Python worker, which py-spy can look into."""
    pid = getattr(session, "pid", None)
    return [pid] if process == "python" and isinstance(pid, int) else []


def _without(blank: Profile, problem: Status, reason: str) -> Profile:
    return Profile(blank.model, blank.target, blank.rows, reason=reason, problem=problem)


def _profile(
    blank: Profile, calls: Calls, samples: tuple[Samples, Samples | None] | None, lacking: list[str]
) -> Profile:
    """Put together what was measured; phases that do not add up are a failure, and said first."""
    problem = None
    if calls.failure is not None:
        problem, lacking = Status.FAILED, [f"a call failed after {calls.calls:,}: {calls.failure}", *lacking]
    elif not accounted(calls.coverage):
        covers = f"spans cover {100 * calls.coverage:.0f} % of the wall time, so the phases do not add up"
        problem, lacking = Status.FAILED, [covers, *lacking]
    total = 0 if samples is None else samples[0].total
    folded = None
    if samples is not None and total and calls.phases:
        folded = folded_text(fold(calls.phases, calls.processes, *samples))
    return Profile(
        blank.model,
        blank.target,
        blank.rows,
        calls.calls,
        calls.wall_ns,
        calls.phases,
        calls.coverage,
        total,
        folded,
        "; ".join(lacking) or None,
        problem,
    )
