"""Guess what each column of some data is: its type, range and levels, each guess with what it rests on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from harness.dataset import MISSING_WORDS
from harness.draft.ranges import Range, range_of
from harness.schema import ARROW_TYPES, Input, Kind

#: Distinct texts of which a column is taken as a category, at most; each must come twice on average.
MOST_LEVELS = 50

_INTEGER = r"-?(?:0|[1-9]\d{0,17})"
_FLOAT = r"[-+]?(?:(?:0|[1-9]\d{0,15})(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?"
_BOOL = r"TRUE|FALSE|True|False|true|false"
_DATE = r"\d{4}-\d\d-\d\d"
_DATETIME = r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d(?::\d\d)?"
_ZONED = r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)"
_SPELLINGS = (
    (Kind.BOOL, _BOOL),
    (Kind.INT, _INTEGER),
    (Kind.FLOAT, _FLOAT),
    (Kind.DATE, _DATE),
    (Kind.DATETIME, _DATETIME),
)


@dataclass(frozen=True, slots=True)
class Guess:
    """One column: the input that it was taken for, and remarks for the person who reads the draft.

    ``levels_remark`` and ``range_remark`` stand beside the levels and the range. ``unique`` says whether no
    value comes twice and none is missing: it might be a key.
    """

    input: Input
    remarks: tuple[str, ...] = ()
    range_remark: str = ""
    levels_remark: str = ""
    unique: bool = False


def guess_column(name: str, column: pa.ChunkedArray, *, from_text: bool) -> Guess | str:
    """What a column is; or, where no input can be like it, why not.

    ``from_text`` says that the column comes from a CSV file, where everything is text.
    """
    values = column.combine_chunks()
    if isinstance(values, pa.ChunkedArray):  # as pyarrow gives for a column without any chunk
        values = pa.array([], type=column.type)
    kind = values.type
    if isinstance(values, pa.DictionaryArray):
        return _dictionary(name, values)
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        texts = values.cast(pa.string())
        return _from_text(name, texts) if from_text else _text(name, texts)
    if pa.types.is_null(kind):
        return _all_missing(name)
    found = _typed(values)
    return found if isinstance(found, str) else _ordered(name, *found)


def _all_missing(name: str) -> Guess:
    return Guess(Input(name, Kind.FLOAT, missing=True), ("TODO: every value is missing: say what it is",))


def _typed(values: pa.Array) -> tuple[Kind, pa.Array] | str:
    kind = values.type
    if pa.types.is_boolean(kind):
        return Kind.BOOL, values
    if pa.types.is_uint64(kind) or pa.types.is_decimal(kind):
        return Kind.FLOAT, values.cast(pa.float64(), safe=False)
    if pa.types.is_integer(kind):
        return Kind.INT, values.cast(pa.int64())
    if pa.types.is_floating(kind):
        return Kind.FLOAT, values.cast(pa.float64())
    if pa.types.is_date(kind):
        return Kind.DATE, values.cast(pa.date32())
    if pa.types.is_timestamp(kind):
        utc = values.cast(pa.timestamp("us", kind.tz), safe=False)
        return Kind.DATETIME, utc.cast(pa.timestamp("us", "UTC")).cast(pa.timestamp("us")) if kind.tz else utc
    return f"{kind} is no type of an input"


def _from_text(name: str, texts: pa.Array) -> Guess:
    """A column of a CSV file: the first type of which every value is a spelling, else text."""
    if texts.null_count == len(texts):
        return _all_missing(name)
    plain = pc.utf8_trim_whitespace(texts)
    absent = pc.is_in(plain, value_set=pa.array(MISSING_WORDS))
    plain = pc.if_else(absent, pa.scalar(None, pa.string()), plain)
    for kind, spelling in _SPELLINGS if plain.null_count < len(plain) else ():
        if _all_match(plain, spelling):
            read = _read_as(kind, plain)
            if read is not None:
                return _ordered(name, kind, read)
    remarks = []
    if _all_match(plain, r"\d+"):
        remarks.append("digits, but kept as text: as numbers, leading zeros or last digits would be lost")
    if _all_match(plain, _ZONED):
        remarks.append("times with a zone, kept as text: for a datetime, store them in UTC without the zone")
    guess = _text(name, texts)
    if "NA" in guess.input.levels and guess.input.missing:
        # the data is read so: where NA is a level, nothing can say that a value is missing
        remarks.append('an empty field is read as the level "NA"')
        guess = replace(guess, input=replace(guess.input, missing=False))
    elif guess.input.missing:
        remarks.append("an empty field (or NA without quotes) was taken for missing, not for a text")
    return replace(guess, remarks=(*remarks, *guess.remarks))


def _all_match(texts: pa.Array, spelling: str) -> bool:
    matches = pc.all(pc.match_substring_regex(texts, rf"\A(?:{spelling})\z"))
    return matches.as_py() is True


def _read_as(kind: Kind, texts: pa.Array) -> pa.Array | None:
    """Texts as values; None where some only look like it, as the 30th of February does."""
    if kind is Kind.BOOL:
        return pc.equal(pc.utf8_lower(texts), "true")
    try:
        return texts.cast(ARROW_TYPES[kind])
    except pa.ArrowInvalid:
        return None


def _ordered(name: str, kind: Kind, values: pa.Array) -> Guess:
    """A column of numbers, times or booleans."""
    remarks: list[str] = []
    if kind is Kind.FLOAT:
        values = pc.if_else(pc.is_nan(values), pa.scalar(None, pa.float64()), values)
    one = Input(name, kind, missing=values.null_count > 0)
    present = values.drop_null()
    if kind is Kind.FLOAT and not pc.all(pc.is_finite(present)).as_py():
        remarks.append("the data has infinities here, which are not legal input: those rows are left out")
        present = present.filter(pc.is_finite(present))
    if len(present) == 0:
        return _all_missing(name)
    if kind is Kind.BOOL:
        return Guess(one)
    distinct = present.unique()
    found = range_of(kind, distinct.to_pylist())
    remarks += _remarks(kind, distinct.to_pylist())
    unique = len(distinct) == len(values) and kind is Kind.INT
    return Guess(_ranged(one, found), tuple(remarks), found.remark, unique=unique)


def _ranged(one: Input, found: Range) -> Input:
    return replace(one, minimum=found.low, maximum=found.high, special=found.special)


def _remarks(kind: Kind, distinct: Sequence[Any]) -> list[str]:
    if kind is Kind.INT and set(distinct) == {0, 1}:
        return ["only 0 and 1: perhaps it is a bool"]
    if kind is Kind.FLOAT and all(value == int(value) for value in distinct):
        return ["whole numbers only: perhaps it is an int"]
    if kind is Kind.DATETIME and any(moment.microsecond for moment in distinct):
        return ["the data has fractions of a second, which are not legal input: store whole seconds"]
    return []


def _dictionary(name: str, values: pa.DictionaryArray) -> Guess | str:
    if not (pa.types.is_string(values.dictionary.type) or pa.types.is_large_string(values.dictionary.type)):
        return f"{values.type} is no type of an input: only texts can be levels"
    levels = tuple(dict.fromkeys(text for text in values.dictionary.to_pylist() if text is not None))
    if not levels:
        return _all_missing(name)
    one = Input(name, Kind.CATEGORY, missing=values.dictionary_decode().null_count > 0, levels=levels)
    return Guess(one, levels_remark="in the data's own order: check that the reference's is the same")


def _text(name: str, texts: pa.Array) -> Guess:
    present = texts.drop_null()
    distinct: Sequence[str] = sorted(present.unique().to_pylist())
    missing = texts.null_count > 0
    if 0 < len(distinct) <= MOST_LEVELS and 2 * len(distinct) <= len(present):
        remark = "sorted by code point: check that this is the reference's own order"
        return Guess(
            Input(name, Kind.CATEGORY, missing=missing, levels=tuple(distinct)), levels_remark=remark
        )
    unique = len(distinct) == len(texts) > 0
    remark = f"{len(distinct)} different texts in {len(texts)} rows: with fixed levels, make it a category"
    return Guess(Input(name, Kind.STRING, missing=missing), (remark,), unique=unique)
