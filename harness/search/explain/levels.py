"""Causes along an input that is text, a category or a boolean, and of missing values."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from harness.causes import Cause
from harness.schema import Input, Kind
from harness.search.explain.cluster import Cluster, Region, describe_values
from harness.search.explain.line import same
from harness.search.explain.pin import Pin
from harness.search.lab import Facet, Lab, Row
from harness.search.rows.pools import Pool

MOST_VALUES = 400


@dataclass(frozen=True, slots=True)
class Said:
    """What the two forms said of one value of the input, all else held."""

    value: Any
    bad: bool
    reference: Any
    candidate: Any


def read_missing(pin: Pin, facet: Facet) -> Cluster:
    """The cluster of rows in which the pinned input is missing."""
    name = pin.inputs[0]
    region = Region(name, values=frozenset({None}))
    neutral = {name: pin.background[name]}
    return Cluster(facet, Cause.MISSING_VALUE, f"{name} is missing", pin.row, (region,), neutral)


def read_values(lab: Lab, facet: Facet, pin: Pin, pool: Pool) -> list[Cluster]:
    """Try every value of the pinned input over the background, and group those that disagree by cause."""
    one = pool.input
    values = list(dict.fromkeys([pin.row[one.name], *pool.values]))[:MOST_VALUES]
    said = _say(lab, facet, pin, one.name, values)
    bad = [s for s in said if s.bad]
    grouped: dict[Cause, list[Said]] = {}
    for each in bad:
        grouped.setdefault(_cause(pool, each, said), []).append(each)
    return [_cluster(facet, pin, one, cause, members) for cause, members in grouped.items()]


def permuted(lab: Lab, facet: Facet, row: Row, one: Input) -> bool:
    """Whether along a category the candidate's answers are the reference's in another order."""
    if one.kind is not Kind.CATEGORY:
        return False
    return _permuted(_say(lab, facet, Pin(row, row, (one.name,)), one.name, one.levels))


def _say(lab: Lab, facet: Facet, pin: Pin, name: str, values: Sequence[Any]) -> list[Said]:
    judged = lab.judge_rows([{**pin.background, name: value} for value in values])
    bad = facet.of(judged.comparison)
    return [
        Said(
            value,
            bool(bad[row]),
            judged.said("reference", facet.output, row),
            judged.said("candidate", facet.output, row),
        )
        for row, value in enumerate(values)
    ]


def _cluster(facet: Facet, pin: Pin, one: Input, cause: Cause, members: list[Said]) -> Cluster:
    values = sorted((m.value for m in members), key=lambda v: (v is None, len(str(v)), str(v)))
    region = Region(one.name, values=frozenset(values))
    words = f"{one.name} is {describe_values(values)}"
    example = {**pin.background, one.name: values[0]}
    return Cluster(facet, cause, words, example, (region,), {one.name: pin.background[one.name]})


def _entries_only(pool: Pool, said: list[Said]) -> bool:
    """Whether just texts that the forms name are answered otherwise, none written a little differently."""
    return all(s.value in pool.named for s in said if s.bad and s.value is not None)


def _cause(pool: Pool, each: Said, said: list[Said]) -> Cause:
    one = pool.input
    if each.value is None:
        return Cause.MISSING_VALUE
    if one.kind is Kind.STRING:
        return Cause.TABLE_VALUE if _entries_only(pool, said) else Cause.TEXT
    if one.kind is Kind.CATEGORY and each.value not in one.levels:
        return Cause.TEXT if _a_reading(one, each, said) else Cause.UNSEEN_CATEGORY
    if one.kind is Kind.CATEGORY and _permuted([s for s in said if s.value in one.levels]):
        return Cause.CATEGORY_ORDER
    return Cause.TABLE_VALUE


def _a_reading(one: Input, each: Said, said: list[Said]) -> bool:
    """Whether one form takes the text for a level that another way of writing it would be, and does not treat
    it like any other text that is no level."""
    strangers = [s for s in said if s.value is not None and not any(_alike(s.value, v) for v in one.levels)]
    if any(same(each.reference, s.reference) and same(each.candidate, s.candidate) for s in strangers):
        return False
    twins = [s for s in said if s.value is not None and s.value != each.value and _alike(s.value, each.value)]
    return any(
        same(each.reference, s.reference) != same(each.candidate, s.candidate) for s in twins if not s.bad
    )


def _base_letters(text: str) -> str:
    """Without case, accents and other dress: the Turkish dotless i is an i."""
    plain = unicodedata.normalize("NFKD", text).casefold().replace("\u0131", "i")
    return "".join(c for c in plain if not unicodedata.combining(c))


_FOLDS: tuple[Callable[[str], str], ...] = (
    str.casefold,
    str.strip,
    _base_letters,
    lambda text: unicodedata.normalize("NFKC", text),
    lambda text: text.strip().casefold().replace("_", " "),
)


def _alike(first: str, second: str) -> bool:
    return any(fold(first) == fold(second) for fold in _FOLDS)


def _permuted(levels: list[Said]) -> bool:
    """Whether the candidate's answers are the reference's in another order, or shifted by one level."""
    bad = [s for s in levels if s.bad]
    if len(bad) < 2:
        return False
    if sorted(map(repr, (s.reference for s in levels))) == sorted(map(repr, (s.candidate for s in levels))):
        return True
    for shift in (1, -1):
        pairs = [(levels[i], levels[i + shift]) for i in range(len(levels)) if 0 <= i + shift < len(levels)]
        hits = sum(same(a.candidate, b.reference) for a, b in pairs)
        distinct = len({repr(s.reference) for s in levels})
        if len(pairs) >= 2 and distinct >= 3 and hits == len(pairs):
            return True
    return False
