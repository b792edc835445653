"""Hundreds of calls to the native R session with faults at random: no wrong answer, and nothing left."""

from __future__ import annotations

from pathlib import Path

import pytest
from forms import needs_native, needs_r
from soak_calls import descriptors, has_ended, soak

from harness.workers import memory

pytestmark = [needs_r, needs_native]


def test_whatever_a_form_does_the_next_answer_is_right_and_nothing_is_left(tmp_path: Path) -> None:
    before, segments = descriptors(), len(list(memory.segments()))
    tally = soak(tmp_path, 400, seed=7)
    assert tally.outcomes["answered"] > 250
    assert {"RAISED", "DIED", "MISALIGNED"} <= set(tally.outcomes)
    assert len(tally.processes) > 1
    assert all(has_ended(pid) for pid in tally.processes)
    assert descriptors() == before
    assert len(list(memory.segments())) == segments


@pytest.mark.slow
def test_thousands_of_calls_make_the_harness_no_larger(tmp_path: Path) -> None:
    tally = soak(tmp_path, 6_000, seed=11)
    early, late = tally.resident_bytes[4], tally.resident_bytes[-1]
    assert late - early < 64 << 20
