"""Each kind of bug gets its own cause, and an example that shows it."""

from __future__ import annotations

import datetime as dt
import itertools
from dataclasses import replace

import numpy as np
from miniatures import model, number

from harness.schema import Input, Kind, Schema
from harness.status import Status

EDGES = np.array([18.0, 30.0, 45.0, 60.0, 75.0])
POINTS = np.array([10.0, 25.0, 40.0, 55.0])


def cut_right(x):
    """R's points[cut(x, breaks)]: (a, b], missing outside."""
    index = np.searchsorted(EDGES, x, side="left") - 1
    inside = (index >= 0) & (index < 4)
    return np.where(inside, POINTS[np.clip(index, 0, 3)], np.nan)


def one(verdict):
    assert verdict.status is Status.DISAGREES
    assert len(verdict.mismatches) == 1, [(m.cause, m.because) for m in verdict.mismatches]
    return verdict.mismatches[0]


def test_the_faulty_digitize_shows_its_three_faults(examine):
    verdict = examine(
        model(number(maximum=120.0)),
        lambda c: cut_right(c["x"]),
        lambda c: POINTS[np.digitize(c["x"], EDGES) - 1],
        EDGES.tolist(),
    )
    found = {m.cause: m for m in verdict.mismatches}
    assert set(found) == {"interval-closure", "out-of-range", "error"}
    assert found["interval-closure"].inputs["x"] in EDGES
    assert found["out-of-range"].inputs["x"] < 18
    assert found["error"].inputs["x"] >= 75
    assert "IndexError" in found["error"].candidate["error"]


def test_equal_functions_agree_on_many_rows(examine):
    verdict = examine(model(number(), number("y")), lambda c: c["x"] + c["y"], lambda c: c["y"] + c["x"])
    assert verdict.status is Status.AGREES
    assert verdict.rows > 10_000


def test_an_edge_of_another_value_is_a_threshold(examine):
    mismatch = one(
        examine(
            model(number(), number("y")),
            lambda c: (c["x"] > 30) * 5.0 + c["y"],
            lambda c: (c["x"] > 31) * 5.0 + c["y"],
            [30.0, 31.0],
        )
    )
    assert mismatch.cause == "threshold"
    assert 30 < mismatch.inputs["x"] <= 31


def test_an_edge_in_single_precision_is_found_between_the_two_readings(examine):
    single = float(np.float32(30.1))
    mismatch = one(
        examine(
            model(number(), number("y")),
            lambda c: (c["x"] > 30.1) * 5.0 + c["y"],
            lambda c: (c["x"] > single) * 5.0 + c["y"],
            [30.1, single],
        )
    )
    assert mismatch.cause == "single-precision"


def test_arithmetic_in_single_precision(examine):
    mismatch = one(
        examine(
            model(number(minimum=10.0), number("y")),
            lambda c: c["x"] * 2 + c["y"],
            lambda c: c["x"].astype("f4") * np.float32(2) + c["y"].astype("f4"),
        )
    )
    assert mismatch.cause == "single-precision"


def test_one_minus_the_answer_is_a_scale(examine):
    mismatch = one(
        examine(model(number(), number("y")), lambda c: c["x"] + c["y"], lambda c: 1 - (c["x"] + c["y"]))
    )
    assert mismatch.cause == "scale"
    assert "1 - reference" in mismatch.because


def test_another_weight_is_a_coefficient_and_names_its_input(examine):
    mismatch = one(
        examine(
            model(number(minimum=10.0), number("y")),
            lambda c: c["x"] * 2 + c["y"],
            lambda c: c["x"] * 2.1 + c["y"],
        )
    )
    assert mismatch.cause == "coefficient"
    assert "x" in mismatch.because


def test_missing_values_that_are_counted_otherwise(examine):
    mismatch = one(
        examine(
            model(number(missing=True), number("y")),
            lambda c: np.where(np.isnan(c["x"]), 0.0, c["x"] > 5),
            lambda c: (c["x"] > 5) * 1.0 + np.isnan(c["x"]) * 3,
        )
    )
    assert mismatch.cause == "missing-value"
    assert mismatch.inputs["x"] is None


def test_special_values_that_are_taken_for_numbers(examine):
    mismatch = one(
        examine(
            model(number(special=(-999.0,)), number("y")),
            lambda c: np.where(c["x"] == -999, 7.0, c["x"]),
            lambda c: c["x"],
        )
    )
    assert mismatch.cause == "special-value"
    assert mismatch.inputs["x"] == -999


def levels(*names, **keys):
    return Input("c", Kind.CATEGORY, levels=names or ("a", "b", "c", "d"), **keys)


def looked_up(table, default=0.0):
    return lambda c: np.array([table.get(v, default) for v in c["c"]])


def test_an_unseen_category(examine):
    table = {"a": 1.0, "b": 2.0, "c": 3.0, "d": 4.0}
    mismatch = one(examine(model(levels(unseen=True)), looked_up(table), looked_up(table, default=9.0)))
    assert mismatch.cause == "unseen-category"
    assert mismatch.inputs["c"] not in table


def test_a_category_in_other_letters_is_text(examine):
    table = {"a": 1.0, "b": 2.0, "c": 3.0, "d": 4.0}
    mismatch = one(examine(model(levels(unseen=True)), looked_up(table), looked_up(table | {"A": 1.0})))
    assert mismatch.cause == "text"
    assert mismatch.inputs["c"] == "A"


def test_shifted_levels_are_an_order(examine):
    mismatch = one(
        examine(
            model(levels()),
            looked_up({"a": 1.0, "b": 2.0, "c": 3.0, "d": 4.0}),
            looked_up({"a": 2.0, "b": 3.0, "c": 4.0, "d": 1.0}),
        )
    )
    assert mismatch.cause == "category-order"


def test_one_level_with_other_points_is_a_table_value(examine):
    mismatch = one(
        examine(
            model(levels()),
            looked_up({"a": 1.0, "b": 2.0, "c": 3.0, "d": 4.0}),
            looked_up({"a": 1.0, "b": 2.0, "c": 30.0, "d": 4.0}),
        )
    )
    assert mismatch.cause == "table-value"
    assert mismatch.inputs["c"] == "c"


def test_one_bin_with_other_points_is_a_table_value(examine):
    other = POINTS.copy()
    other[1] = 26.0
    edges = EDGES.tolist()
    mismatch = one(
        examine(
            model(number(minimum=19.0, maximum=75.0)),
            lambda c: POINTS[np.digitize(c["x"], EDGES[1:-1])],
            lambda c: other[np.digitize(c["x"], EDGES[1:-1])],
            edges,
        )
    )
    assert mismatch.cause == "table-value"
    assert 30 <= mismatch.inputs["x"] < 45


def test_half_up_against_half_even_is_rounding(examine):
    mismatch = one(
        examine(
            model(number(), number("y")), lambda c: np.round(c["x"]), lambda c: np.floor(c["x"] + 0.5), [0.5]
        )
    )
    assert mismatch.cause == "rounding"


def test_truncation_against_rounding(examine):
    mismatch = one(
        examine(
            model(number(), number("y")),
            lambda c: np.round(c["x"] * 3 + c["y"]),
            lambda c: np.trunc(c["x"] * 3 + c["y"]),
        )
    )
    assert mismatch.cause == "rounding"


def test_a_rare_cause_is_not_hidden_by_common_ones(examine):
    table = {"a": 1.0, "b": 2.0, "c": 3.0}

    def reference(c):
        return (c["x"] > 30) * 5.0 + (c["y"] > 7) * 3 + looked_up(table)(c)

    def candidate(c):
        extra = (c["x"] > 77) & (c["y"] < 5)
        return (c["x"] >= 30) * 5.0 + (c["y"] > 7) * 3 + extra * 2 + looked_up(table | {"A": 1.0})(c)

    verdict = examine(
        model(number(), number("y"), levels("a", "b", "c", unseen=True)), reference, candidate, [30, 7, 77, 5]
    )
    assert {m.cause for m in verdict.mismatches} == {"interaction", "interval-closure", "text"}


def test_rows_in_another_order_are_an_alignment(examine):
    mismatch = one(examine(model(number(), number("y")), lambda c: c["x"], lambda c: np.sort(c["x"])))
    assert mismatch.cause == "row-alignment"
    assert len(mismatch.batch) == 2


def test_dropped_rows_are_an_alignment(examine):
    mismatch = one(
        examine(
            model(number(missing=True), number("y")),
            lambda c: c["y"],
            lambda c: c["y"][~np.isnan(c["x"])],
        )
    )
    assert mismatch.cause == "row-alignment"
    assert mismatch.inputs["x"] is None


def test_an_answer_that_depends_on_its_batch(examine):
    verdict = examine(
        model(number(), number("y")), lambda c: c["x"], lambda c: c["x"] + (c["x"] - c["x"].mean()) * 1e-3
    )
    mismatch = one(verdict)
    assert mismatch.cause == "batch-dependence"
    assert 2 <= len(mismatch.batch) <= 3


def test_chance_is_nondeterminism_and_nothing_else(examine):
    generator = np.random.default_rng(0)
    mismatch = one(
        examine(
            model(number(), number("y")),
            lambda c: c["x"],
            lambda c: c["x"] + generator.random(len(c["x"])) * 1e-3,
        )
    )
    assert mismatch.cause == "nondeterminism"


def test_a_form_that_remembers_is_confirmed_in_a_fresh_worker(examine):
    def fresh():
        calls = itertools.count()
        return lambda c: c["x"] + (next(calls) > 3)

    mismatch = one(examine(model(number()), lambda c: c["x"], None, fresh=fresh))
    assert mismatch.cause == "nondeterminism"


def test_a_leap_day_read_otherwise_is_a_date(examine):
    day = Input("d", Kind.DATE, minimum=dt.date(2000, 1, 1), maximum=dt.date(2030, 12, 31))

    def month(c, shift):
        return np.array(
            [v.month + (shift if (v.month, v.day) == (2, 29) else 0) for v in c["d"]], dtype=float
        )

    mismatch = one(examine(model(day), lambda c: month(c, 0), lambda c: month(c, 1)))
    assert mismatch.cause == "date"
    assert (mismatch.inputs["d"].month, mismatch.inputs["d"].day) == (2, 29)


def test_a_form_that_answers_nothing_has_failed(examine):
    def broken(columns):
        raise KeyError("x")

    verdict = examine(model(number()), lambda c: c["x"], broken)
    assert verdict.status is Status.FAILED
    assert "KeyError" in verdict.reason


def test_a_row_that_is_answered_otherwise_where_a_column_is_all_missing_depends_on_its_batch(examine):
    def filled(columns):
        x = columns["x"]
        return np.where(np.isnan(x), 7.0 if np.isnan(x).all() and len(x) > 1 else 0.0, x)

    mismatch = one(
        examine(
            model(number(missing=True), number("y")),
            lambda c: np.where(np.isnan(c["x"]), 0.0, c["x"]),
            filled,
        )
    )
    assert mismatch.cause == "batch-dependence"
    assert all(row["x"] is None for row in mismatch.batch)


def test_a_row_that_is_answered_otherwise_in_a_batch_of_thousands_depends_on_its_batch(examine):
    def chunked(columns):
        x = columns["x"]
        return np.where(np.arange(len(x)) < 4_000, x, x + 1)

    found = examine(model(number(), number("y")), lambda c: c["x"], chunked)
    assert "batch-dependence" in {m.cause for m in found.mismatches}


def whole(name, minimum, maximum):
    return Input(name, Kind.INT, minimum=minimum, maximum=maximum)


def test_one_cell_of_a_table_of_two_whole_numbers_is_a_table_value(examine):
    def rate(c):
        return c["age"] * 3.0 + c["term"]

    def mistyped(c):
        return rate(c) + np.where((c["age"] == 34) & (c["term"] == 17), 50.0, 0.0)

    schema = model(whole("age", 18, 75), whole("term", 5, 40))
    mismatch = one(examine(schema, rate, mistyped))
    assert mismatch.cause == "table-value"
    assert mismatch.inputs == {"age": 34, "term": 17}


def test_a_region_of_two_whole_numbers_is_an_interaction(examine):
    def rate(c):
        return c["age"] * 3.0 + c["term"]

    def loaded(c):
        return rate(c) + np.where((c["age"] >= 60) & (c["term"] >= 30), 50.0, 0.0)

    mismatch = one(examine(model(whole("age", 18, 75), whole("term", 5, 40)), rate, loaded))
    assert mismatch.cause == "interaction"


def test_rows_that_break_a_constraint_are_never_asked(examine):
    asked = []

    def form(c):
        asked.append(bool((c["y"] < c["x"]).any()))
        return np.sqrt(c["y"] - c["x"]) + (c["y"] - c["x"] > 30)

    constrained = model(number(), number("y"))
    schema = Schema(constrained.schema.inputs, ("y >= x",))
    verdict = examine(replace(constrained, schema=schema), form, form)
    assert verdict.status is Status.AGREES
    assert not any(asked)
