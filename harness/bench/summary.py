"""What raw samples say, derived on reading: percentiles, rates, and how a target stands to the reference."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from harness.bench.records import Timing
from harness.stats import (
    Bounds,
    Ratio,
    TooFewSamplesError,
    paired_ratio,
    percentile,
    percentile_bounds,
    rate,
)
from harness.status import Status

T = TypeVar("T")

PERCENTS = (50, 95, 99)

_GRAVEST = (Status.DISAGREES, Status.FAILED, Status.MISSING, Status.AGREES)


@dataclass(frozen=True, slots=True)
class Percentile:
    """One percentile in ns with its bounds; ``value`` is None where the sample is too small for it."""

    percent: int
    value: float | None
    bounds: Bounds
    why_not: str | None = None


@dataclass(frozen=True, slots=True)
class Summary:
    """One timing with everything derived from its samples.

    ``against_reference`` is how many times the reference's time a call takes, round by round: below 1 is
    faster. ``rows_per_second`` counts all the time that the calls took, slow ones included.
    """

    timing: Timing
    is_reference: bool
    percentiles: tuple[Percentile, ...]
    compute_p50: Percentile
    rows_per_second: float | None
    against_reference: Ratio | None

    @property
    def document(self) -> dict[str, Any]:
        """The summary with its raw samples, as JSON values; null where a sample is too small."""
        ratio = self.against_reference
        derived: dict[str, Any] = {"calls": len(self.timing.samples_ns)}
        for one in self.percentiles:
            derived[f"p{one.percent}_ns"] = one.value
            derived[f"p{one.percent}_bounds_ns"] = [one.bounds.low, one.bounds.high]
        derived["compute_p50_ns"] = self.compute_p50.value
        derived["rows_per_second"] = self.rows_per_second
        derived["against_reference"] = None if ratio is None else ratio.value
        derived["against_reference_bounds"] = None if ratio is None else [ratio.bounds.low, ratio.bounds.high]
        return {**self.timing.fields, **derived}


def summarise(timings: Sequence[Timing], reference: str) -> tuple[Summary, ...]:
    """Summarise timings of one model, in their order, each against the reference at the same size."""
    base = {t.rows: t for t in timings if t.target == reference and t.samples_ns}
    return tuple(_summary(timing, base.get(timing.rows), reference) for timing in timings)


def _summary(timing: Timing, base: Timing | None, reference: str) -> Summary:
    def against() -> Ratio:
        return paired_ratio(timing.samples_by_round, () if base is None else base.samples_by_round)

    return Summary(
        timing,
        timing.target == reference,
        tuple(_percentile(timing.samples_ns, percent) for percent in PERCENTS),
        _percentile(timing.compute_ns, 50),
        _or_none(lambda: rate(timing.rows, timing.samples_ns)),
        None if base is None or not timing.samples_ns else _or_none(against),
    )


def _percentile(samples: Sequence[int], percent: int) -> Percentile:
    bounds = percentile_bounds(samples, percent)
    try:
        return Percentile(percent, percentile(samples, percent), bounds)
    except TooFewSamplesError as error:
        return Percentile(percent, None, bounds, str(error))


def _or_none(derive: Callable[[], T]) -> T | None:
    try:
        return derive()
    except TooFewSamplesError:
        return None


def target_status(timings: Sequence[Timing]) -> Status:
    """The status of one target over all its sizes: the gravest of them."""
    return next(status for status in _GRAVEST if any(t.parity is status for t in timings))
