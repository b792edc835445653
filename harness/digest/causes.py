"""What each cause means, in one line a person can act on."""

from __future__ import annotations

MEANINGS = {
    "interval-closure": "only where an input, or a quantity made of inputs, equals a bin edge or split "
    "threshold: (a, b] against [a, b)",
    "out-of-range": "only beyond the outermost edges or the legal range: missing against last bin, "
    "wrap-around, clamping",
    "missing-value": "only where an input is missing, or only in how a missing answer is said",
    "special-value": "only where an input is one of its special values",
    "unseen-category": "only where a category is none of the levels",
    "category-order": "the levels are permuted, or shifted by one",
    "text": "only in how text is read: case, blanks, encoding, locale order, pattern",
    "date": "only in how a date or time is read: origin, time zone, leap day, month end",
    "single-precision": "explained by float32 in inputs, thresholds or arithmetic",
    "rounding": "one step apart at ties or at representable-decimal cases: half-even, half-up, truncation",
    "threshold": "only between two nearby values of a cut or split: the edge itself has another value",
    "table-value": "only in one or a few bins, levels, cells, leaves or list entries: the looked-up value "
    "is another, or the entry is absent",
    "arithmetic": "a convention of the language: remainder or quotient of negative numbers, 0/0, bits, "
    "long-double sums",
    "tie": "only where two or more candidates are equal: rank, argmax, first against last",
    "integer-overflow": "beyond 32-bit integers",
    "row-alignment": "rows dropped, doubled, recycled or in another order",
    "scale": "one answer is a fixed function of the other: logit, log, 1 - p, points offset or factor",
    "coefficient": "the difference grows with one input: another weight, unit, contrast or transform of it",
    "interaction": "only in a region of two or more inputs together",
    "batch-dependence": "a row's answer depends on the other rows of its batch",
    "nondeterminism": "the same input twice, two answers",
    "monotone": "a law that the model file declares is broken",
    "error": "one raises where the other answers",
    "unexplained": "none of the known causes; the example and the region are still given",
}


def meaning_of(cause: str) -> str:
    """The one-line meaning of a cause; "" for one that is not known here."""
    return MEANINGS.get(cause, "")
