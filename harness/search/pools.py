"""The interesting values of each input: where a form of the model may change its mind.

A pool is built from the model file (bounds, special values, edges, levels), from what the forms show
of themselves (clues) and from the data. Around each number stand its neighbours: the adjacent doubles,
its single-precision reading, small decimals, its negative and the integers next to it.
"""

from __future__ import annotations

import datetime as dt
import itertools
import math
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from harness.legal import legal_values
from harness.protocols import Clue
from harness.schema import Input, Kind, Scalar, Schema
from harness.search.simple import from_number, neighbour, plain_value, to_number
from harness.search.texts import LONGEST, ruled_texts

#: Values kept of the clues that name no input, for each input: a forest has tens of thousands.
UNATTRIBUTED = 400
ATTRIBUTED = 20_000
DATA_VALUES = 200

Number = float | int

_TEXTS = ("", " ", "a", "A", "NA", "NaN", "None", "null", "0", "007", "1e5", "-1", "TRUE", "other")
_HARD_TEXTS = (
    "ä",
    "a\u0308",
    "ß",
    "ẞ",
    "İ",
    "é",
    "\u00a0a",
    "a\nb",
    "a\tb",
    'a"b',
    "a,b",
    "x" * 300,
    "日本",
    "😀",
)
_UNSEEN = ("", " ", "NA", "other", "Other", "zzz", "é", "0", "unknown")


@dataclass(frozen=True, slots=True)
class Pool:
    """Interesting values of one input.

    ``main`` are the values by themselves, None for missing; ``near`` the adjacent values of each;
    ``far`` what is farther off (rounded, negated, single precision). ``plain`` is unremarkable.
    ``marks`` are the numbers that some form or the model file names: candidates for bin edges.
    """

    input: Input
    plain: Scalar
    main: tuple[Scalar | None, ...]
    near: tuple[Scalar, ...]
    far: tuple[Scalar, ...]
    marks: frozenset[Number]
    named: frozenset[str] = frozenset()  # texts that a form or the model file names

    @property
    def values(self) -> tuple[Scalar | None, ...]:
        """All values, the most interesting first."""
        return (*self.main, *self.near, *self.far)

    def array(self, values: Sequence[Scalar | None]) -> pa.Array:
        """Values of this input as the column of a batch."""
        return pa.array(values, type=self.input.arrow_type)


def build_pools(
    schema: Schema, clues: Iterable[Clue], data: pa.RecordBatch | None = None
) -> Mapping[str, Pool]:
    """The pool of every input by name. Clues that name an input go to it alone, others to all they fit."""
    by_input: dict[str | None, list[Clue]] = {}
    for clue in clues:
        by_input.setdefault(clue.input if clue.input in schema.names else None, []).append(clue)
    shared = by_input.get(None, [])
    pools = {}
    for one in schema:
        own = [*by_input.get(one.name, [])[:ATTRIBUTED], *shared[: UNATTRIBUTED * 8]]
        column = None if data is None else data.column(one.name)
        pools[one.name] = _pool(one, own, column)
    return pools


def _pool(one: Input, clues: list[Clue], data: pa.Array | None) -> Pool:
    seen = _seen(data)
    if one.kind.ordered:
        main, near, far, marks = _ordered(one, clues, seen)
    elif one.kind is Kind.BOOL:
        main, near, far, marks = [False, True], [], [], frozenset()
    else:
        main, near, far = _textual(one, clues, seen)
        marks = frozenset()
    missing: list[Scalar | None] = [None] if one.missing else []
    kept_main = _legal(one, main, set())
    known: set[Scalar | None] = set(kept_main)
    kept_near = _legal(one, near, known)
    kept_far = _legal(one, far, known)
    named = frozenset(c.value for c in clues if isinstance(c.value, str)) | set(one.levels)
    return Pool(
        one, _plain(one, data), (*kept_main, *missing), tuple(kept_near), tuple(kept_far), marks, named
    )


def _seen(data: pa.Array | None) -> list[Scalar]:
    if data is None:
        return []
    distinct = data.unique().drop_null()
    step = max(1, math.ceil(len(distinct) / DATA_VALUES))
    values: list[Scalar] = distinct.take(pa.array(np.arange(0, len(distinct), step))).to_pylist()
    return values


def _plain(one: Input, data: pa.Array | None) -> Scalar:
    """The most frequent value of the data, else a simple one of the range."""
    if data is not None and len(data) > data.null_count:
        counts = data.drop_null().value_counts()
        most = max(counts.to_pylist(), key=lambda c: (c["counts"], _order_key(c["values"])))
        if legal_values(pa.array([most["values"]], type=one.arrow_type), one)[0]:
            value: Scalar = most["values"]
            return value
    return plain_value(one)


def _order_key(value: Scalar) -> float:
    return -float(to_number(value)) if not isinstance(value, str) else 0.0


def _legal(one: Input, values: Iterable[Scalar], known: set[Scalar | None]) -> list[Scalar]:
    """The legal values, each once, in order; ``known`` is added to."""
    fresh: list[Scalar] = []
    for value in values:
        if value not in known:
            known.add(value)
            fresh.append(value)
    if not fresh:
        return []
    mask = legal_values(pa.array(fresh, type=one.arrow_type), one)
    return [value for value, legal in zip(fresh, mask, strict=True) if legal]


def _ordered(
    one: Input, clues: list[Clue], seen: list[Scalar]
) -> tuple[list[Scalar], list[Scalar], list[Scalar], frozenset[Number]]:
    low, high = _bounds(one)
    declared = [to_number(v) for v in (*one.special, *one.edges)]
    named = _clue_numbers(one, clues)
    marks = frozenset(v for v in (*declared, *named) if low <= v <= high or v in declared)
    middles = list(_middles(sorted({low, high, *marks})))
    numbers = [low, high, *declared, *named, *middles, *(to_number(v) for v in seen)]
    if one.minimum is None or one.maximum is None:
        numbers += _magnitudes(one)
    if one.kind in (Kind.DATE, Kind.DATETIME):
        numbers += _calendar(one)
    near = [n for v in (low, high, *marks) for n in _neighbours(v, one.kind)]
    far = [n for v in marks for n in _distant(v, one.kind)]
    if one.kind is Kind.FLOAT:
        far += _ties(low, high)
    main = [0, 1, -1, *numbers] if one.kind in (Kind.FLOAT, Kind.INT) else numbers
    return (*(list(_values(ns, one)) for ns in (main, near, far)), marks)  # type: ignore[return-value]


def _bounds(one: Input) -> tuple[Number, Number]:
    assert one.bounds is not None
    low, high = one.bounds
    return to_number(low), to_number(high)


def _values(numbers: Iterable[Number], one: Input) -> Iterator[Scalar]:
    """Numbers as values of the input's kind; those that it cannot hold are dropped."""
    low, high = _bounds(one)
    for number in numbers:
        if one.kind is Kind.FLOAT:
            yield float(number)
        elif number == int(number) and (low <= number <= high or int(number) in one.special):
            yield from_number(int(number), one.kind)


def _clue_numbers(one: Input, clues: list[Clue]) -> list[Number]:
    numbers: list[Number] = []
    for clue in clues:
        number = _as_number(clue.value, one.kind)
        if number is None or not math.isfinite(number):
            continue
        if one.kind is Kind.FLOAT:
            numbers.append(float(number))
        elif abs(number) < 2.0**62:
            numbers += sorted({math.floor(number), math.ceil(number)})
    return list(dict.fromkeys(numbers))


def _as_number(value: Scalar, kind: Kind) -> Number | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        value = _as_date(value) or value
    if isinstance(value, dt.date):
        return _moment(value, kind) if kind in (Kind.DATE, Kind.DATETIME) else None
    return None if isinstance(value, str) else value


def _as_date(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text[:10])
    except ValueError:
        return None


def _moment(value: dt.date, kind: Kind) -> Number:
    """A date or datetime as the number of a kind: days, or seconds."""
    if kind is Kind.DATE:
        return to_number(value.date() if isinstance(value, dt.datetime) else value)
    return to_number(
        value if isinstance(value, dt.datetime) else dt.datetime(value.year, value.month, value.day)
    )


def _middles(marks: Sequence[Number]) -> Iterator[Number]:
    for low, high in itertools.pairwise(marks):
        middle = (low + high) / 2
        if math.isfinite(middle):
            yield middle
            yield math.floor(middle)


def _magnitudes(one: Input) -> list[Number]:
    powers: list[Number] = [10.0**k for k in range(-6, 16)] if one.kind is Kind.FLOAT else []
    limits: list[Number] = [2**31 - 1, 2**31, 2**24, 2**24 + 1, 2**53, 2**53 + 1]
    return [signed for v in (*powers, *limits) for signed in (v, -v)]


def _ties(low: Number, high: Number) -> list[Number]:
    """Values whose last digit is a 5: where ways of rounding part."""
    ties = [0.5, 1.5, 2.5, 3.5, 0.25, 0.75, 0.15, 0.35, 0.125, 0.375, 1.005, 2.675, 5.015, 10.5, 100.5]
    start, size = math.floor(low), min(8, math.floor(high - low))
    inside = [start + i + 0.5 for i in range(size)]
    return [signed for v in (*ties, *inside) for signed in (v, -v)]


def _calendar(one: Input) -> list[Number]:
    """Leap days, ends of months and years, the epoch, days on which clocks change."""
    days = [dt.date(1970, 1, 1), dt.date(2000, 2, 29), dt.date(1900, 2, 28), dt.date(2100, 2, 28)]
    days += [dt.date(2023, 2, 28), dt.date(2024, 2, 29), dt.date(2024, 3, 1), dt.date(2024, 12, 31)]
    days += [dt.date(2024, 1, 31), dt.date(2024, 3, 31), dt.date(2024, 10, 27), dt.date(2024, 3, 10)]
    numbers = [to_number(day) for day in days]
    if one.kind is Kind.DATE:
        return list(numbers)
    return [n * 86_400 + s for n in numbers for s in (0, 3_600, 7_200, 43_200, 86_399)]


def _neighbours(value: Number, kind: Kind) -> list[Number]:
    return [neighbour(value, kind, -1), neighbour(value, kind, +1)]


def _distant(value: Number, kind: Kind) -> list[Number]:
    """Where single precision, rounding or a wrong sign would move a value."""
    if kind is not Kind.FLOAT:
        return [value - 2, value + 2, -value]
    with np.errstate(over="ignore"):
        single = np.float32(value)
    around = [single, np.nextafter(single, np.float32(np.inf)), np.nextafter(single, np.float32(-np.inf))]
    decimals = [value + sign * step for step in (1e-6, 0.005, 0.01, 0.1, 0.5, 1.0) for sign in (1, -1)]
    singles = [float(v) for v in around if np.isfinite(v)]
    return [*singles, *decimals, -value, math.floor(value), math.ceil(value)]


def _textual(
    one: Input, clues: list[Clue], seen: list[Scalar]
) -> tuple[list[Scalar], list[Scalar], list[Scalar]]:
    named = [c.value for c in clues if isinstance(c.value, str)][:UNATTRIBUTED]
    lengths = [int(n) for c in clues if (n := _as_number(c.value, Kind.INT)) is not None and _is_length(n)]
    if one.kind is Kind.CATEGORY and not one.unseen:
        return list(one.levels), [], []
    known = [*one.levels, *(v for v in seen if isinstance(v, str)), *named]
    plain = _UNSEEN if one.kind is Kind.CATEGORY else _TEXTS
    near = [variant for text in known[:100] for variant in _variants(text)]
    ruled = ruled_texts(named, lengths) if one.kind is Kind.STRING or named else []
    return [*known, *plain], list(near), [*ruled, *_HARD_TEXTS]


def _is_length(value: Number) -> bool:
    return 1 <= value <= LONGEST and value == int(value)


def _variants(text: str) -> Iterator[str]:
    """A text as somebody else might have written it."""
    yield from (text.lower(), text.upper(), text.title(), f" {text}", f"{text} ", f"{text}x", text[:-1])
    yield from (f"{text}\u00a0", f"{text}\n", text.replace(" ", "_"), text.replace("_", " "), f"x{text}")
    yield from _folded(text)
    for mark in sorted({c for c in text if not c.isalnum()})[:4]:  # a delimiter doubled, left out, twice
        yield from (
            text.replace(mark, mark + mark),
            text.replace(mark, ""),
            f"{text}{mark}a",
            f"a{mark}{text}",
        )


#: Letters that other letters become in upper or lower case, or in another form of Unicode, and only there.
_FOLDS = (
    ("ss", "\u00df"),
    ("SS", "\u00df"),
    ("s", "\u017f"),
    ("S", "\u017f"),
    ("k", "\u212a"),
    ("K", "\u212a"),
    ("fi", "\ufb01"),
    ("i", "\u0131"),
    ("I", "\u0130"),
    ("i", "\u0130"),
)


def _folded(text: str) -> Iterator[str]:
    """A text that some ways of changing the case, or of normalising, make equal and others do not."""
    for letters, other in _FOLDS:
        if letters in text:
            yield text.replace(letters, other, 1)
            yield text.lower().replace(letters.lower(), other, 1)
    yield from (unicodedata.normalize(form, text) for form in ("NFD", "NFC", "NFKC"))
    digit = next((c for c in text if c in "0123456789"), None)
    if digit is not None:
        yield text.replace(digit, chr(0x0660 + int(digit)), 1)
