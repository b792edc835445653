"""Rows put into regions are legal and of the input's type, whatever that is; texts may be of no level."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from miniatures import model, number

from harness.forest import DEAD, HIGH, LOW, Forest
from harness.legal import legal_rows
from harness.schema import Input, Kind
from harness.search.rows.backgrounds import make_space
from harness.search.rows.mixed import mixture
from harness.search.rows.placing import (
    INSIDE,
    codes_of,
    column_of,
    known_numbers,
    numbers_of,
    place,
    values_of,
)
from harness.search.rows.pools import build_pools
from harness.search.rows.regions import END, cells_of, regions


def stump(one: Input, cut: float = np.nan, sides: tuple[int, ...] = ()) -> Forest:
    """One split, at a threshold or by the sides of an input's levels and of any other text."""
    return Forest(
        target="r",
        origin="model",
        inputs=(one.name,),
        levels=(one.levels or ("x", "y"),) if sides else (None,),
        low=np.array([1, -1, -1], dtype=np.int32),
        high=np.array([2, -1, -1], dtype=np.int32),
        otherwise=np.array([HIGH, DEAD, DEAD], dtype=np.int8),
        value=np.array([0.0, 1.0, 2.0]),
        first=np.array([0, 1, 1, 1], dtype=np.int32),
        input=np.array([0], dtype=np.int32),
        cut=np.array([cut]),
        last=np.array([cut]),
        flip=np.zeros(1, dtype=bool),
        group=np.array([0 if sides else -1], dtype=np.int32),
        sides=np.array([sides or (DEAD,)], dtype=np.int8),
    )


DAY = Input("x", Kind.DATE, minimum=dt.date(2020, 1, 1), maximum=dt.date(2024, 12, 31))
TIME = Input("x", Kind.DATETIME, minimum=dt.datetime(2020, 1, 1), maximum=dt.datetime(2024, 12, 31))
ORDERED = [
    (DAY, dt.date(2022, 2, 28).toordinal() - 719_163),
    (TIME, 1_646_006_400.5),
    (Input("x", Kind.INT, minimum=-5, maximum=5), -0.5),
    (Input("x", Kind.BOOL), 0.5),
    (Input("x", Kind.FLOAT, minimum=0.0, maximum=1.0), 0.1),
    (Input("x", Kind.FLOAT), 1e9),
]


def placed(one: Input, forest: Forest) -> tuple[pa.RecordBatch, np.ndarray]:
    """Rows in each leaf of a stump, and where they are put."""
    of = model(one, number("other"))
    space = make_space(of.schema, build_pools(of.schema, []), None, 0)
    cells = cells_of(forest, of.schema)
    leaves = np.repeat(np.flatnonzero(cells.kind == END), 20)
    found = regions(forest, of.schema, cells.take(leaves))
    where = np.tile([INSIDE, 1, 2, INSIDE], len(leaves) // 4)
    rng = np.random.default_rng(0)
    rows = place(space, known_numbers(space), forest, found, mixture(space, len(leaves), 0), where, rng)
    assert legal_rows(rows, of.schema).all()
    assert rows.schema == of.schema.arrow
    return rows, np.repeat([LOW, HIGH], 20)


@pytest.mark.parametrize(("one", "cut"), ORDERED)
def test_values_lie_on_their_side_of_a_threshold(one: Input, cut: float) -> None:
    forest = stump(one, cut)
    rows, side = placed(one, forest)
    (values,) = values_of(forest, rows)
    np.testing.assert_array_equal(values > cut, side == HIGH)


@pytest.mark.parametrize("one", [one for one, _ in ORDERED])
def test_numbers_of_a_column_make_the_column_again(one: Input) -> None:
    of = model(one)
    space = make_space(of.schema, build_pools(of.schema, []), None, 0)
    column = pa.concat_arrays([space.pools["x"].array(space.pools["x"].main), pa.nulls(1, one.arrow_type)])
    assert column_of(numbers_of(column), one).equals(column)


TEXTS = [
    (Input("x", Kind.CATEGORY, levels=("a", "b", "c")), (LOW, HIGH, LOW, DEAD)),
    (Input("x", Kind.CATEGORY, levels=("a", "b"), unseen=True, missing=True), (LOW, LOW, HIGH)),
    (Input("x", Kind.STRING), (LOW, LOW, HIGH)),
]


@pytest.mark.parametrize(("one", "sides"), TEXTS)
def test_texts_are_of_levels_that_lead_to_the_leaf_or_of_none(one: Input, sides: tuple[int, ...]) -> None:
    forest = stump(one, sides=sides)
    rows, side = placed(one, forest)
    (codes,) = values_of(forest, rows)
    way: Any = [HIGH if np.isnan(code) else sides[int(code)] for code in codes]
    np.testing.assert_array_equal(way, side)


def test_a_text_of_no_level_has_the_last_code_and_a_missing_one_none() -> None:
    codes = codes_of(pa.array(["b", "zzz", None, "a"]), ("a", "b"), 5)
    np.testing.assert_array_equal(codes, [1, 5, np.nan, 0])
