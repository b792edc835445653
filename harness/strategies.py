"""Hypothesis strategies that draw legal input of a model, for your own ``@given`` tests.

    from hypothesis import given
    from harness import load_model
    from harness.strategies import batches, rows

    SCHEMA = load_model("model.toml").schema

    @given(rows(SCHEMA))
    def test_a_score_is_never_negative(row): ...

What is drawn is legal as the model file says it: in range or special, missing where allowed, every
constraint kept. Three values in four are those that the search of ``parity verify`` tries too: ends of the
range, edges and their neighbours, special values, leap days, texts that are easily misread. A failing row
shrinks to plain values, a failing batch to one such row. A batch costs few draws however long it is: a few
values for each input are drawn, and a seed arranges them into rows.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, NoReturn

import numpy as np
import pyarrow as pa
from hypothesis import HealthCheck, reject, settings
from hypothesis import strategies as st
from hypothesis.errors import FailedHealthCheck
from hypothesis.strategies import DrawFn, SearchStrategy

from harness.legal import holding_rows
from harness.schema import Input, Kind, Scalar, Schema
from harness.search.rows.pools import build_pools
from harness.search.simple import from_number, to_number

Row = dict[str, Scalar | None]

#: How many values an input has in one batch, at most.
PALETTE = 3
#: Rows that are tried before a draw is given up because of the constraints.
CANDIDATES = 256
#: Draws given up before ten were kept, after which the test ends with an explanation. Hypothesis itself
#: ends at fifty, without one.
HOPELESS = 40

_TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\x00\ufffe\uffff"), max_size=20)
_SEEDS = st.integers(0, 2**32 - 1)


class NearlyUnsatisfiableError(FailedHealthCheck):
    """Hardly any row keeps the constraints. The message says how often each one held.

    A failed health check: it ends the test at once, and ``HealthCheck.filter_too_much`` suppresses it.
    """


def values(one: Input) -> SearchStrategy[Scalar | None]:
    """Draw legal values of one input; None is missing, and drawn only where that is legal.

    Shrinks to the plainest value: zero or the bound nearest to it, the first level, the empty text.
    """
    present = _present(one)
    return st.one_of(present, st.none()) if one.missing else present


def rows(schema: Schema) -> SearchStrategy[Row]:
    """Draw legal rows: a dict of Python values by input name, None for missing.

    Raises NearlyUnsatisfiableError in a test where hardly any row keeps the constraints.
    """
    return _rows(_Source(schema))


def batches(schema: Schema, max_rows: int = 1000) -> SearchStrategy[pa.RecordBatch]:
    """Draw batches of 1 to ``max_rows`` legal rows, with the Arrow types of ``schema.arrow``.

    A batch holds at most three values of each input, in many combinations. Raises ValueError where
    ``max_rows`` is below 1, and NearlyUnsatisfiableError as :func:`rows` does.
    """
    if max_rows < 1:
        raise ValueError(f"max_rows is {max_rows}: a batch has at least one row")
    return _batches(_Source(schema), st.integers(1, max_rows))


class _Source:
    """What rows of a schema are made from: the strategies, built once, and how the constraints fared."""

    def __init__(self, schema: Schema) -> None:
        self.schema = schema
        self.present = {one.name: _present(one) for one in schema}
        self.palettes = {name: st.lists(s, min_size=1, max_size=PALETTE) for name, s in self.present.items()}
        self.gappy = {
            one.name: st.lists(values(one), min_size=1, max_size=PALETTE) for one in schema if one.missing
        }
        self.absences = _absences(list(self.gappy))
        self._kept = self._given_up = 0

    def row(self, draw: DrawFn) -> Row:
        """Any row, the constraints not looked at."""
        row: Row = {name: draw(strategy) for name, strategy in self.present.items()}
        return {**row, **dict.fromkeys(draw(self.absences))}

    def keeps(self, row: Row) -> bool:
        """Whether a row keeps the constraints by itself."""
        alone = self.schema.batch({name: [value] for name, value in row.items()})
        holds = bool(holding_rows(alone, self.schema).all())
        self._kept += holds
        return holds

    def keeping(self, candidates: pa.RecordBatch) -> pa.RecordBatch:
        """The candidates that keep the constraints, at least one: a draw without any is given up."""
        holds = holding_rows(candidates, self.schema)
        if not holds.any():
            self._give_up(candidates)
        self._kept += 1
        return candidates.filter(pa.array(holds))

    def _give_up(self, candidates: pa.RecordBatch) -> NoReturn:
        self._given_up += 1
        hopeless = self._given_up >= HOPELESS and self._kept < 10
        if hopeless and HealthCheck.filter_too_much not in settings().suppress_health_check:
            raise NearlyUnsatisfiableError(self._explanation(candidates))
        reject()

    def _explanation(self, candidates: pa.RecordBatch) -> str:
        alone = {
            rule: holding_rows(candidates, replace(self.schema, constraints=(rule,))).sum()
            for rule in self.schema.constraints
        }
        return (
            f"hardly any row keeps the model's constraints: {self._given_up} draws had no row that does, "
            f"{self._kept} had one. Of the last {candidates.num_rows} rows\n"
            + "".join(f"  {rule!r} held on {held}\n" for rule, held in alone.items())
            + "Give the inputs bounds, levels or edges with which rows keep the constraints more often, or "
            "draw the inputs that are free with harness.strategies.values and compute the others in the test."
        )


@st.composite
def _rows(draw: DrawFn, source: _Source) -> Row:
    row = source.row(draw)
    if not source.schema.constraints or source.keeps(row):
        return row
    drawn = [row, source.row(draw), source.row(draw)]
    palettes = {name: [each[name] for each in drawn] for name in row}
    legal = source.keeping(_arranged(source.schema, palettes, CANDIDATES, seed=0))
    first: Row = legal.slice(0, 1).to_pylist()[0]
    return first


@st.composite
def _batches(draw: DrawFn, source: _Source, counts: SearchStrategy[int]) -> pa.RecordBatch:
    absent = draw(source.absences)
    palettes = {
        name: draw(source.gappy[name] if name in absent else palette)
        for name, palette in source.palettes.items()
    }
    count, seed = draw(counts), draw(_SEEDS)
    if not source.schema.constraints:
        return _arranged(source.schema, palettes, count, seed)
    candidates = _arranged(source.schema, palettes, max(count, CANDIDATES), seed)
    return source.keeping(candidates).slice(0, count)


def _absences(names: list[str]) -> SearchStrategy[Sequence[str]]:
    """Which inputs are missing: seldom many, because a row of which most is missing hides the rest.

    A die for each input, and not a list of names: so that shrinking can leave each out by itself.
    """
    sides = min(max(2 * len(names), 4), 10)
    dice = st.tuples(*(st.integers(1, sides) for _ in names))
    return dice.map(lambda thrown: [name for name, die in zip(names, thrown, strict=True) if die == sides])


def _arranged(
    schema: Schema, palettes: Mapping[str, Sequence[Scalar | None]], count: int, seed: int
) -> pa.RecordBatch:
    """A batch of ``count`` rows, each value of which is taken from its input's palette."""
    random = np.random.default_rng(seed)
    columns = []
    for one in schema:
        palette = pa.array(palettes[one.name], type=one.arrow_type)
        columns.append(palette.take(pa.array(random.integers(0, len(palette), size=count))))
    return pa.RecordBatch.from_arrays(columns, schema=schema.arrow)


def _present(one: Input) -> SearchStrategy[Any]:
    """Legal values that are not missing: ordinary, declared in the model file, or notorious."""
    pool = build_pools(Schema((one,)), ())[one.name]
    declared = [v for v in (*(one.bounds or ()), *one.special, *one.edges, *one.levels) if v in pool.values]
    notorious = [value for value in pool.main if value is not None]
    choices = [st.sampled_from(some) for some in ([*declared, *pool.near], notorious, pool.far) if some]
    return st.one_of(_ordinary(one), *choices)


def _ordinary(one: Input) -> SearchStrategy[Any]:
    low, high = one.bounds or (None, None)
    match one.kind:
        case Kind.FLOAT:
            return st.floats(low, high, allow_nan=False, allow_infinity=False)  # type: ignore[arg-type]
        case Kind.INT:
            return st.integers(low, high)  # type: ignore[arg-type]
        case Kind.BOOL:
            return st.booleans()
        case Kind.CATEGORY:
            levels = st.sampled_from(one.levels)
            return st.one_of(levels, _TEXT) if one.unseen else levels
        case Kind.STRING:
            return _TEXT
        case Kind.DATE | Kind.DATETIME:
            return _times(one)


def _times(one: Input) -> SearchStrategy[Any]:
    """Days, or whole seconds, counted from 2000: one draw each, so that the plainest is the first of 2000
    or the bound nearest to it."""
    assert one.bounds is not None
    origin = to_number(dt.date(2000, 1, 1) if one.kind is Kind.DATE else dt.datetime(2000, 1, 1))
    low, high = (to_number(bound) for bound in one.bounds)
    steps = st.integers(math.ceil(low - origin), math.floor(high - origin))
    return steps.map(lambda step: from_number(origin + step, one.kind))
