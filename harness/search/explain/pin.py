"""Pin a disagreement on as few inputs as possible: which of a row's values, put into a row on which the
forms agree, make them disagree?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from harness.legal import holding_rows
from harness.schema import Kind
from harness.search.lab import Facet, Lab, Mask, Row

#: Rows spent on trying the subsets of one size.
SUBSETS = 3_000


@dataclass(frozen=True, slots=True)
class Pin:
    """``row`` disagrees, ``background`` agrees, and they differ in ``inputs`` only."""

    row: Row
    background: Row
    inputs: tuple[str, ...]


def pin(lab: Lab, facet: Facet, row: Row, backgrounds: Sequence[Row]) -> Pin | None:
    """The smallest set of inputs found that carries the disagreement into an agreeing background; the
    first background is preferred. None where every background disagrees too."""
    judged = lab.judge_rows(backgrounds)
    agrees = judged.comparison.compared & ~facet.of(judged.comparison)
    fine = [b for b, ok in zip(backgrounds, agrees, strict=True) if ok]
    if not fine:
        return None
    ordinary = [b for b in fine if _ordinary(lab, b)]
    by_size = _smallest(lab, facet, row, ordinary) or _smallest(lab, facet, row, fine)
    return by_size or _by_removal(lab, facet, row, fine[0])


def _ordinary(lab: Lab, row: Row) -> bool:
    """Whether nothing in a row is missing, special or unseen: such values would be taken for granted."""
    return not any(
        row[one.name] is None
        or row[one.name] in one.special
        or (one.kind is Kind.CATEGORY and row[one.name] not in one.levels)
        for one in lab.model.schema
    )


def differing(row: Row, background: Row) -> tuple[str, ...]:
    """The inputs in which two rows differ."""
    return tuple(name for name in row if row[name] != background[name])


def blend(row: Row, background: Row, inputs: Iterable[str]) -> Row:
    """The background with the row's values for some inputs."""
    return {**background, **{name: row[name] for name in inputs}}


def _smallest(lab: Lab, facet: Facet, row: Row, backgrounds: list[Row]) -> Pin | None:
    """Try all subsets of one, two and three inputs, each size in one batch."""
    for size in (1, 2, 3):
        tries = [
            Pin(blend(row, b, chosen), b, chosen)
            for b in backgrounds
            for chosen in combinations(differing(row, b), size)
        ][:SUBSETS]
        if not tries:
            continue
        bad = disagreeing(lab, facet, [t.row for t in tries])
        hits = np.flatnonzero(bad)
        if len(hits):
            return tries[int(hits[0])]
    return None


def _by_removal(lab: Lab, facet: Facet, row: Row, background: Row) -> Pin | None:
    """Give inputs back to the background one after the other for as long as the row still disagrees."""
    kept = list(differing(row, background))
    if not disagreeing(lab, facet, [row])[0]:
        return None
    shrinking = True
    while shrinking and len(kept) > 1:
        tries = [[n for n in kept if n != dropped] for dropped in kept]
        bad = disagreeing(lab, facet, [blend(row, background, t) for t in tries])
        hits = np.flatnonzero(bad)
        shrinking = len(hits) > 0
        if shrinking:
            kept = tries[int(hits[0])]
    return Pin(blend(row, background, kept), background, tuple(kept))


def disagreeing(lab: Lab, facet: Facet, rows: Sequence[Row]) -> Mask:
    """Which rows are legal and disagree in a facet."""
    judged = lab.judge_rows(rows)
    legal = holding_rows(judged.batch, lab.model.schema)
    return facet.of(judged.comparison) & legal
