"""The scorecard as an R function of a data.frame."""

from __future__ import annotations

import json
from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction

from harness.scorecard.characteristics import Characteristic, Listed, Points
from harness.scorecard.table import Scorecard

_HEAD = """\
# Written from the points table {name}: change the table, not this file.

# Bins are (a, b] where closed is "right", [a, b) where it is "left".
binned <- function(x, breaks, points, closed, missing, special, special_points) {{
  x <- as.double(x)
  # how many breaks lie below x; those equal to it count where the left end is closed
  answer <- points[findInterval(x, breaks, left.open = closed == "right") + 1L]
  answer[is.na(x)] <- missing
  at <- match(x, special)
  answer[!is.na(at)] <- special_points[at[!is.na(at)]]
  answer
}}

listed <- function(x, levels, points, missing, unseen) {{
  at <- match(as.character(x), levels)
  answer <- points[at]
  answer[is.na(at)] <- unseen
  answer[is.na(x)] <- missing
  answer
}}

"""
_CHECK = 'if (anyNA(total)) stop("a value that the points table does not list")'


def r_source(card: Scorecard) -> str:
    """The text of an R file that defines ``score(df)``."""
    terms = [_points(card, card.base_points), *(_term(card, one) for one in card.characteristics)]
    total = " +\n    ".join(terms)
    answer = "list(score = total)"
    if card.scaling is not None:
        offset, factor = card.scaling
        answer = (
            "# score = offset + factor * log(odds of a good outcome)\n"
            f"  list(score = total, pd = 1 / (1 + exp((total - {number(offset)}) / {number(factor)})))"
        )
    head = _HEAD.format(name=_text(card.name))
    return f"{head}score <- function(df) {{\n  total <- {total}\n  {_CHECK}\n  {answer}\n}}\n"


def _term(card: Scorecard, one: Characteristic) -> str:
    column = f"df[[{_text(one.name)}]]"
    points = _vector(_points(card, value) for value in one.points)
    missing = _points(card, one.missing)
    if isinstance(one, Listed):
        levels = _vector(map(_text, one.levels))
        return f"listed({column}, {levels},\n      {points}, {missing}, {_points(card, one.unseen)})"
    breaks, special = _vector(map(number, one.breaks)), _vector(map(number, one.special))
    special_points = _vector(_points(card, value) for value in one.special.values())
    return (
        f"binned({column}, {breaks}, {points},\n"
        f"      {_text(one.closed)}, {missing}, {special}, {special_points})"
    )


def _points(card: Scorecard, value: Points | None) -> str:
    if value is None:
        return "NA_integer_" if card.whole else "NA_real_"
    return f"{value}L" if card.whole else number(value)


def number(value: float) -> str:
    """A double as R reads it back to the last bit: as a decimal where that is safe, else hexadecimal."""
    text = repr(float(value)).removesuffix(".0")
    return text if _read_exactly(text, value) else float(value).hex()


def _read_exactly(text: str, value: float) -> bool:
    """Whether R reads a decimal to its nearest double: it divides, rounds to 64 bits, and then to 53."""
    _, digits, exponent = Decimal(text).as_tuple()
    if len(digits) > 15 or not isinstance(exponent, int) or not -22 <= exponent <= 0:
        return False
    exact = abs(Fraction(text))
    shift = 64 - exact.numerator.bit_length() + exact.denominator.bit_length()
    if exact * Fraction(2) ** shift >= 2**64:
        shift -= 1
    return float(round(exact * Fraction(2) ** shift) / Fraction(2) ** shift) == abs(value)


def _text(value: str) -> str:
    # the escapes of JSON are R's too
    return json.dumps(value, ensure_ascii=False)


def _vector(values: Iterable[str]) -> str:
    # c() of nothing would be NULL, which findInterval does not take
    return f"c({', '.join(values)})".replace("c()", "numeric(0)")
