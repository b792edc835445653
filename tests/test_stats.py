import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness import stats

percents = st.sampled_from([1, 5, 25, 50, 90, 95, 99, 99.9])
times = st.integers(min_value=1, max_value=10**12)


def binomial_tail(n: int, q: float, low: int, high: int) -> float:
    """P(low <= B <= high) by exact integer coefficients: the slow oracle."""
    return math.fsum(math.comb(n, k) * q**k * (1 - q) ** (n - k) for k in range(low, high + 1))


@pytest.mark.parametrize(("percent", "needed"), [(50, 5), (95, 59), (99, 299), (99.9, 2995)])
def test_the_number_of_samples_that_a_percentile_needs_is_the_textbook_one(percent, needed):
    assert stats.samples_needed(percent) == needed


@given(percents, st.sampled_from([0.5, 0.9, 0.95, 0.999]))
def test_one_sample_fewer_than_needed_does_not_bound_the_percentile_from_above(percent, confidence):
    n = stats.samples_needed(percent, confidence)
    assert (percent / 100) ** n <= 1 - confidence
    assert n == 1 or (percent / 100) ** (n - 1) > 1 - confidence


def test_a_percentile_of_too_few_samples_is_refused_with_the_number_needed():
    with pytest.raises(stats.TooFewSamplesError, match=r"p99 needs 299 samples, and there are 120"):
        stats.percentile(range(120), 99)
    with pytest.raises(stats.TooFewSamplesError, match=r"there is 1:"):
        stats.percentile([7], 50)


@given(st.lists(times, min_size=300, max_size=400), percents.filter(lambda p: p < 99.9))
def test_a_percentile_is_the_smallest_sample_that_enough_samples_do_not_exceed(samples, percent):
    value = stats.percentile(samples, percent)
    at_or_below = sum(s <= value for s in samples)
    below = sum(s < value for s in samples)
    assert value in samples
    assert at_or_below * 100 >= percent * len(samples)
    assert below * 100 < percent * len(samples)


def test_the_rank_is_not_pushed_up_by_rounding():
    assert stats.percentile(range(1, 101), 7) == 7
    assert stats.percentile(range(1, 1001), 29) == 290


@given(st.lists(times, min_size=5, max_size=60), st.randoms())
def test_the_order_of_samples_does_not_matter(samples, random):
    shuffled = list(samples)
    random.shuffle(shuffled)
    assert stats.percentile(samples, 50) == stats.percentile(shuffled, 50)
    assert stats.percentile_bounds(samples, 50) == stats.percentile_bounds(shuffled, 50)


@given(st.integers(1, 80), st.sampled_from([50, 90, 95]), st.sampled_from([0.8, 0.95]))
def test_bounds_hold_the_true_percentile_with_the_confidence_asked_for_and_are_tight(n, percent, confidence):
    samples = list(range(1, n + 1))  # the value is the rank, so that ranks can be read off
    bounds = stats.percentile_bounds(samples, percent, confidence)
    q, tail = percent / 100, (1 - confidence) / 2
    low = 0 if bounds.low is None else int(bounds.low)
    high = n + 1 if bounds.high is None else int(bounds.high)
    slack = 1e-12
    # the low-th smallest lies above the truth only where fewer than `low` samples are at or below it
    assert binomial_tail(n, q, 0, low - 1) <= tail + slack
    assert binomial_tail(n, q, 0, low) > tail - slack
    assert binomial_tail(n, q, high, n) <= tail + slack
    assert high == 1 or binomial_tail(n, q, high - 1, n) > tail - slack


@given(st.lists(times, min_size=1, max_size=500), percents)
def test_bounds_enclose_the_percentile(samples, percent):
    bounds = stats.percentile_bounds(samples, percent)
    try:
        value = stats.percentile(samples, percent)
    except stats.TooFewSamplesError:
        return
    assert bounds.low is None or bounds.low <= value
    assert bounds.high is None or value <= bounds.high


def test_bounds_of_a_known_distribution_miss_it_no_more_often_than_promised():
    rng = np.random.default_rng(1)
    truth = math.log(20)  # p95 of the exponential distribution
    missed = 0
    for _ in range(2000):
        bounds = stats.percentile_bounds(rng.exponential(size=200).tolist(), 95)
        missed += not ((bounds.low or 0) <= truth <= (bounds.high or math.inf))
    # at most 5 % are promised; 6.5 % is three standard errors above that
    assert missed <= 2000 * 0.065


def test_no_samples_bound_nothing():
    assert stats.percentile_bounds([], 50) == stats.Bounds(None, None)


def test_large_samples_keep_their_bounds_finite_and_near():
    samples = list(range(1, 20_001))
    bounds = stats.percentile_bounds(samples, 99)
    assert bounds.low is not None
    assert bounds.high is not None
    # the normal approximation: 1.96 standard deviations of a binomial count
    spread = 1.96 * math.sqrt(20_000 * 0.99 * 0.01)
    assert bounds.low == pytest.approx(19_800 - spread, abs=3)
    assert bounds.high == pytest.approx(19_800 + spread, abs=3)


@given(st.lists(times, min_size=1, max_size=50), st.integers(2, 50))
def test_a_median_ratio_of_scaled_samples_is_the_scale(samples, scale):
    assert stats.median_ratio([s * scale for s in samples], samples) == pytest.approx(scale)


@given(st.lists(st.integers(1, 1000), min_size=6, max_size=20), st.integers(2, 9))
def test_a_slowdown_of_the_machine_cancels_in_a_paired_ratio(loads, scale):
    ours = [[scale * load * t for t in (10, 11, 12)] for load in loads]
    theirs = [[load * t for t in (10, 11, 12)] for load in loads]
    ratio = stats.paired_ratio(ours, theirs)
    assert ratio.value == pytest.approx(scale)
    assert ratio.bounds.low == pytest.approx(scale)
    assert ratio.bounds.high == pytest.approx(scale)
    assert ratio.pairs == len(loads)


def test_rounds_in_which_one_side_is_empty_are_no_pairs():
    ratio = stats.paired_ratio([[2], [], [4]], [[1], [5], [2]])
    assert ratio == stats.Ratio(2, stats.Bounds(None, None), 2)
    with pytest.raises(stats.TooFewSamplesError, match="at least one round"):
        stats.paired_ratio([[1], []], [[], [1]])


def test_a_rate_counts_all_samples_slow_ones_included():
    assert stats.rate(1000, [1e9, 3e9]) == 500
    with pytest.raises(stats.TooFewSamplesError):
        stats.rate(1000, [])


@pytest.mark.parametrize("percent", [0, 100, -1, 101])
def test_a_percentile_outside_its_range_is_a_mistake_of_the_caller(percent):
    with pytest.raises(ValueError, match="between 0 and 100"):
        stats.percentile([1] * 1000, percent)
