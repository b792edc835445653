"""What raw samples say: percentiles that are refused where the sample is too small, with their bounds.

Nothing here is stored: samples are kept raw and these functions are applied on reading.

A percentile is an order statistic (nearest rank, Hyndman and Fan's type 1): the p-th percentile of n
samples is the smallest sample that at least p % of them do not exceed, so it is always a value that was
measured. Its bounds are distribution-free (Conover, Practical Nonparametric Statistics, section 3.2): the
number of samples at or below the true percentile is binomial, whatever the distribution of times is. They
take the samples as independent. Samples of one process are not quite, so the bounds are the least that
one must doubt, not the most.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

CONFIDENCE = 0.95


class TooFewSamplesError(ValueError):
    """A percentile was asked of a sample that is too small to say it."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """An interval that holds the true value with at least the confidence asked for.

    An end is None where the sample is too small to bound it on that side.
    """

    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Ratio:
    """How many times one thing is another, with bounds where there were enough pairs to give them."""

    value: float
    bounds: Bounds
    pairs: int


def samples_needed(percent: float, confidence: float = CONFIDENCE) -> int:
    """The fewest samples of which a percentile may be said: 5 for p50, 59 for p95, 299 for p99.

    Below that, even the largest sample is lower than the true percentile more often than ``1 -
    confidence``: the percentile would be a guess from below. ``percent`` is in (0, 100).
    """
    _check(percent, confidence)
    q = percent / 100
    n = max(1, math.floor(math.log(1 - confidence) / math.log(q)))
    while q**n > 1 - confidence:
        n += 1
    return n


def percentile(samples: Sequence[float], percent: float, confidence: float = CONFIDENCE) -> float:
    """The p-th percentile by nearest rank: a value of the sample, in its unit.

    Raises TooFewSamplesError below :func:`samples_needed`, saying how many there must be.
    """
    needed = samples_needed(percent, confidence)
    if len(samples) < needed:
        raise TooFewSamplesError(
            f"p{percent:g} needs {needed} samples, and there {_are(len(samples))}: "
            f"of fewer, even the slowest is often faster than the true p{percent:g}"
        )
    return _nearest_rank(samples, percent)


def percentile_bounds(samples: Sequence[float], percent: float, confidence: float = CONFIDENCE) -> Bounds:
    """Bounds of the true p-th percentile, each side missed with probability at most (1 - confidence)/2.

    ``samples`` are n values in any order; ``percent`` is in (0, 100). Both ends are values of the
    sample, or None where none of them is low or high enough.
    """
    _check(percent, confidence)
    n = len(samples)
    if n == 0:
        return Bounds(None, None)
    below = _binomial_cdf(n, percent / 100)  # below[k]: at most k of n samples lie at or below the truth
    tail = (1 - confidence) / 2
    ordered = np.sort(np.asarray(samples))
    # the i-th smallest (from 1) exceeds the truth with probability below[i - 1]
    rank_low = int(np.count_nonzero(below <= tail))
    # the j-th smallest falls short of the truth with probability 1 - below[j - 1]
    enough = np.flatnonzero(1 - below[:n] <= tail)
    low = ordered[rank_low - 1].item() if rank_low > 0 else None
    high = ordered[enough[0]].item() if enough.size else None
    return Bounds(low, high)


def median_ratio(numerators: Sequence[float], denominators: Sequence[float]) -> float:
    """The median of one sample in units of the other's. Raises TooFewSamplesError where one is empty."""
    if not numerators or not denominators:
        raise TooFewSamplesError("a ratio of medians needs at least one sample on either side")
    return _nearest_rank(numerators, 50) / _nearest_rank(denominators, 50)


def paired_ratio(
    numerators: Sequence[Sequence[float]],
    denominators: Sequence[Sequence[float]],
    confidence: float = CONFIDENCE,
) -> Ratio:
    """The ratio of two things that were measured by turns: the median over rounds of the rounds' ratios.

    Both sequences hold one list of samples a round; rounds in which either is empty are left out. What
    slows the machine down for a while slows both sides of a pair, so it cancels. Raises
    TooFewSamplesError where no round has both.
    """
    pairs = [median_ratio(n, d) for n, d in zip(numerators, denominators, strict=True) if n and d]
    if not pairs:
        raise TooFewSamplesError("a paired ratio needs at least one round in which both were measured")
    return Ratio(_nearest_rank(pairs, 50), percentile_bounds(pairs, 50, confidence), len(pairs))


def rate(amount_each: float, samples_ns: Sequence[float]) -> float:
    """How much was done a second: ``amount_each`` for every sample, over the sum of all of them."""
    total = math.fsum(samples_ns)
    if total <= 0:
        raise TooFewSamplesError("a rate needs at least one sample that took any time")
    return amount_each * len(samples_ns) / (total / 1e9)


def _are(count: int) -> str:
    return "is 1" if count == 1 else f"are {count}"


def _check(percent: float, confidence: float) -> None:
    if not 0 < percent < 100:
        raise ValueError(f"a percentile lies between 0 and 100, both excluded: {percent!r}")
    if not 0 < confidence < 1:
        raise ValueError(f"a confidence lies between 0 and 1, both excluded: {confidence!r}")


def _nearest_rank(samples: Sequence[float], percent: float) -> float:
    # rounded first, because 0.07 * 100 is 7.000000000000001 and its ceiling 8
    rank = max(1, math.ceil(round(percent * len(samples) / 100, 9)))
    ordered = np.partition(np.asarray(samples), rank - 1)
    value: float = ordered[rank - 1].item()
    return value


@cache
def _binomial_cdf(n: int, q: float) -> npt.NDArray[np.float64]:
    """P(B <= k) for k = 0..n and B binomial(n, q), shape ``(n + 1,)``."""
    k = np.arange(1, n + 1)
    log_choose = np.concatenate(([0.0], np.cumsum(np.log((n - k + 1) / k))))
    counts = np.arange(n + 1)
    log_mass = log_choose + counts * math.log(q) + (n - counts) * math.log1p(-q)
    cumulative: npt.NDArray[np.float64] = np.minimum(1.0, np.cumsum(np.exp(log_mass)))
    return cumulative
