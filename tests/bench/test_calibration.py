from itertools import chain, repeat

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.bench import calibration
from harness.bench.calibration import Windows


def test_the_step_of_a_clock_is_what_reading_it_costs(clock):
    assert calibration.clock_step_ns(clock) == 50


def test_a_clock_that_stands_still_for_a_while_is_read_until_it_moves():
    ticks = (reading // 3 * 1_000 for reading in range(10_000))
    assert calibration.clock_step_ns(lambda: next(ticks)) == 1_000


def test_a_sample_worth_keeping_spans_a_hundred_steps(clock):
    assert calibration.floor_ns(clock) == 5_000


@pytest.mark.parametrize(("call_ns", "repeats"), [(10_000, 1), (6_000, 1), (900, 10), (100, 50), (2_600, 2)])
def test_a_call_too_quick_for_the_clock_is_repeated_in_steps_of_1_2_5(clock, call_ns, repeats):
    assert calibration.repeats_for(lambda: clock.work(call_ns), 5_000, clock) == repeats


def test_warming_up_ends_when_two_windows_agree(clock):
    # compiled on the first calls, then at rest
    times = chain([90_000_000, 20_000_000, 10_000_000], repeat(4_000_000))
    warm = calibration.warm_up(lambda: next(times), budget_ns=10**12)
    assert warm.settled
    # the median of the first five calls is 10 ms, of the next five 4 ms, and so of those after them
    assert warm.calls == 15
    assert warm.fastest_ns == 4_000_000


def test_a_call_that_goes_on_getting_faster_is_not_settled_and_the_time_limit_says_so():
    times = (10**9 // 2**i for i in range(60))
    warm = calibration.warm_up(lambda: next(times), budget_ns=2 * 10**9 - 100)
    assert not warm.settled


def test_a_slow_call_is_warmed_up_once_however_small_the_budget():
    calls = []
    warm = calibration.warm_up(lambda: calls.append(1) or 10**9, budget_ns=1)
    assert (warm.calls, len(calls), warm.settled) == (1, 1, False)


def test_quick_calls_fill_a_window_by_time_not_by_number():
    warm = calibration.warm_up(lambda: 10_000, budget_ns=10**12)
    assert warm.settled
    assert warm.calls == 2 * 1_000  # two windows of 10 ms


# from 0.1 ms on: quicker calls fill a window by the million, which only makes this slow
@given(st.lists(st.integers(10**5, 10**9), min_size=1, max_size=200), st.integers(1, 10**9))
def test_warming_up_always_ends_within_one_call_of_its_budget(times, budget):
    endless = chain(times, repeat(max(times)))
    spent = []
    warm = calibration.warm_up(lambda: spent.append(next(endless)) or spent[-1], budget)
    assert warm.calls == len(spent)
    assert warm.settled or sum(spent) >= budget
    assert sum(spent[:-1]) < budget
    assert warm.fastest_ns == min(spent)


def test_one_window_settles_nothing():
    assert not calibration.is_settled([[5, 5, 5]], spread=1.0)


def test_windows_are_compared_by_their_medians_so_that_one_outlier_does_not_matter():
    assert calibration.is_settled([[100, 100, 10_000], [104, 104, 1]], spread=0.05)
    assert not calibration.is_settled([[100, 100, 100], [106, 106, 106]], spread=0.05)


def test_windows_with_a_rule_of_their_own(clock):
    rule = Windows(calls=2, window_ns=0, spread=0.0)
    assert calibration.warm_up(lambda: 7, 10**9, rule).calls == 4
