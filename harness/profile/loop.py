"""The calls that are profiled, and where their wall time went by the spans that they report."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import pyarrow as pa

from harness.protocols import Session
from harness.trace import PHASES, Span
from harness.workload.quiet import collector_paused

Clock = Callable[[], int]

#: Spans kept of one profile: enough for seconds of the quickest calls, and not too much memory.
MOST_CALLS = 50_000

IDLE = "idle"

_IN_CALL = frozenset(PHASES) - {IDLE}


@dataclass(frozen=True, slots=True)
class Calls:
    """Calls made one after the other, and their wall time by phase, in nanoseconds.

    ``idle`` is measured as well: the time between one call's end and the next one's start. What no phase
    covers, inside a call, is therefore not hidden: it is what the phases lack to ``wall_ns``.
    ``processes`` says which process each phase ran in. ``failure`` is why the calls ended early.
    """

    calls: int = 0
    wall_ns: int = 0
    phases: Mapping[str, int] = field(default_factory=dict)
    processes: Mapping[str, str] = field(default_factory=dict)
    failure: str | None = None

    @property
    def coverage(self) -> float:
        """The share of the wall time that the phases cover; more than 1 where they overlap."""
        return sum(self.phases.values()) / self.wall_ns if self.wall_ns else 0.0


def timed_calls(
    session: Session, batch: pa.RecordBatch, seconds: float, clock: Clock = time.monotonic_ns
) -> Calls:
    """Call for so many seconds, at least once. A call that fails ends it and is not counted.

    The name of this function marks, in sampled stacks, what belongs to the calls.
    """
    kept: list[tuple[int, int, tuple[Span, ...]]] = []
    failure = None
    with collector_paused():
        start = clock()
        until = start + round(seconds * 1e9)
        while len(kept) < MOST_CALLS:
            begun = clock()
            reply = session.call(batch)
            ended = clock()
            if reply.failure is not None:
                failure = str(reply.failure)
                break
            kept.append((begun, ended, reply.spans))
            if ended >= until:
                break
    return _summed(start, kept, failure)


def _summed(start: int, kept: list[tuple[int, int, tuple[Span, ...]]], failure: str | None) -> Calls:
    phases: dict[str, int] = {}
    processes: dict[str, str] = {}
    idle, previous = 0, start
    for begun, ended, spans in kept:
        idle += begun - previous
        previous = ended
        # a runtime may report finer spans inside these: they are not counted twice
        for span in spans:
            if span.name in _IN_CALL:
                phases[span.name] = phases.get(span.name, 0) + span.elapsed_ns
                processes[span.name] = span.process
    if kept:
        phases[IDLE] = idle
    ordered = {name: phases[name] for name in PHASES if name in phases}
    return Calls(len(kept), previous - start, ordered, processes, failure)
