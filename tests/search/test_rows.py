"""The rows of a search: legal, reproducible, and every interesting value among them."""

from __future__ import annotations

import datetime as dt
import math

import numpy as np
import pytest
from miniatures import number

from harness.legal import legal_rows
from harness.protocols import Clue
from harness.schema import Input, Kind, Schema
from harness.search.rows.backgrounds import NoLegalRowError, make_space
from harness.search.rows.core import core, fill
from harness.search.rows.mixed import random_rows
from harness.search.rows.pools import build_pools
from harness.search.rows.space import Effort

INPUTS = (
    number("x", missing=True, special=(-999.0,), edges=(30.0,)),
    Input("n", Kind.INT, minimum=0, maximum=50),
    Input("b", Kind.BOOL, missing=True),
    Input("c", Kind.CATEGORY, levels=("own", "rent"), unseen=True, missing=True),
    Input("k", Kind.CATEGORY, levels=("A", "B")),
    Input("s", Kind.STRING),
    Input("d", Kind.DATE, minimum=dt.date(2000, 1, 1), maximum=dt.date(2030, 12, 31)),
    Input("t", Kind.DATETIME),
)


def space(constraints=(), inputs=INPUTS, clues=(), data=None, seed=0):
    schema = Schema(tuple(inputs), tuple(constraints))
    pools = build_pools(schema, clues, data)
    return make_space(schema, pools, data, seed, [c.value for c in clues if not isinstance(c.value, str)])


def rows_of(made, effort=None):
    return [row for batch in core(made, 0, effort or Effort(share=0.1)) for row in batch.to_pylist()]


def test_all_rows_are_legal():
    made = space()
    for batch in core(made, 0, Effort(share=0.1)):
        assert legal_rows(batch, made.schema).all()
    filled = fill(made, 0, 500)
    for _ in range(4):
        assert legal_rows(next(filled), made.schema).all()


def test_constraints_hold_in_every_row():
    made = space(["n <= 20 or k == 'B'"])
    rows = rows_of(made)
    assert rows
    assert all(row["n"] <= 20 or row["k"] == "B" for row in rows)


def test_contradicting_constraints_are_said():
    with pytest.raises(NoLegalRowError, match="do the constraints contradict"):
        space(["n < 10", "n > 10"])


def test_the_same_seed_makes_the_same_rows_and_another_seed_others():
    one, two = (rows_of(space(seed=3)) for _ in "ab")
    assert one == two
    again = [b.to_pylist() for b in core(space(seed=3), 4, Effort(share=0.1))]
    assert [row for batch in again for row in batch] != one


def test_an_edge_is_tried_with_both_neighbouring_doubles():
    tried = {row["x"] for row in rows_of(space())}
    assert {30.0, math.nextafter(30, 0), math.nextafter(30, 99), 0.0, 100.0, -999.0, None} <= tried


def test_a_clue_without_an_input_is_tried_on_every_input_that_it_fits():
    rows = rows_of(space(clues=[Clue(12.5)]))
    assert 12.5 in {row["x"] for row in rows}
    assert {12, 13} <= {row["n"] for row in rows}


def test_a_clue_with_an_input_goes_to_it():
    pools = build_pools(Schema(INPUTS), [Clue(12.5, input="x")])
    assert 12.5 in pools["x"].marks
    assert 12 not in pools["n"].marks


def test_levels_missing_and_unseen_values_are_tried():
    tried = {row["c"] for row in rows_of(space())}
    assert {"own", "rent", None, "OWN", "own ", ""} <= tried
    assert {row["k"] for row in rows_of(space())} == {"A", "B"}


def test_leap_days_are_tried():
    assert dt.date(2024, 2, 29) in {row["d"] for row in rows_of(space())}


def test_a_quotient_that_a_form_names_is_met_exactly():
    made = space(
        inputs=(number("debt", maximum=1e5), number("income", minimum=1.0, maximum=1e5)), clues=[Clue(0.4)]
    )
    assert any(row["debt"] / row["income"] == 0.4 for row in rows_of(made))


def test_two_dates_lie_a_named_number_of_years_apart():
    days = [Input(name, Kind.DATE, minimum=dt.date(1950, 1, 1), maximum=dt.date(2030, 1, 1)) for name in "ab"]
    made = space(inputs=days, clues=[Clue(18)])
    assert any(
        row["b"].year - row["a"].year == 18
        and (row["a"].month, row["a"].day) == (row["b"].month, row["b"].day)
        for row in rows_of(made)
    )


def test_data_serves_as_background():
    schema = Schema((number("x"), number("y")))
    data = schema.batch({"x": [1.25] * 50, "y": list(np.arange(50.0))})
    made = space(inputs=schema.inputs, data=data)
    assert made.plain["x"] == 1.25


def test_random_rows_need_no_more_than_asked():
    assert random_rows(space(), 77, seed=1).num_rows == 77


def test_random_fill_tries_three_interesting_values_at_once():
    inputs = [Input(name, Kind.CATEGORY, levels=tuple("abcdef")) for name in "xyz"]
    made = make_space(Schema(tuple(inputs)), build_pools(Schema(tuple(inputs)), []), None, 0)
    rows = [batch for batch, _ in zip(fill(made, 0, 1_000), range(3), strict=False)][-1]
    # the third batch of each turn holds every three of values
    assert len({tuple(row.values()) for row in rows.to_pylist()}) == 6**3


def test_a_single_input_without_bounds_works():
    rows = rows_of(space(inputs=(Input("x", Kind.FLOAT),)))
    assert {1e15, -1e15, 0.0} <= {row["x"] for row in rows}
