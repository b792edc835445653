"""Named, nested intervals of time in raw nanoseconds of the monotonic clock."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

#: The phases of a call, in order: the same words in spans, flame graphs and tables.
PHASES = (
    "encode",
    "transport",
    "decode",
    "compute",
    "encode-result",
    "return",
    "decode-result",
    "idle",
)


@dataclass(frozen=True, slots=True)
class Span:
    """One interval: ``[start_ns, end_ns)`` on CLOCK_MONOTONIC, and who measured it."""

    name: str
    start_ns: int
    end_ns: int
    process: str = "harness"

    @property
    def elapsed_ns(self) -> int:
        """How long it took, in nanoseconds."""
        return self.end_ns - self.start_ns


@dataclass(slots=True)
class Stopwatch:
    """Collects spans one after the other: each ``mark`` ends one that began where the last ended."""

    started_ns: int = field(default_factory=time.monotonic_ns)
    spans: list[Span] = field(default_factory=list)

    def mark(self, name: str) -> None:
        """End the current interval now, under this name."""
        now = time.monotonic_ns()
        start = self.spans[-1].end_ns if self.spans else self.started_ns
        self.spans.append(Span(name, start, now))


@contextlib.contextmanager
def span(name: str, into: list[Span]) -> Iterator[None]:
    """Append the interval that the body takes to a list."""
    start = time.monotonic_ns()
    try:
        yield
    finally:
        into.append(Span(name, start, time.monotonic_ns()))
