"""Every cell of a tree gets rows; those met by compared rows are counted, and none that was not shown."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from miniatures import model, number, respondent

from harness.forest import DEAD, HIGH, LOW, Forest
from harness.model import Model
from harness.schema import Input, Kind
from harness.search.lab import Lab
from harness.search.rows.backgrounds import make_space
from harness.search.rows.leaves import PER_SPLIT, Coverage, thresholds
from harness.search.rows.pools import build_pools

A, B = number("a", missing=True), number("b", missing=True)
C = Input("c", Kind.CATEGORY, levels=("x", "y", "z"))


def tree(**keys: Any) -> Forest:
    """``a <= 30`` (missing: high); low: ``c`` is x; high: ``b <= 60`` (missing: low)."""
    plain = Forest(
        target="r",
        origin="model",
        inputs=("a", "c", "b"),
        levels=(None, ("x", "y", "z"), None),
        low=np.array([1, 3, 5, -1, -1, -1, -1], dtype=np.int32),
        high=np.array([2, 4, 6, -1, -1, -1, -1], dtype=np.int32),
        otherwise=np.array([HIGH, DEAD, LOW, DEAD, DEAD, DEAD, DEAD], dtype=np.int8),
        value=np.array([0, 0, 0, 1.0, 2.0, 3.0, 4.0]),
        first=np.array([0, 1, 2, 3, 3, 3, 3, 3], dtype=np.int32),
        input=np.array([0, 1, 2], dtype=np.int32),
        cut=np.array([30.0, np.nan, 60.0]),
        last=np.array([30.0, np.nan, 60.0]),
        flip=np.zeros(3, dtype=bool),
        group=np.array([-1, 0, -1], dtype=np.int32),
        sides=np.array([[LOW, HIGH, HIGH, DEAD]], dtype=np.int8),
    )
    return replace(plain, **keys)


def right(c: Any) -> Any:
    below = np.where(c["c"] == "x", 1.0, 2.0)
    above = np.where(c["b"] > 60, 4.0, 3.0)
    return np.where(c["a"] <= 30, below, above)


def run(of: Model, forest: Forest, form: Any, other: Any = None) -> tuple[Coverage, list[Any]]:
    """The coverage of a forest after all of its rows, and how they compared."""
    space = make_space(of.schema, build_pools(of.schema, thresholds(forest)), None, 0)
    lab = Lab(of, respondent(of, "r", lambda: form), respondent(of, "python", lambda: other or form))
    coverage = Coverage(space, [forest], reference="r")
    judged = []
    for batch in coverage.batches():
        judged.append(lab.judge(batch))
        coverage.note(judged[-1])
    return coverage, judged


#: Four leaves, two ways on which missing values leave a split, three levels.
ALL = 4 + 2 + 3


def test_every_leaf_every_missing_way_and_every_level_is_met() -> None:
    coverage, judged = run(model(A, B, C), tree(), right)
    assert coverage.cells() == (ALL, ALL)
    assert sum(one.batch.num_rows for one in judged) < 40 * ALL


@pytest.mark.parametrize(
    "wrong",
    [
        lambda c: np.where((c["a"] <= 30) & (c["c"] == "z"), 2.5, right(c)),
        lambda c: np.where(c["a"] == 30, 3.0, right(c)),
        lambda c: np.where(np.isnan(c["a"]), 1.0, right(c)),
        lambda c: np.where((c["a"] > 30) & np.isnan(c["b"]), 4.0, right(c)),
        lambda c: np.where(
            c["b"].astype(np.float32) <= np.float32(60), right({**c, "b": c["b"] * 0}), right(c)
        ),
    ],
)
def test_what_is_wrong_in_a_single_cell_or_at_an_edge_is_found(wrong: Any) -> None:
    _, judged = run(model(A, B, C), tree(), right, wrong)
    assert any(one.comparison.disagrees.any() for one in judged)


def test_no_cell_is_claimed_of_trees_that_the_answers_do_not_show() -> None:
    coverage, judged = run(model(A, B, C), tree(), lambda c: np.nan_to_num(c["b"]))
    assert judged
    assert coverage.cells() is None


def test_no_cell_is_claimed_where_an_input_is_scaled_before_the_trees() -> None:
    coverage, _ = run(model(A, B, C), tree(), lambda c: right({**c, "a": c["a"] / 12}))
    assert coverage.cells() is None


def test_leaves_that_no_legal_row_reaches_are_not_counted() -> None:
    low = number("a", missing=False, maximum=30.0)
    coverage, _ = run(model(low, B, C), tree(), right)
    # the root's own split has no other side within the range: it cannot be seen to decide
    assert coverage.cells() == (2 + 3, 2 + 3)


def test_a_special_value_outside_the_range_reaches_a_leaf() -> None:
    low = number("a", missing=False, maximum=30.0, special=(99.0,))
    coverage, _ = run(model(low, B, C), tree(), right)
    assert coverage.cells() == (4 + 1 + 3, 4 + 1 + 3)


def test_inputs_that_may_not_be_missing_have_no_missing_way() -> None:
    coverage, _ = run(model(number("a"), number("b"), C), tree(), right)
    assert coverage.cells() == (7, 7)


def test_a_constraint_that_shuts_a_leaf_takes_it_out_of_the_count() -> None:
    of = model(number("a"), number("b"), C)
    shut = replace(of, schema=replace(of.schema, constraints=("a <= 30 or b <= 60",)))
    coverage, _ = run(shut, tree(), right)
    assert coverage.cells() == (6, 6)


def test_a_form_that_wants_every_value_gets_every_value() -> None:
    def strict(c: Any) -> Any:
        return np.where(np.isnan(c["a"]) | np.isnan(c["b"]), np.nan, right(c))

    coverage, judged = run(model(A, B, C), tree(whole=True), strict)
    assert coverage.cells() == (7, 7)
    assert any(one.batch.num_rows for one in judged)


def test_surrogates_are_met_on_both_sides_and_where_none_decides() -> None:
    """``a <= 30``, else ``b > 10`` is low, else high."""
    two = Forest(
        target="r",
        origin="model",
        inputs=("a", "b"),
        levels=(None, None),
        low=np.array([1, -1, -1], dtype=np.int32),
        high=np.array([2, -1, -1], dtype=np.int32),
        otherwise=np.array([HIGH, DEAD, DEAD], dtype=np.int8),
        value=np.array([0.0, 1.0, 2.0]),
        first=np.array([0, 2, 2, 2], dtype=np.int32),
        input=np.array([0, 1], dtype=np.int32),
        cut=np.array([30.0, 10.0]),
        last=np.array([30.0, 10.0]),
        flip=np.array([False, True]),
        group=np.array([-1, -1], dtype=np.int32),
        sides=np.zeros((0, 1), dtype=np.int8),
    )

    def form(c: Any) -> Any:
        stand_in = np.where(np.isnan(c["b"]), 2.0, np.where(c["b"] > 10, 1.0, 2.0))
        return np.where(np.isnan(c["a"]), stand_in, np.where(c["a"] <= 30, 1.0, 2.0))

    coverage, _ = run(model(A, B), two, form)
    assert coverage.cells() == (2 + 2 + 1, 2 + 2 + 1)


def test_whole_numbers_are_put_on_both_sides_of_a_fraction() -> None:
    whole = Input("a", Kind.INT, minimum=0, maximum=100)
    halves = tree(cut=np.array([30.5, np.nan, 60.0]), last=np.array([30.5, np.nan, 60.0]))
    coverage, judged = run(model(whole, number("b"), C), halves, right)
    assert coverage.cells() == (7, 7)
    assert {30, 31} <= {v for one in judged for v in one.batch.column("a").to_pylist()}


def test_the_threshold_is_tried_with_its_neighbours_in_double_and_single() -> None:
    odd = 0.1 + 0.2
    thin = tree(cut=np.array([odd, np.nan, 60.0]), last=np.array([odd, np.nan, 60.0]))
    _, judged = run(model(A, B, C), thin, right)
    tried = {v for one in judged for v in one.batch.column("a").to_pylist()}
    single = np.float32(odd)
    assert {odd, float(np.nextafter(odd, 0)), float(np.nextafter(odd, 1)), float(single)} <= tried


def test_a_large_forest_is_met_with_fewer_rows_than_it_has_leaves() -> None:
    rng = np.random.default_rng(0)
    deep = balanced(rng, trees=40, levels=6)
    coverage, judged = run(model(number("a"), number("b")), deep, lambda c: answer(deep, c))
    met, of = coverage.cells() or (0, 0)
    assert met == of > 400
    rows = sum(one.batch.num_rows for one in judged) - PER_SPLIT * len(deep.input)
    assert rows < of


def balanced(rng: np.random.Generator, trees: int, levels: int) -> Forest:
    """Trees whose every node above the last level splits one of two inputs somewhere between 0 and 100."""
    size, inner = 2 ** (levels + 1) - 1, 2**levels - 1
    number_ = np.tile(np.arange(size), trees)
    start = np.repeat(np.arange(trees) * size, size)
    splits = number_ < inner
    count = int(splits.sum())
    cut = rng.uniform(0, 100, count)
    return Forest(
        target="r",
        origin="forest",
        inputs=("a", "b"),
        levels=(None, None),
        low=np.where(splits, start + 2 * number_ + 1, -1).astype(np.int32),
        high=np.where(splits, start + 2 * number_ + 2, -1).astype(np.int32),
        otherwise=np.full(trees * size, DEAD, dtype=np.int8),
        value=rng.uniform(1, 2, trees * size),
        first=np.concatenate([[0], np.cumsum(splits)]).astype(np.int32),
        input=rng.integers(2, size=count).astype(np.int32),
        cut=cut,
        last=cut,
        flip=np.zeros(count, dtype=bool),
        group=np.full(count, -1, dtype=np.int32),
        sides=np.zeros((0, 1), dtype=np.int8),
        whole=True,
    )


def answer(forest: Forest, c: Any) -> Any:
    """The sum of the leaves' values, walked node by node."""
    total = np.zeros(len(c["a"]))
    for root in forest.roots:
        at = np.full(len(total), root)
        while not forest.is_leaf[at].all():
            test = np.minimum(forest.first[at], len(forest.input) - 1)
            x = np.where(forest.input[test] == 0, c["a"], c["b"])
            below = np.where(x <= forest.last[test], forest.low[at], forest.high[at])
            at = np.where(forest.is_leaf[at], at, below)
        total += forest.value[at]
    return total


def test_thresholds_are_told_to_the_rest_of_the_search() -> None:
    assert {(one.input, one.value) for one in thresholds(tree())} == {("a", 30.0), ("b", 60.0)}
