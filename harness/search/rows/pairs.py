"""Cells of a quantity made of two inputs: its regions within each region of the one and of the other.

A form may have a term of a quotient (sum, difference, product) of two inputs beside terms of either. Then it
is checked for every combination of a region of the first, one of the second and one of the quantity that any
legal pair of values has. The quantity rises or falls all along one input, so that bisection finds such a
pair.
"""

from __future__ import annotations

import math
import operator
import struct
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise, product

from harness.additive import Additive, parts_of
from harness.schema import Input, Kind, Scalar
from harness.search.rows.cells import Number, Region, edges_of, regions

_TRIED = 24  # values of the second input, where both may vary
_OPERATORS: dict[str, Callable[[float, float], float]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
}

Pair = tuple[Scalar | None, Scalar | None]
Cell = tuple[tuple[Region | None, ...], Pair | None]


def derived_terms(forms: Sequence[Additive]) -> tuple[str, ...]:
    """The quantities made of two inputs that some form has a term of."""
    return tuple(sorted({term for form in forms for term in form.terms if parts_of(term) is not None}))


def is_read(term: str, first: Input, second: Input) -> bool:
    """Whether the cells of a quantity can be told: of two numbers, and nothing is divided by zero."""
    parts = parts_of(term)
    if parts is None or first.kind not in (Kind.FLOAT, Kind.INT) or second.kind not in (Kind.FLOAT, Kind.INT):
        return False
    if parts[1] != "/":
        return True
    assert second.bounds is not None
    low, high = (float(value) for value in second.bounds if isinstance(value, int | float))
    return (low > 0 or high < 0) and 0 not in second.special


def pairs(term: str, first: Input, second: Input, forms: Sequence[Additive]) -> Iterator[Pair | None]:
    """A pair of values for every combination of regions that legal values have; None where one may be there,
    but none was found."""
    parts = parts_of(term)
    assert parts is not None
    of = _OPERATORS[parts[1]]
    cuts = [-math.inf, *edges_of(forms, term), math.inf]
    for a, b in product(
        _split(regions(first, edges_of(forms, first.name))),
        _split(regions(second, edges_of(forms, second.name))),
    ):
        ends = [of(float(x), float(y)) for x in (a.low, a.high) for y in (b.low, b.high)]
        for below, last in pairwise(cuts):
            if min(ends) <= last and max(ends) > below:
                found = _meet(of, (first.kind, second.kind), (a, b), (below, last))
                if found is not None:
                    yield found
                elif not (a.is_point or b.is_point):
                    yield None
    yield from _with_missing(first, second, forms)


def _with_missing(first: Input, second: Input, forms: Sequence[Additive]) -> Iterator[Pair]:
    for one, other, turned in ((first, second, False), (second, first, True)):
        if one.missing:
            for region in regions(other, edges_of(forms, other.name)):
                yield (region.low, None) if turned else (None, region.low)
    if first.missing and second.missing:
        yield None, None


def _split(found: Sequence[Region]) -> Iterator[Region]:
    """Regions that do not reach over zero: on each a product or quotient only rises, or only falls."""
    for one in found:
        if one.low < 0 < one.high:
            whole = isinstance(one.low, int)
            yield Region(one.low, -1 if whole else -5e-324)
            yield Region(0 if whole else 0.0, one.high)
        else:
            yield one


def _meet(
    of: Callable[[float, float], float],
    kinds: tuple[Kind, Kind],
    where: tuple[Region, Region],
    between: tuple[float, float],
) -> Pair | None:
    """Values of two regions for which the quantity lies in ``(below, last]``; None where none was found."""
    a, b = where
    if a.is_point:
        y = _first(lambda y: of(float(a.low), float(y)), kinds[1], b, between)
        return None if y is None else (a.low, y)
    for y in _some(b, kinds[1], of, a, between):
        x = _first(lambda x, y=y: of(float(x), float(y)), kinds[0], a, between)  # type: ignore[misc]
        if x is not None:
            return x, y
    return None


def _some(
    b: Region, kind: Kind, of: Callable[[float, float], float], a: Region, between: tuple[float, float]
) -> Iterator[Number]:
    """Some values of a region: its ends, those that meet the quantity's at an end of the other, others."""
    yield from (b.low, b.high)
    for x in (a.low, a.high):
        y = _first(lambda y, x=x: of(float(x), float(y)), kind, b, between)  # type: ignore[misc]
        if y is not None:
            yield y
    for part in range(1, _TRIED):
        y = b.low + (b.high - b.low) * part / _TRIED
        yield y if kind is Kind.FLOAT else round(y)


def _first(
    quantity: Callable[[Number], float], kind: Kind, region: Region, between: tuple[float, float]
) -> Number | None:
    """The first value of a region, as it rises or falls, with its quantity in ``(below, last]``."""
    below, last = between
    low, high = _place(region.low, kind), _place(region.high, kind)
    rises = quantity(region.low) <= quantity(region.high)
    start, end = (low, high) if rises else (high, low)
    if quantity(_value(end, kind)) <= below:
        return None
    if quantity(_value(start, kind)) <= below:
        while abs(end - start) > 1:
            middle = (start + end) // 2
            if quantity(_value(middle, kind)) <= below:
                start = middle
            else:
                end = middle
        start = end
    found = _value(start, kind)
    return found if below < quantity(found) <= last else None


def _place(value: Number, kind: Kind) -> int:
    """The place of a value among all of its kind."""
    if kind is Kind.INT:
        return int(value)
    bits: int = struct.unpack("<q", struct.pack("<d", value))[0]
    return bits if bits >= 0 else -(bits & 0x7FFFFFFFFFFFFFFF)


def _value(place: int, kind: Kind) -> Number:
    if kind is Kind.INT:
        return place
    found: float = struct.unpack("<d", struct.pack("<Q", place if place >= 0 else -place | (1 << 63)))[0]
    return found
