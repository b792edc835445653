"""One batch size: parity on the very batch to be timed, warm-up, samples by turns."""

from __future__ import annotations

import functools
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import pyarrow as pa

from harness.answer import Answer
from harness.bench.calibration import Clock, WarmUp, Windows, floor_ns, repeats_for, warm_up
from harness.bench.check import Parity, answer_of, check, check_reference
from harness.bench.lanes import Absent, CallSampler, Lane, first_call
from harness.bench.records import Timing
from harness.bench.rounds import Budget, Turns, interleave
from harness.model import Model
from harness.protocols import Limits
from harness.search.rows.backgrounds import NoLegalRowError
from harness.status import Status
from harness.workload.batches import Batch, batch_of
from harness.workload.memory import free_bytes, shortage
from harness.workload.quiet import load_average

ROWS = (1, 1_000, 100_000)

#: Share of the time for samples that warming up may take besides.
WARM_UP_SHARE = 0.25


@dataclass(frozen=True, slots=True)
class Settings:
    """How a bench is made: batch sizes, time for each target and size, seed, limits of a session."""

    rows: tuple[int, ...] = ROWS
    budget: Budget = field(default_factory=Budget)
    seed: int = 0
    limits: Limits = field(default_factory=Limits)
    windows: Windows = field(default_factory=Windows)
    clock: Clock = time.monotonic_ns


def bench_size(
    model: Model,
    lanes: Sequence[Lane | Absent],
    rows: int,
    settings: Settings,
    data: pa.RecordBatch | None = None,
    after_round: Callable[[int], None] | None = None,
) -> list[Timing]:
    """Time opened targets on one batch, the reference first among them; one timing each, in their order."""
    here = [lane for lane in lanes if isinstance(lane, Lane)]
    reference = lanes[0]
    blank = Timing(
        model.name, "", rows, Status.FAILED, reference.name, seed=settings.seed, load=load_average()
    )
    if isinstance(reference, Absent):
        return [_without_reference(blank, lane, reference) for lane in lanes]
    try:
        lacking = shortage(model.schema, rows, len(here), free_bytes())
        batch = None if lacking else batch_of(model.schema, rows, settings.seed, data)
    except NoLegalRowError as error:
        batch, lacking = None, str(error)
    if batch is None:
        return [replace(blank, target=lane.name, reason=lacking) for lane in lanes]
    blank = replace(blank, source=batch.source)
    for lane in here:
        if lane.cold is None:
            first_call(model, lane, batch.rows, settings.clock)
    expected, verdicts = _parities(model, lanes, reference, batch)
    measured = _measure(
        [v[0] for v in verdicts if v[1].status is Status.AGREES], batch, settings, after_round
    )
    return [
        measured[lane.name].judged(model, expected, replace(blank, target=lane.name))
        if isinstance(lane, Lane) and lane.name in measured
        else _untimed(blank, lane, parity)
        for lane, parity in verdicts
    ]


def _without_reference(blank: Timing, lane: Lane | Absent, reference: Absent) -> Timing:
    """The timing of a target whose answers cannot be checked."""
    reason = reference.reason
    if lane is not reference:
        reason = (
            f"the reference {reference.name} is {reference.status}, so no answer can be checked: {reason}"
        )
    return replace(blank, target=lane.name, parity=reference.status, reason=reason)


def _untimed(blank: Timing, lane: Lane | Absent, parity: Parity) -> Timing:
    cold = lane.cold if isinstance(lane, Lane) else None
    return replace(blank, target=lane.name, parity=parity.status, reason=parity.reason, cold=cold)


def _parities(
    model: Model, lanes: Sequence[Lane | Absent], reference: Lane, batch: Batch
) -> tuple[Answer, list[tuple[Lane | Absent, Parity]]]:
    """The reference's answer to a batch, and for every target whether it may be timed on it."""
    expected, own = check_reference(model, reference.session, batch.rows)
    verdicts: list[tuple[Lane | Absent, Parity]] = [(reference, own)]
    for lane in lanes[1:]:
        if isinstance(lane, Absent):
            verdicts.append((lane, Parity(lane.status, lane.reason)))
        elif own.status is Status.AGREES:
            answer = answer_of(lane.session.call(batch.rows), batch.rows.num_rows)
            verdicts.append((lane, check(model, expected, answer)))
        else:
            verdicts.append((lane, own))
    return expected, verdicts


@dataclass(frozen=True, slots=True)
class _Measured:
    """What measuring one target gave, before its last answer is judged."""

    lane: Lane
    sampler: CallSampler
    warmed: WarmUp
    turns: Turns

    def judged(self, model: Model, expected: Answer, blank: Timing) -> Timing:
        """The timing, without samples if the target failed or changed its answer while it was timed."""
        timing = replace(
            blank,
            cold=self.lane.cold,
            warmup=self.warmed.calls,
            settled=self.warmed.settled,
            repeats=self.sampler.repeats,
        )
        if self.turns.failure is not None:
            after = len(self.turns.samples_ns)
            return replace(timing, reason=f"failed after {after:,} timed calls: {self.turns.failure}")
        if self.sampler.last is not None:
            last = check(model, expected, answer_of(self.sampler.last, expected.rows))
            if last.status is not Status.AGREES:
                reason = f"its answer changed while it was timed: {last.reason}"
                return replace(timing, parity=last.status, reason=reason)
        whole = len(self.turns.compute_ns) == len(self.turns.samples_ns)
        return replace(
            timing,
            parity=Status.AGREES,
            samples_ns=tuple(self.turns.samples_ns),
            compute_ns=tuple(self.turns.compute_ns) if whole else (),
            rounds=tuple(self.turns.rounds),
        )


def _measure(
    lanes: Sequence[Lane | Absent],
    batch: Batch,
    settings: Settings,
    after_round: Callable[[int], None] | None,
) -> dict[str, _Measured]:
    """Warm up each target, then sample all by turns; by name."""
    timed = [lane for lane in lanes if isinstance(lane, Lane)]
    samplers = [CallSampler(lane.session, batch.rows, clock=settings.clock) for lane in timed]
    allowed = int(settings.budget.seconds * 1e9 * WARM_UP_SHARE)
    warmed = [warm_up(sampler.elapsed_ns, allowed, settings.windows) for sampler in samplers]
    shortest = floor_ns(settings.clock)
    for sampler, warm in zip(samplers, warmed, strict=True):
        if warm.fastest_ns < shortest:
            call = functools.partial(sampler.session.call, batch.rows)
            sampler.repeats = repeats_for(call, shortest, settings.clock)
    rng = random.Random(f"{settings.seed}:{batch.rows.num_rows}")
    turns = interleave(samplers, settings.budget, rng, after_round)
    found = zip(timed, samplers, warmed, turns, strict=True)
    return {lane.name: _Measured(lane, sampler, warm, turn) for lane, sampler, warm, turn in found}
