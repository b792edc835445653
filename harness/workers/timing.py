"""The spans of a call: the worker's own stamps placed inside the caller's wait."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from harness.trace import Span

STAMPS = ("started", "decoded", "computed", "encoded")
_NS = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Wait:
    """What the caller measured, in nanoseconds on CLOCK_MONOTONIC."""

    begun: int
    encoded: int
    received: int
    decoded: int


def spans(wait: Wait, stamps: Mapping[str, float | int], clock: str, process: str) -> tuple[Span, ...]:
    """The phases of one call, in order, without gaps or overlaps, from encode to decode-result.

    ``stamps`` are the worker's: nanoseconds of the monotonic clock, or seconds since 1970 where its
    ``clock`` is "realtime" (base R has no other). Without stamps (a call that failed) the wait is compute.
    """
    if not stamps:
        return _chain(wait.begun, [("encode", wait.encoded), ("compute", wait.received)], process)
    inner = _placed([_monotonic_ns(stamps[name], clock) for name in STAMPS], wait)
    phases = ("transport", "decode", "compute", "encode-result")
    ends = [("encode", wait.encoded), *zip(phases, inner, strict=True)]
    ends += [("return", wait.received), ("decode-result", wait.decoded)]
    return _chain(wait.begun, ends, process)


def _monotonic_ns(stamp: float | int, clock: str) -> int:
    if clock == "monotonic":
        return int(stamp)
    return int(stamp * _NS) - (time.time_ns() - time.monotonic_ns())


def _placed(stamps: Sequence[int], wait: Wait) -> list[int]:
    """Stamps inside the wait and in order. Those of another clock (another machine's) are moved there as a
    whole, to the middle: how long the worker took is true, when it began is not known."""
    first, last = stamps[0], stamps[-1]
    slack = _NS // 1000
    shift = 0
    if first < wait.encoded - slack or last > wait.received + slack:
        shift = (wait.encoded + wait.received - first - last) // 2
    placed = []
    least = wait.encoded
    for one in stamps:
        least = min(max(one + shift, least), wait.received)
        placed.append(least)
    return placed


def _chain(start: int, ends: Sequence[tuple[str, int]], process: str) -> tuple[Span, ...]:
    there = ("decode", "compute", "encode-result")
    found = []
    for name, end in ends:
        found.append(Span(name, start, end, process if name in there else "harness"))
        start = end
    return tuple(found)
