"""A legal range guessed from what was seen: rounded outwards to what a person might have chosen."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any

from harness.schema import Kind, Scalar

#: Numbers by which many systems say that there is no number.
SENTINELS = (-9, -99, -999, -9999, -99999, 999, 9999, 99999, 999999)
_DIGITS = 2
_INT64 = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Range:
    """The guessed ends, both included, values with a meaning of their own, and what was seen."""

    low: Scalar
    high: Scalar
    special: tuple[Scalar, ...] = ()
    remark: str = ""


def range_of(kind: Kind, values: Sequence[Any]) -> Range:
    """The range of some different values of an ordered kind, at least one."""
    if kind in (Kind.DATE, Kind.DATETIME):
        return _times(min(values), max(values))
    ordered = sorted(values)
    special = _sentinels(ordered)
    ordinary = [value for value in ordered if value not in special]
    low, high = ordinary[0], ordinary[-1]
    ends = _rounded(low, ROUND_FLOOR), _rounded(high, ROUND_CEILING)
    remark = f"seen in the data: {low} .. {high}"
    if kind is Kind.FLOAT:
        return Range(float(ends[0]), float(ends[1]), tuple(special), remark)
    first, last = (max(-_INT64, min(_INT64, int(end))) for end in ends)
    return Range(first, last, tuple(special), remark)


def _sentinels(ordered: Sequence[Any]) -> list[Any]:
    """The lowest value, where it is negative alone; the highest, where it is far above all others."""
    found = []
    if len(ordered) > 1 and ordered[0] in SENTINELS and ordered[0] < 0 <= ordered[1]:
        found.append(ordered[0])
    if len(ordered) > 2 and ordered[-1] in SENTINELS and ordered[-2] < ordered[-1] / 5:
        found.append(ordered[-1])
    return found


def _rounded(value: float | int, rounding: str) -> Decimal:
    """Two digits, outwards. A double nearest to the result is never on the inner side of the value."""
    exact = Decimal(value)
    if not exact:
        return Decimal(0)
    step = Decimal(1).scaleb(exact.adjusted() - _DIGITS + 1)
    return (exact / step).to_integral_value(rounding) * step


def _times(first: Any, last: Any) -> Range:
    remark = f"seen in the data: {first} .. {last}"
    if isinstance(first, dt.datetime):
        return Range(dt.datetime(first.year, 1, 1), dt.datetime(last.year, 12, 31, 23, 59, 59), remark=remark)
    return Range(dt.date(first.year, 1, 1), dt.date(last.year, 12, 31), remark=remark)
