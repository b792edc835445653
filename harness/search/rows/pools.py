"""The interesting values of each input: where a form of the model may change its mind.

A pool is built from the model file (bounds, special values, edges, levels), from what the forms show
of themselves (clues) and from the data. Around each number stand its neighbours: the adjacent doubles,
its single-precision reading, small decimals, its negative and the integers next to it.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from harness.legal import legal_values
from harness.protocols import Clue
from harness.schema import Input, Kind, Scalar, Schema
from harness.search.rows.numbers import calendar, distant, magnitudes, middles, neighbours, ties
from harness.search.rows.texts import LONGEST, NO_WORDS, Words, ruled_texts, words_of
from harness.search.rows.variants import HARD_TEXTS, TEXTS, UNSEEN, variants
from harness.search.simple import from_number, plain_value, to_number

#: Values kept of the clues that name no input, for each input: a forest has tens of thousands.
UNATTRIBUTED = 400
ATTRIBUTED = 20_000
DATA_VALUES = 200

Number = float | int


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
    words: Words = NO_WORDS  # what random texts are made of

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
    values = (*kept_main, *missing), tuple(kept_near), tuple(kept_far)
    return Pool(one, _plain(one, data), *values, marks, named, _words(one, clues, seen))


def _words(one: Input, clues: list[Clue], seen: list[Scalar]) -> Words:
    if one.kind is not Kind.STRING:
        return NO_WORDS
    named = [clue.value for clue in clues if isinstance(clue.value, str)][:UNATTRIBUTED]
    return words_of(named, _lengths(clues), [value for value in seen if isinstance(value, str)])


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
    between = list(middles(sorted({low, high, *marks})))
    numbers = [low, high, *declared, *named, *between, *(to_number(v) for v in seen)]
    if one.minimum is None or one.maximum is None:
        numbers += magnitudes(one)
    if one.kind in (Kind.DATE, Kind.DATETIME):
        numbers += calendar(one)
    near = [n for v in (low, high, *marks) for n in neighbours(v, one.kind)]
    far = [n for v in marks for n in distant(v, one.kind)]
    if one.kind is Kind.FLOAT:
        far += ties(low, high)
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


def _textual(
    one: Input, clues: list[Clue], seen: list[Scalar]
) -> tuple[list[Scalar], list[Scalar], list[Scalar]]:
    named = [c.value for c in clues if isinstance(c.value, str)][:UNATTRIBUTED]
    lengths = _lengths(clues)
    if one.kind is Kind.CATEGORY and not one.unseen:
        return list(one.levels), [], []
    known = [*one.levels, *(v for v in seen if isinstance(v, str)), *named]
    plain = UNSEEN if one.kind is Kind.CATEGORY else TEXTS
    near = [variant for text in known[:100] for variant in variants(text)]
    ruled = ruled_texts(named, lengths) if one.kind is Kind.STRING or named else []
    return [*known, *plain], list(near), [*ruled, *HARD_TEXTS]


def _lengths(clues: list[Clue]) -> list[int]:
    numbers = (_as_number(clue.value, Kind.INT) for clue in clues)
    return list(dict.fromkeys(int(n) for n in numbers if n is not None and _is_length(n)))


def _is_length(value: Number) -> bool:
    return 1 <= value <= LONGEST and value == int(value)
