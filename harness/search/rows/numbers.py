"""Numbers beside a number: where a form that means the same may say something else."""

from __future__ import annotations

import datetime as dt
import itertools
import math
from collections.abc import Iterator, Sequence

import numpy as np

from harness.schema import Input, Kind
from harness.search.simple import neighbour, to_number

Number = float | int


def middles(marks: Sequence[Number]) -> Iterator[Number]:
    """Halfway between two neighbouring marks, and the whole number below."""
    for low, high in itertools.pairwise(marks):
        middle = (low + high) / 2
        if math.isfinite(middle):
            yield middle
            yield math.floor(middle)


def magnitudes(one: Input) -> list[Number]:
    """Powers of ten, and where types of numbers end."""
    powers: list[Number] = [10.0**k for k in range(-6, 16)] if one.kind is Kind.FLOAT else []
    limits: list[Number] = [2**31 - 1, 2**31, 2**24, 2**24 + 1, 2**53, 2**53 + 1]
    return [signed for v in (*powers, *limits) for signed in (v, -v)]


def ties(low: Number, high: Number) -> list[Number]:
    """Values whose last digit is a 5: where ways of rounding part."""
    ties = [0.5, 1.5, 2.5, 3.5, 0.25, 0.75, 0.15, 0.35, 0.125, 0.375, 1.005, 2.675, 5.015, 10.5, 100.5]
    start, size = math.floor(low), min(8, math.floor(high - low))
    inside = [start + i + 0.5 for i in range(size)]
    return [signed for v in (*ties, *inside) for signed in (v, -v)]


def calendar(one: Input) -> list[Number]:
    """Leap days, ends of months and years, the epoch, days on which clocks change."""
    days = [dt.date(1970, 1, 1), dt.date(2000, 2, 29), dt.date(1900, 2, 28), dt.date(2100, 2, 28)]
    days += [dt.date(2023, 2, 28), dt.date(2024, 2, 29), dt.date(2024, 3, 1), dt.date(2024, 12, 31)]
    days += [dt.date(2024, 1, 31), dt.date(2024, 3, 31), dt.date(2024, 10, 27), dt.date(2024, 3, 10)]
    numbers = [to_number(day) for day in days]
    if one.kind is Kind.DATE:
        return list(numbers)
    return [n * 86_400 + s for n in numbers for s in (0, 3_600, 7_200, 43_200, 86_399)]


def neighbours(value: Number, kind: Kind) -> list[Number]:
    """The adjacent values on both sides."""
    return [neighbour(value, kind, -1), neighbour(value, kind, +1)]


def distant(value: Number, kind: Kind) -> list[Number]:
    """Where single precision, rounding or a wrong sign would move a value."""
    if kind is not Kind.FLOAT:
        return [value - 2, value + 2, -value]
    with np.errstate(over="ignore"):
        single = np.float32(value)
    around = [single, np.nextafter(single, np.float32(np.inf)), np.nextafter(single, np.float32(-np.inf))]
    decimals = [value + sign * step for step in (1e-6, 0.005, 0.01, 0.1, 0.5, 1.0) for sign in (1, -1)]
    singles = [float(v) for v in around if np.isfinite(v)]
    return [*singles, *decimals, -value, math.floor(value), math.ceil(value)]
