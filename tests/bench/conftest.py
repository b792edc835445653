from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import repeat

import pytest
from timed_sessions import FakeClock, FakeSession


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def session(clock: FakeClock) -> Callable[..., FakeSession]:
    """Makes a session that takes ``ns`` a call (a number, or one a call)."""

    def make(ns: int | Iterable[int] = 1_000_000, **how: object) -> FakeSession:
        durations = repeat(ns) if isinstance(ns, int) else ns
        return FakeSession(clock, durations, **how)  # type: ignore[arg-type]

    return make
