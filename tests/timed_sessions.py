"""Miniature sessions on a clock that moves only when somebody works: no test here waits or reads the time."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc

from harness.protocols import Failure, Outcome, Reply
from harness.trace import Span


@dataclass
class FakeClock:
    """Every reading costs 50 ns, as a real one does."""

    now: int = 1_000
    step: int = 50

    def __call__(self) -> int:
        self.now += self.step
        return self.now

    def work(self, elapsed_ns: int) -> None:
        self.now += elapsed_ns


def double(batch: pa.RecordBatch) -> pa.Array:
    return pc.multiply(batch.column("x"), 2.0)


@dataclass
class FakeSession:
    """Answers y = 2x in as many nanoseconds as told, half of them inside the form."""

    clock: FakeClock
    durations: Iterable[int]
    answer: Callable[[pa.RecordBatch], pa.Array] = double
    log: list[str] = field(default_factory=list)
    name: str = "fake"
    fails_at: int | None = None
    spans: bool = True
    calls: int = 0
    closed: int = 0

    def __post_init__(self) -> None:
        self.durations = iter(self.durations)

    def call(self, batch: pa.RecordBatch) -> Reply:
        self.calls += 1
        self.log.append(self.name)
        elapsed = next(self.durations)
        start = self.clock.now
        self.clock.work(elapsed)
        if self.fails_at is not None and self.calls >= self.fails_at:
            return Reply(None, Failure(Outcome.RAISED, "IndexError", "index 5 is out of bounds", row=3))
        spans = (
            Span("encode", start, start + elapsed // 4),
            Span("compute", start + elapsed // 4, start + elapsed // 4 + elapsed // 2, "worker"),
            Span("decode-result", start + elapsed // 4 + elapsed // 2, start + elapsed),
        )
        return Reply({"y": self.answer(batch)}, spans=spans if self.spans else ())

    def printed(self) -> str:
        return ""

    def close(self) -> None:
        self.closed += 1
