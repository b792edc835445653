"""The worker's stamps inside the caller's wait."""

from __future__ import annotations

import itertools
import time

import hypothesis.strategies as st
from hypothesis import given

from harness.trace import PHASES
from harness.workers.timing import STAMPS, Wait, spans

WAIT = Wait(begun=1_000, encoded=2_000, received=90_000, decoded=95_000)


def stamps(*values: float) -> dict[str, float]:
    return dict(zip(STAMPS, values, strict=True))


def elapsed(*values: float, wait: Wait = WAIT, clock: str = "monotonic") -> dict[str, int]:
    return {one.name: one.elapsed_ns for one in spans(wait, stamps(*values), clock, "python")}


def test_each_phase_takes_what_both_sides_measured() -> None:
    assert elapsed(3_000, 5_000, 60_000, 62_000) == {
        "encode": 1_000,
        "transport": 1_000,
        "decode": 2_000,
        "compute": 55_000,
        "encode-result": 2_000,
        "return": 28_000,
        "decode-result": 5_000,
    }


def test_the_worker_s_own_phases_bear_its_name() -> None:
    by_name = {one.name: one.process for one in spans(WAIT, stamps(3e3, 5e3, 6e3, 7e3), "monotonic", "r")}
    assert {name for name, process in by_name.items() if process == "r"} == {
        "decode",
        "compute",
        "encode-result",
    }


def test_a_realtime_clock_is_mapped_onto_the_monotonic_one() -> None:
    now = time.monotonic_ns()
    offset = time.time_ns() - now
    wait = Wait(now - 5_000_000_000, now - 4_000_000_000, now, now)
    seconds = [(now + offset - back) / 1e9 for back in (3e9, 2.5e9, 1.5e9, 1e9)]
    found = elapsed(*seconds, wait=wait, clock="realtime")
    # doubles of seconds since 1970 hold about a quarter of a microsecond; the offset drifts in between
    assert abs(found["compute"] - 1_000_000_000) < 1_000
    assert abs(found["transport"] - 1_000_000_000) < 50_000_000


def test_stamps_of_another_machine_s_clock_keep_their_length_and_move_to_the_middle() -> None:
    wait = Wait(0, 0, 100_000_000, 100_000_000)
    year = 31_536_000_000_000_000
    found = elapsed(year, year + 10_000_000, year + 40_000_000, year + 60_000_000, wait=wait)
    assert (found["decode"], found["compute"], found["encode-result"]) == (10_000_000, 30_000_000, 20_000_000)
    assert found["transport"] == found["return"] == 20_000_000


def test_a_call_that_failed_is_encode_and_compute() -> None:
    assert [(one.name, one.elapsed_ns) for one in spans(WAIT, {}, "monotonic", "r")] == [
        ("encode", 1_000),
        ("compute", 88_000),
    ]


@given(st.lists(st.integers(-(2**60), 2**60), min_size=4, max_size=4))
def test_spans_never_overlap_nor_leave_the_wait_whatever_the_stamps(values: list[int]) -> None:
    found = spans(WAIT, stamps(*values), "monotonic", "python")
    assert [one.name for one in found] == list(PHASES[:-1])
    edges = [found[0].start_ns, *(one.end_ns for one in found)]
    assert edges == sorted(edges)
    assert (edges[0], edges[-1]) == (WAIT.begun, WAIT.decoded)
    assert all(a.end_ns == b.start_ns for a, b in itertools.pairwise(found))
