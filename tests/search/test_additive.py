"""Cells of additive forms: which values stand for all others, and what is claimed of them."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from miniatures import model, number, respondent

from harness.additive import Additive
from harness.schema import Input, Kind
from harness.search.lab import Lab
from harness.search.rows.additive import Scorecards, groups
from harness.search.rows.backgrounds import make_space
from harness.search.rows.cells import Region, regions, values_of
from harness.search.rows.pairs import pairs
from harness.search.rows.pools import build_pools

BELOW = float(np.nextafter(30.0, 0.0))
ABOVE = float(np.nextafter(30.0, 99.0))


def form(target: str = "r", inputs: tuple[str, ...] = ("x",), linked: bool = False, **edges: Any) -> Additive:
    whole = {"x": (BELOW, 30.0), **edges}
    return Additive(
        target,
        {"score": frozenset(inputs)},
        frozenset({"score"} if linked else ()),
        {k: tuple(v) for k, v in whole.items()},
    )


def test_regions_end_at_the_cut_and_at_its_neighbours() -> None:
    one = Input("x", Kind.FLOAT, minimum=0.0, maximum=100.0)
    assert regions(one, (BELOW, 30.0)) == (Region(0.0, BELOW), Region(30.0, 30.0), Region(ABOVE, 100.0))


def test_edges_beyond_the_legal_range_make_no_regions() -> None:
    one = Input("x", Kind.FLOAT, minimum=40.0, maximum=100.0)
    assert regions(one, (BELOW, 30.0)) == (Region(40.0, 100.0),)


def test_integers_lie_on_both_sides_of_an_edge() -> None:
    one = Input("x", Kind.INT, minimum=0, maximum=9)
    assert regions(one, (math.nextafter(3.5, 0), 3.5)) == (Region(0, 3), Region(4, 9))


def test_special_values_beyond_the_range_are_points() -> None:
    one = Input("x", Kind.INT, minimum=0, maximum=9, special=(-999,))
    assert regions(one, ()) == (Region(0, 9), Region(-999, -999))


def test_the_values_of_an_input_are_three_at_a_cut_and_one_in_every_bin() -> None:
    one = Input("x", Kind.FLOAT, minimum=0.0, maximum=100.0, missing=True, special=(-1.0,))
    values = values_of(one, [form()])
    assert {BELOW, 30.0, ABOVE, 0.0, 100.0, -1.0, None} <= set(values)
    assert any(v is not None and 0 < v < BELOW for v in values)  # type: ignore[operator]
    assert any(v is not None and ABOVE < v < 100 for v in values)  # type: ignore[operator]


def test_the_values_of_an_open_category_have_one_that_no_form_names() -> None:
    one = Input("g", Kind.CATEGORY, levels=("a", "b"), unseen=True)
    named = Additive("r", {"score": frozenset({"g"})}, texts={"g": frozenset({"unnamed", "c"})})
    values = values_of(one, [named])
    assert {"a", "b", "c", "unnamed"} < set(values)
    assert set(values) - {"a", "b", "c", "unnamed", ""}


def test_pairs_reach_every_bin_of_a_quotient_that_legal_values_have() -> None:
    first = Input("a", Kind.FLOAT, minimum=1.0, maximum=10.0)
    second = Input("b", Kind.INT, minimum=1, maximum=4)
    edges = (math.nextafter(2.0, 0), 2.0, math.nextafter(20.0, 0), 20.0)
    quotient = Additive("r", {"score": frozenset({"a\n/\nb"})}, edges={"a\n/\nb": edges})
    found = list(pairs("a\n/\nb", first, second, [quotient]))
    assert None not in found
    quotients = [a / b for a, b in found]  # type: ignore[misc]
    assert 2.0 in quotients
    assert min(quotients) < 2.0 < max(quotients) <= 10.0
    assert len(found) == 3  # 20 is beyond what legal values have


Function = Callable[[Any], Any]


def checked(
    reference: Function, candidate: Function, forms: tuple[Additive, Additive] | None = None
) -> Scorecards:
    of = model(number("x"), number("y"))
    space = make_space(of.schema, build_pools(of.schema, []), None, 0)
    lab = Lab(of, respondent(of, "r", lambda: reference), respondent(of, "python", lambda: candidate))
    both = forms or (form(inputs=("x", "y"), y=[5.0]), form("python", inputs=("x", "y"), y=[5.0]))
    found = groups(of.schema, both)
    assert found is not None
    cards = Scorecards(space, both, groups=found)
    for batch in cards.batches():
        cards.note(lab.judge(batch))
    return cards


def steps(c: Any) -> Any:
    return (c["x"] > 30) * 5.0 + (c["y"] > 5) * 2.0


def test_all_cells_of_two_equal_forms_are_compared() -> None:
    cards = checked(steps, steps)
    cells = cards.cells()
    assert cells is not None
    assert cells[0] == cells[1] == cards.count
    assert cards.ends == 2
    assert not cards.differ.any()


def test_an_edge_that_is_closed_on_the_other_side_shows_in_one_cell() -> None:
    cards = checked(steps, lambda c: (c["x"] >= 30) * 5.0 + (c["y"] > 5) * 2.0)
    assert cards.cells() is not None
    assert int(cards.differ.sum()) == 1


def test_no_cell_is_claimed_of_a_form_whose_answers_are_no_sum() -> None:
    def product(c: Any) -> Any:
        return (c["x"] > 30) * 5.0 * (1 + (c["y"] > 5))

    assert checked(product, product).cells() is None


def test_a_second_pair_of_forms_owes_nothing_to_the_first() -> None:
    checked(steps, steps)
    other = (form(inputs=("x",)), form("python", inputs=("x",)))
    assert checked(lambda c: (c["x"] > 30) * 1.0, lambda c: (c["x"] > 30) * 1.0, other).cells() is not None


def test_terms_whose_cells_cannot_be_told_are_left_alone() -> None:
    of = model(number("x"), number("y"))
    assert groups(of.schema, [form(inputs=("x\n/\ny",))]) is None
