"""What is telling of a row while a form runs: an edge met exactly, a tie, an overflow. Where nearly all rows
that disagree show one, and rows that agree do not, it is the cause.

The kinds: ``edge`` (an ordering comparison of equal numbers, or a value equal to a break), ``tie`` (the
largest, or ranks, of equal numbers), ``negative`` (remainder, quotient or truncation of a negative number),
``zero`` (division by zero), ``half`` (rounding of a number halfway between two), ``overflow`` (an integer
that its type cannot hold), ``wide`` and ``vast`` (whole numbers beyond 2**31 and 2**53), ``capped`` (a value
that a fixed least or most takes the place of).
"""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from harness.causes import Cause
from harness.protocols import Watched, Watching
from harness.search.lab import Facet, Lab, Respondent

CAUSES: Mapping[str, Cause] = {
    "overflow": Cause.INTEGER_OVERFLOW,
    "wide": Cause.INTEGER_OVERFLOW,
    "vast": Cause.ARITHMETIC,
    "tie": Cause.TIE,
    "zero": Cause.ARITHMETIC,
    "negative": Cause.ARITHMETIC,
    "half": Cause.ROUNDING,
    "edge": Cause.INTERVAL_CLOSURE,
    "capped": Cause.OUT_OF_RANGE,
}
WORDS: Mapping[str, str] = {
    "overflow": "an integer overflows in {form}",
    "wide": "whole numbers of {form} leave 32 bits",
    "vast": "whole numbers of {form} leave the 53 bits of a double",
    "tie": "{form} ranks equal values",
    "zero": "{form} divides by zero",
    "negative": "{form} takes a remainder, quotient or whole part of a negative number",
    "half": "{form} rounds a number halfway between two",
    "edge": "a comparison of {form} meets its edge exactly",
    "capped": "only {form} caps a quantity there",
}
ONE_SIDED = ("capped",)  # telling only where one form alone shows it
ALWAYS = 0.95  # of the disagreeing rows show it
SELDOM = 0.6  # of the agreeing rows, at most
SLOW_S = 0.3  # that one row takes in a form that is too slow to be asked for many
LEAST = 3  # rows that disagree, from which a small difference is believed
TURNED = 3  # rows on which it is tried whether an edge makes the difference
MET = 8  # comparisons of a row that are tried so
CLEAR = 0.8  # a difference that is believed of one row


@dataclass(frozen=True, slots=True)
class Told:
    """What the running forms show: a cause, in words, and how much more often it shows on rows that disagree
    than on rows that agree (0 to 1). ``kind`` is what shows, and ``by`` the target that shows it."""

    cause: Cause
    words: str
    gap: float
    kind: str
    by: Respondent


def telling(lab: Lab, facet: Facet, disagreeing: pa.RecordBatch, agreeing: pa.RecordBatch) -> Told | None:
    """The cause that the running forms show for rows that disagree in an output; None where nothing is
    telling."""
    if disagreeing.num_rows == 0 or agreeing.num_rows < LEAST:
        return None
    found: list[Told] = []
    both = (lab.reference, lab.candidate)
    shares = [_shares(respondent, disagreeing, agreeing) for respondent in both]
    for respondent, own, others in zip(both, shares, reversed(shares), strict=True):
        for kind, (bad, fine) in own.items():
            clear = disagreeing.num_rows >= LEAST or bad - fine >= CLEAR
            if bad < ALWAYS or fine > SELDOM or not clear:
                continue
            if kind in ONE_SIDED and others.get(kind, (1.0, 1.0))[0] > 0:
                continue
            if kind != "edge" or _turns(lab, respondent, facet, disagreeing.slice(0, TURNED)):
                words = WORDS[kind].format(form=respondent.target.form.name)
                found.append(Told(CAUSES[kind], words, bad - fine, kind, respondent))
    order = list(CAUSES)
    return max(found, key=lambda told: (round(told.gap, 2), -order.index(told.kind)), default=None)


def shows(respondent: Respondent, rows: pa.RecordBatch, kind: str) -> npt.NDArray[np.bool_] | None:
    """Which rows show what is telling, each by itself; None where the form cannot be watched."""
    seen = _alone(respondent, rows) if _quick(respondent, rows) else None
    return None if seen is None else seen.signals[kind]


def meets_no_edge(respondent: Respondent, rows: pa.RecordBatch) -> bool:
    """Whether a form meets no edge exactly on any of some rows, as far as it can be watched."""
    if not rows.num_rows or not _quick(respondent, rows):
        return False
    seen = _alone(respondent, rows)
    return seen is not None and bool(seen.sites) and not seen.failed.any() and not seen.signals["edge"].any()


def _alone(respondent: Respondent, rows: pa.RecordBatch) -> Watched | None:
    """Some rows, each watched by itself; None where the form cannot be watched."""
    session = respondent.watched()
    return None if session is None else session.watch(rows, Watching(alone=True))


def _quick(respondent: Respondent, rows: pa.RecordBatch) -> bool:
    """Whether a form can be watched, and is quick enough to be asked for many rows."""
    if respondent.watched() is None:  # opening it is not what is timed
        return False
    start = time.monotonic()
    return _alone(respondent, rows.slice(0, 1)) is not None and time.monotonic() - start <= SLOW_S


def _shares(
    respondent: Respondent, disagreeing: pa.RecordBatch, agreeing: pa.RecordBatch
) -> dict[str, tuple[float, float]]:
    if not _quick(respondent, disagreeing):
        return {}
    bad, fine = (_alone(respondent, rows) for rows in (disagreeing, agreeing))
    if bad is None or fine is None:
        return {}
    return {kind: (_share(flags), _share(fine.signals[kind])) for kind, flags in bad.signals.items()}


def _turns(lab: Lab, respondent: Respondent, facet: Facet, rows: pa.RecordBatch) -> bool:
    """Whether a form would answer as the other one does if a comparison that it meets exactly came out the
    other way, of each of some rows. Breaks, which cannot be made to come out otherwise, are trusted."""
    session = respondent.watched()
    assert session is not None
    judged = lab.judge(rows)
    other = "candidate" if respondent is lab.reference else "reference"
    for row in range(rows.num_rows):
        one = rows.slice(row, 1)
        seen = session.watch(one, Watching(alone=True))
        if seen is None:
            return False
        met = np.flatnonzero(seen.decides & (seen.codes[:, 0] == 0))
        said = judged.said(other, facet.output, row)
        turned = (
            session.watch(one, Watching(alone=True, force=int(site) + 1, value=value))
            for site in met[:MET]
            for value in (True, False)
        )
        if len(met) and not any(t is not None and _says(t.said[facet.output][0], said) for t in turned):
            return False
    return True


def _says(plain: Any, said: Any) -> bool:
    """Whether a watched answer, which is a number or a text, is an answer of the other form."""
    if said is None or isinstance(said, dict):
        return False
    if isinstance(said, bool | int | float) and isinstance(plain, float):
        return math.isclose(plain, float(said), rel_tol=1e-9, abs_tol=1e-12)
    return str(plain) == str(said)


def _share(flags: npt.NDArray[np.bool_]) -> float:
    return float(flags.mean()) if len(flags) else 0.0
