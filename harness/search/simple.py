"""The simplest value of an interval or an input: what a person would choose for an example."""

from __future__ import annotations

import datetime as dt
import math
from decimal import ROUND_CEILING, Decimal

from harness.schema import Input, Kind, Scalar

EPOCH = dt.date(1970, 1, 1)
EPOCH_TIME = dt.datetime(1970, 1, 1)
MOST_DIGITS = 17


def simplest_number(low: float, high: float) -> float:
    """The number with the fewest decimals in [low, high], and of those the one nearest to zero.

    Both ends are finite and ``low <= high``; where no shorter decimal fits, ``low`` itself.
    """
    if low <= 0.0 <= high:
        return 0.0
    if high < 0.0:
        return -simplest_number(-high, -low)
    exact_low, exact_high = Decimal(low), Decimal(high)
    first = math.floor(math.log10(high)) if high > 0 else 0
    for digits in range(-first, MOST_DIGITS - first + 1):
        step = Decimal(1).scaleb(-digits)
        candidate = (exact_low / step).to_integral_value(ROUND_CEILING) * step
        if candidate <= exact_high and low <= float(candidate) <= high:
            return float(candidate)
    return low


def simplest_integer(low: int, high: int) -> int:
    """The integer with the most trailing zeros in [low, high], and of those the nearest to zero."""
    if low <= 0 <= high:
        return 0
    if high < 0:
        return -simplest_integer(-high, -low)
    for zeros in range(len(str(high)), -1, -1):
        step: int = 10**zeros
        candidate = -(-low // step) * step
        if candidate <= high:
            return candidate
    return low


def to_number(value: Scalar) -> float | int:
    """An ordered value as a number: dates as days, datetimes as seconds since 1970."""
    if isinstance(value, dt.datetime):
        return int((value - EPOCH_TIME).total_seconds())
    if isinstance(value, dt.date):
        return (value - EPOCH).days
    assert not isinstance(value, str)
    return value


def from_number(value: float | int, kind: Kind) -> Scalar:
    """The value of an ordered kind that a number stands for; the inverse of :func:`to_number`."""
    if kind is Kind.DATE:
        return EPOCH + dt.timedelta(days=int(value))
    if kind is Kind.DATETIME:
        return EPOCH_TIME + dt.timedelta(seconds=int(value))
    return float(value) if kind is Kind.FLOAT else int(value)


def neighbour(value: float | int, kind: Kind, direction: int) -> float | int:
    """The next value of an ordered kind: the adjacent double, integer, day or second."""
    if kind is Kind.FLOAT:
        return math.nextafter(float(value), math.inf if direction > 0 else -math.inf)
    return int(value) + (1 if direction > 0 else -1)


def simplest_in(low: float | int, high: float | int, kind: Kind) -> float | int:
    """The simplest value of an ordered kind in [low, high]."""
    if kind is Kind.FLOAT:
        return simplest_number(float(low), float(high))
    if kind is Kind.INT:
        return simplest_integer(int(low), int(high))
    return _simplest_time(int(low), int(high), kind)


def _simplest_time(low: int, high: int, kind: Kind) -> int:
    """The first of a year, else of a month, else any day: nearest to 2000."""
    day = 1 if kind is Kind.DATE else 86_400
    years = sorted(range(1900, 2101), key=lambda year: (abs(year - 2000), year))
    for month in (1, 7, *range(2, 13)):
        for year in years:
            moment = (dt.date(year, month, 1) - EPOCH).days * day
            if low <= moment <= high:
                return moment
    start = -(-low // day) * day
    return start if start <= high else low


def plain_value(one: Input) -> Scalar:
    """A value of an input that nobody would call special: the background of an example."""
    if one.kind is Kind.BOOL:
        return False
    if one.kind is Kind.CATEGORY:
        return one.levels[0]
    if one.kind is Kind.STRING:
        return "a"
    assert one.bounds is not None
    low, high = (to_number(v) for v in one.bounds)
    if one.minimum is None or one.maximum is None:
        return from_number(simplest_in(low, high, one.kind), one.kind)
    quarter = (high - low) / 4 if one.kind is Kind.FLOAT else (int(high) - int(low)) // 4
    return from_number(simplest_in(low + quarter, high - quarter, one.kind), one.kind)
