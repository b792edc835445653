"""The cells of an additive form: the values of each input that stand for all others.

Between two neighbouring edges of an input each of its terms is constant. So its cells are, of every such
region, both ends (a cut, and its neighbours on both sides, are ends of regions) and a value inside; every
level and truth value; the missing value and the special values; and a text that no form names.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from harness.additive import Additive
from harness.schema import Input, Kind, Scalar
from harness.search.simple import neighbour, simplest_in, to_number

_UNNAMED = ("unnamed", "another text", "zzz", "~")

Number = float | int


@dataclass(frozen=True, slots=True)
class Region:
    """The legal numbers between two neighbouring edges, both ends included."""

    low: Number
    high: Number

    @property
    def is_point(self) -> bool:
        """Whether it is a single value."""
        return self.low == self.high


def edges_of(forms: Iterable[Additive], term: str) -> tuple[float, ...]:
    """The edges of an input, or of a derived quantity, in any of some forms."""
    return tuple(sorted({edge for form in forms for edge in form.edges.get(term, ())}))


def regions(one: Input, edges: Sequence[float]) -> tuple[Region, ...]:
    """The regions of an ordered input's legal range, and its special values beyond it as points."""
    assert one.bounds is not None
    low, high = (to_number(value) for value in one.bounds)
    found, start = [], low
    for edge in edges:
        last: Number = edge if one.kind is Kind.FLOAT else math.floor(edge)
        if last >= high:
            break
        if last >= start:
            found.append(Region(start, last))
            start = neighbour(last, one.kind, 1)
    found.append(Region(start, high))
    beyond = sorted({to_number(v) for v in one.special if not low <= to_number(v) <= high})
    return (*found, *(Region(value, value) for value in beyond))


def values_of(one: Input, forms: Sequence[Additive]) -> tuple[Scalar | None, ...]:
    """The values of an input that stand for all others, each once."""
    return tuple(_unique(_values(one, forms)))


def _values(one: Input, forms: Sequence[Additive]) -> Iterator[Scalar | None]:
    if one.kind is Kind.BOOL:
        yield from (False, True)
    elif one.kind.textual:
        yield from _texts(one, forms)
    else:
        for region in regions(one, edges_of(forms, one.name)):
            yield from (region.low, _inside(region, one.kind), region.high)
        yield from one.special
    if one.missing:
        yield None


def _inside(region: Region, kind: Kind) -> Number:
    """A plain value in the middle of a region."""
    if kind is Kind.FLOAT:
        quarter = region.high / 4 - region.low / 4
        return simplest_in(region.low + quarter, region.high - quarter, kind)
    whole = (int(region.high) - int(region.low)) // 4
    return simplest_in(region.low + whole, region.high - whole, kind)


def _texts(one: Input, forms: Sequence[Additive]) -> Iterator[str]:
    yield from one.levels
    if one.kind is Kind.CATEGORY and not one.unseen:
        return
    named = {text for form in forms for text in form.texts.get(one.name, ())} | set(one.levels)
    yield from sorted(named)
    yield ""
    yield next(text for text in _candidates() if text not in named)


def _candidates() -> Iterator[str]:
    yield from _UNNAMED
    number = 0
    while True:
        yield f"text {number}"
        number += 1


def _unique(values: Iterable[Scalar | None]) -> Iterator[Scalar | None]:
    seen: set[Scalar | None] = set()
    for value in values:
        if value not in seen:
            seen.add(value)
            yield value
