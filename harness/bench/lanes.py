"""A lane: one target, opened, with what its start cost and how to take a sample of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import pyarrow as pa

from harness.bench.calibration import Clock
from harness.bench.records import Cold
from harness.bench.rounds import Sample
from harness.model import Model
from harness.protocols import Limits, MissingError, OpenError, Reply, Session
from harness.status import Status
from harness.target import Target, open_target


@dataclass(slots=True)
class Lane:
    """One target with its open session. ``cold`` is what starting it cost, once it was called."""

    name: str
    session: Session
    open_ns: int
    cold: Cold | None = None


@dataclass(frozen=True, slots=True)
class Absent:
    """A target that could not be opened: missing here, or failed."""

    name: str
    status: Status
    reason: str


Open = Callable[[Model, Target, Limits], Session]


@contextmanager
def opened(
    model: Model,
    targets: Sequence[Target],
    limits: Limits,
    open_one: Open = open_target,
    clock: Clock = time.monotonic_ns,
) -> Iterator[list[Lane | Absent]]:
    """Open all targets, in order, and close them at the end; what cannot be opened says why.

    They are open at once, each in a long-lived session of its own, because targets measured one after
    the other meet different moods of the machine.
    """
    lanes: list[Lane | Absent] = []
    try:
        for target in targets:
            start = clock()
            try:
                session = open_one(model, target, limits)
            except MissingError as error:
                lanes.append(Absent(str(target), Status.MISSING, str(error)))
            except OpenError as error:
                lanes.append(Absent(str(target), Status.FAILED, str(error)))
            else:
                lanes.append(Lane(str(target), session, clock() - start))
        yield lanes
    finally:
        for lane in lanes:
            if isinstance(lane, Lane):
                lane.session.close()


def first_call(model: Model, lane: Lane, batch: pa.RecordBatch, clock: Clock = time.monotonic_ns) -> Cold:
    """Make a session's first call and note what starting it has cost; its answer is judged later."""
    start = clock()
    lane.session.call(batch)
    lane.cold = Cold(model.name, lane.name, lane.open_ns, clock() - start, batch.num_rows)
    return lane.cold


def compute_ns(reply: Reply) -> int | None:
    """What the form itself took of a call, in ns; None where its runtime does not say."""
    parts = [span.elapsed_ns for span in reply.spans if span.name == "compute"]
    return sum(parts) if parts else None


@dataclass(slots=True)
class CallSampler:
    """Takes samples of one session on one batch. ``last`` is the reply to the latest call."""

    session: Session
    batch: pa.RecordBatch
    repeats: int = 1
    clock: Clock = time.monotonic_ns
    last: Reply | None = None

    def __call__(self) -> Sample | str:
        """Take one sample: the mean of ``repeats`` calls. A call that fails ends the measurement."""
        if self.repeats == 1:
            return self._single()
        call, batch, replies = self.session.call, self.batch, []
        start = self.clock()
        for _ in range(self.repeats):
            replies.append(call(batch))
        elapsed = self.clock() - start
        return self._sample(elapsed, replies)

    def elapsed_ns(self) -> int:
        """Make one call and give what it took, in ns, whatever it answered: for warming up."""
        sample = self._single()
        return sample.elapsed_ns if isinstance(sample, Sample) else 0

    def _single(self) -> Sample | str:
        # replies are let go after the clock was read: freeing them is the caller's business
        start = self.clock()
        reply = self.session.call(self.batch)
        elapsed = self.clock() - start
        return self._sample(elapsed, [reply])

    def _sample(self, elapsed: int, replies: list[Reply]) -> Sample | str:
        self.last = replies[-1]
        failed = next((r.failure for r in replies if r.failure is not None), None)
        if failed is not None:
            return str(failed)
        parts = [compute_ns(reply) for reply in replies]
        said = [part for part in parts if part is not None]
        compute = round(sum(said) / len(said)) if len(said) == len(parts) else None
        return Sample(round(elapsed / len(replies)), compute, elapsed)
