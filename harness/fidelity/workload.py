"""The table that is timed: 20 columns, the same in Python and in R."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pyarrow as pa

from harness.fidelity.columns import Kind

COLUMNS = 20
DEFAULT_KINDS = (Kind.DOUBLE,)
_WORDS = 1_000  # different texts in a column of them
_LEVELS = ("none", "low", "medium", "high", "very high")


def timed_kinds(kinds: Sequence[Kind]) -> tuple[Kind, ...]:
    """Those that a column can have and Python can send; doubles where there is none."""
    return tuple(kind for kind in kinds if kind in _MAKERS) or DEFAULT_KINDS


def table(rows: int, kinds: Sequence[Kind], seed: int = 0) -> pa.RecordBatch:
    """So many rows of 20 columns, whose types are these in turn. Nothing is missing.

    Of the double columns every other one has two decimals, as amounts have, the rest all their digits.
    """
    rng = np.random.default_rng(seed)
    arrays = [_MAKERS[kinds[place % len(kinds)]](rng, rows, place) for place in range(COLUMNS)]
    return pa.RecordBatch.from_arrays(arrays, names=[f"x{place}" for place in range(COLUMNS)])


Maker = Callable[[np.random.Generator, int, int], pa.Array]


def _doubles(rng: np.random.Generator, rows: int, place: int) -> pa.Array:
    drawn = rng.lognormal(6.0, 2.0, rows)
    return pa.array(np.round(drawn, 2) if place % 2 else drawn)


def _ticks(high: int, kind: pa.DataType) -> Maker:
    width = np.int32 if kind.bit_width == 32 else np.int64
    return lambda rng, rows, place: pa.array(rng.integers(0, high, rows, dtype=width)).view(kind)


def _texts(rng: np.random.Generator, rows: int, place: int) -> pa.Array:
    words = pa.array([f"word {number}" for number in range(_WORDS)])
    return words.take(pa.array(rng.integers(0, _WORDS, rows)))


def _factors(ordered: bool) -> Maker:
    return lambda rng, rows, place: pa.DictionaryArray.from_arrays(
        pa.array(rng.integers(0, len(_LEVELS), rows, dtype=np.int32)), pa.array(_LEVELS), ordered=ordered
    )


_MAKERS: dict[Kind, Maker] = {
    Kind.DOUBLE: _doubles,
    Kind.INTEGER: _ticks(100_000, pa.int32()),
    Kind.LOGICAL: lambda rng, rows, place: pa.array(rng.integers(0, 2, rows).astype(bool)),
    Kind.CHARACTER: _texts,
    Kind.FACTOR: _factors(ordered=False),
    Kind.ORDERED: _factors(ordered=True),
    Kind.DATE: _ticks(20_000, pa.date32()),
    Kind.DATETIME: _ticks(1_700_000_000_000_000, pa.timestamp("us", "UTC")),
    Kind.DIFFTIME: _ticks(1_000_000_000, pa.duration("us")),
    Kind.INTEGER64: _ticks(2**40, pa.int64()),
}
