"""How often to call before a sample means something: the clock's step, inner repetition, warm-up."""

from __future__ import annotations

import statistics
import time
import timeit
from collections.abc import Callable, Sequence
from dataclasses import dataclass

Clock = Callable[[], int]

#: A sample spans at least this many steps of the clock, so that its grain is below one per cent.
STEPS_PER_SAMPLE = 100

#: timeit's autorange stops at 0.2 of whatever its timer counts.
_AUTORANGE_STOP = 0.2


@dataclass(frozen=True, slots=True)
class WarmUp:
    """Calls whose times were discarded, and whether they had come to rest.

    ``fastest_ns`` is the quickest of them; ``settled`` says that the medians of the last two windows
    were close, and is False where the time for warming up ran out before.
    """

    calls: int
    fastest_ns: int
    settled: bool


@dataclass(frozen=True, slots=True)
class Windows:
    """When a warm-up is over: two windows in a row whose medians differ by at most ``spread``.

    A window holds at least ``calls`` calls and at least ``window_ns`` of them: five calls of ten
    microseconds say nothing of a processor that is still speeding up.
    """

    calls: int = 5
    window_ns: int = 10_000_000
    spread: float = 0.05


def clock_step_ns(clock: Clock = time.monotonic_ns, readings: int = 200) -> int:
    """The smallest difference seen between two readings of a clock, in ns: what it can tell apart.

    The clock's nominal resolution (1 ns on Linux) is far below what reading it costs.
    """
    steps: list[int] = []
    while len(steps) < readings:
        first = clock()
        second = clock()
        while second == first:
            second = clock()
        steps.append(second - first)
    return min(steps)


def floor_ns(clock: Clock = time.monotonic_ns) -> int:
    """The shortest sample worth keeping, in ns."""
    return STEPS_PER_SAMPLE * clock_step_ns(clock)


def repeats_for(call: Callable[[], object], shortest_ns: int, clock: Clock = time.monotonic_ns) -> int:
    """How many calls a sample must hold to last ``shortest_ns``: 1, 2, 5, 10, 20, 50, ...

    The search is the standard library's ``timeit.Timer.autorange``; it stops when its timer has
    counted 0.2, so it is given a clock on which ``shortest_ns`` count as that.
    """

    def scaled() -> float:
        return clock() * (_AUTORANGE_STOP / shortest_ns)

    repeats, _ = timeit.Timer(call, timer=scaled).autorange()
    return repeats


def is_settled(windows: Sequence[Sequence[int]], spread: float) -> bool:
    """Whether the medians of the last two windows differ by at most ``spread`` of the smaller one."""
    if len(windows) < 2:
        return False
    before, after = (statistics.median(w) for w in windows[-2:])
    return abs(after - before) <= spread * min(before, after)


def warm_up(timed: Callable[[], int], budget_ns: int, rule: Windows | None = None) -> WarmUp:
    """Call until the times come to rest or ``budget_ns`` are spent, whichever is first; at least once.

    ``timed`` makes one call and gives the nanoseconds it took.
    """
    rule = rule or Windows()
    windows: list[list[int]] = [[]]
    calls, spent, fastest = 0, 0, 0
    while True:
        elapsed = timed()
        calls, spent = calls + 1, spent + elapsed
        fastest = elapsed if calls == 1 else min(fastest, elapsed)
        windows[-1].append(elapsed)
        if len(windows[-1]) >= rule.calls and sum(windows[-1]) >= rule.window_ns:
            if is_settled(windows, rule.spread):
                return WarmUp(calls, fastest, True)
            windows.append([])
        if spent >= budget_ns:
            return WarmUp(calls, fastest, False)
