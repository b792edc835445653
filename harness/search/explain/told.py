"""Causes that the two answers to a row tell: ties, rounding, overflow of 32-bit integers, division by zero,
last digits lost."""

from __future__ import annotations

import math
from typing import Any

from harness.causes import Cause
from harness.schema import Schema
from harness.search.lab import Row

INT32 = 2**31
LAST_DIGITS = 4  # units in the last place of the largest input, by which sums in another order may differ


def told_by_answers(schema: Schema, row: Row, reference: Any, candidate: Any) -> Cause | None:
    """The cause that the answers to a row tell, or None."""
    if tied(schema, row, reference, candidate):
        return Cause.TIE
    if overflown(reference, candidate):
        return Cause.INTEGER_OVERFLOW
    if one_step(reference, candidate):
        return Cause.ROUNDING
    if _infinite(reference) != _infinite(candidate) and any(value == 0 for value in row.values()):
        return Cause.ARITHMETIC
    return None


def one_step(reference: Any, candidate: Any) -> bool:
    """Whether two numbers of the same few decimals differ by one in the last of them (not by whole ones:
    points differ so as well)."""
    if not (_number(reference) and _number(candidate)):
        return False
    for digits in range(1, 7):
        step = 10.0**-digits
        if math.isclose(abs(reference - candidate), step, rel_tol=1e-6):
            return all(_has_decimals(value, digits) for value in (reference, candidate))
    return False


def of_last_digits(row: Row, reference: Any, candidate: Any) -> bool:
    """Whether two answers differ by no more than what adding up the row's numbers in another order, or with
    more digits, makes of them: a few units in the last place of the largest."""
    if not (_number(reference) and _number(candidate)):
        return False
    largest = max(
        (abs(float(value)) for value in row.values() if isinstance(value, int | float)), default=0.0
    )
    return bool(0 < abs(reference - candidate) <= LAST_DIGITS * math.ulp(largest))


def _has_decimals(value: float, digits: int) -> bool:
    return math.isclose(value, round(value, digits), rel_tol=1e-12, abs_tol=1e-12)


def overflown(reference: Any, candidate: Any) -> bool:
    """Whether one answer is beyond 32 bits, and the other is missing, wrapped round, or at the limit."""
    for large, other in ((reference, candidate), (candidate, reference)):
        if not _number(large) or abs(large) < INT32:
            continue
        if other is None or (_number(other) and (other - large) % 2**32 == 0 and other != large):
            return True
        if _number(other) and other in (INT32 - 1, -INT32):
            return True
    return False


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _infinite(value: Any) -> bool:
    return isinstance(value, float) and math.isinf(value)


def tied(schema: Schema, row: Row, reference: Any, candidate: Any) -> bool:
    """Whether the two answers name equal candidates of the row: inputs by name with the same value, values of
    the row that occur equally often, or inputs by position with the same value."""
    if isinstance(reference, str) and isinstance(candidate, str):
        return _by_name(row, reference, candidate) or _by_count(row, reference, candidate)
    if _index(reference) and _index(candidate):
        return _by_position(schema, row, int(reference), int(candidate))
    return False


def _by_name(row: Row, reference: str, candidate: str) -> bool:
    return reference in row and candidate in row and row[reference] == row[candidate]


def _by_count(row: Row, reference: str, candidate: str) -> bool:
    values = list(row.values())
    return reference != candidate and values.count(reference) == values.count(candidate) > 0


def _index(value: Any) -> bool:
    return _number(value) and value == int(value)


def _by_position(schema: Schema, row: Row, reference: int, candidate: int) -> bool:
    names = schema.names
    kinds = {one.kind for one in schema}
    if reference == candidate or len(kinds) > 1 or len(names) < 2:
        return False
    for first in (0, 1):
        places = [reference - first, candidate - first]
        if all(0 <= place < len(names) for place in places):
            one, other = (row[names[place]] for place in places)
            if one is not None and one == other:
                return True
    return False
