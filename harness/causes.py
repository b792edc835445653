"""The causes of a disagreement: the words of verdicts, ``expect`` lists and waivers."""

from __future__ import annotations

from enum import StrEnum


class Cause(StrEnum):
    """Why two forms of a model disagree. ``meaning`` says it in one line."""

    meaning: str

    def __new__(cls, word: str, meaning: str) -> Cause:
        """A member is its word; the meaning rides along."""
        member = str.__new__(cls, word)
        member._value_ = word
        member.meaning = meaning
        return member

    INTERVAL_CLOSURE = (
        "interval-closure",
        "only where an input, or a quantity made of inputs, equals a bin edge or split threshold: "
        "(a, b] against [a, b)",
    )
    OUT_OF_RANGE = (
        "out-of-range",
        "only beyond the outermost edges or the legal range: missing against last bin, wrap-around, clamping",
    )
    MISSING_VALUE = (
        "missing-value",
        "only where an input is missing, or only in how a missing answer is said",
    )
    SPECIAL_VALUE = ("special-value", "only where an input is one of its special values")
    UNSEEN_CATEGORY = ("unseen-category", "only where a category is none of the levels")
    CATEGORY_ORDER = ("category-order", "the levels are permuted, or shifted by one")
    TEXT = ("text", "only in how text is read: case, blanks, encoding, locale order, pattern")
    DATE = ("date", "only in how a date or time is read: origin, time zone, leap day, month end")
    SINGLE_PRECISION = ("single-precision", "explained by float32 in inputs, thresholds or arithmetic")
    ROUNDING = (
        "rounding",
        "one step apart at ties or at representable-decimal cases: half-even, half-up, truncation",
    )
    THRESHOLD = (
        "threshold",
        "only between two nearby values of a cut or split: the edge itself has another value",
    )
    TABLE_VALUE = (
        "table-value",
        "only in one or a few bins, levels, cells, leaves or list entries: the looked-up value is another, "
        "or the entry is absent",
    )
    ARITHMETIC = (
        "arithmetic",
        "a convention of the language: remainder or quotient of negative numbers, 0/0, bits, "
        "long-double sums",
    )
    TIE = ("tie", "only where two or more candidates are equal: rank, argmax, first against last")
    INTEGER_OVERFLOW = ("integer-overflow", "beyond 32-bit integers")
    ROW_ALIGNMENT = ("row-alignment", "rows dropped, doubled, recycled or in another order")
    SCALE = (
        "scale",
        "one answer is a fixed function of the other: logit, log, 1 - p, points offset or factor",
    )
    COEFFICIENT = (
        "coefficient",
        "the difference grows with one input: another weight, unit, contrast or transform of it",
    )
    INTERACTION = ("interaction", "only in a region of two or more inputs together")
    BATCH_DEPENDENCE = ("batch-dependence", "a row's answer depends on the other rows of its batch")
    NONDETERMINISM = ("nondeterminism", "the same input twice, two answers")
    MONOTONE = ("monotone", "a law that the model file declares is broken")
    ERROR = ("error", "one raises where the other answers")
    UNEXPLAINED = ("unexplained", "none of these; the example and the region are still given")


CAUSES: tuple[str, ...] = tuple(cause.value for cause in Cause)
