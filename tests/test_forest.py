"""Trees as tables of nodes: where each row ends, and which double is the last on the low side."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.forest import DEAD, HIGH, LOW, STOP, Forest, Seen, descend, last_low, sound, walk


def forest(**keys: object) -> Forest:
    """``a <= 5``, with the surrogate ``b <= 1`` turned round; below it on the high side a level of c."""
    plain = Forest(
        target="r",
        origin="model",
        inputs=("a", "b", "c"),
        levels=(None, None, ("x", "y", "z")),
        low=np.array([1, -1, 3, -1, -1], dtype=np.int32),
        high=np.array([2, -1, 4, -1, -1], dtype=np.int32),
        otherwise=np.array([STOP, DEAD, HIGH, DEAD, DEAD], dtype=np.int8),
        value=np.array([9.0, 1.0, 8.0, 2.0, 3.0]),
        first=np.array([0, 2, 2, 3, 3, 3], dtype=np.int32),
        input=np.array([0, 1, 2], dtype=np.int32),
        cut=np.array([5.0, 1.0, np.nan]),
        last=np.array([5.0, 1.0, np.nan]),
        flip=np.array([False, True, False]),
        group=np.array([-1, -1, 0], dtype=np.int32),
        sides=np.array([[LOW, HIGH, 2, DEAD]], dtype=np.int8),
    )
    return replace(plain, **keys)  # type: ignore[arg-type]


NO = np.nan


@pytest.mark.parametrize(
    ("a", "b", "c", "value"),
    [
        (5.0, NO, NO, 1.0),
        (np.nextafter(5.0, 9), NO, 0.0, 2.0),
        (9.0, NO, 1.0, 3.0),
        (9.0, NO, 2.0, 3.0),  # a level that the split never saw goes where missing values go
        (9.0, NO, NO, 3.0),
        (NO, 2.0, NO, 1.0),  # the surrogate is turned round: above 1 is low
        (NO, 1.0, 0.0, 2.0),
        (NO, NO, 0.0, 9.0),  # no test can be decided: the node's own answer
    ],
)
def test_a_row_ends_where_its_values_lead(a: float, b: float, c: float, value: float) -> None:
    one = forest()
    end = descend(one, np.array([[a], [b], [c]]), one.roots, np.array([0]))
    assert one.value[end[0]] == value


def test_a_text_that_the_form_refuses_ends_nowhere() -> None:
    one = forest()
    assert descend(one, np.array([[9.0], [0.0], [3.0]]), one.roots, np.array([0]))[0] == -1


def test_what_rows_meet_is_noted() -> None:
    one = forest()
    seen = Seen.nothing(one)
    walk(one, np.array([[9.0, NO], [0.0, NO], [0.0, 1.0]]), seen)
    assert seen.ends.tolist() == [True, False, False, True, False]
    assert seen.otherwise.tolist() == [True, False, False, False, False]
    assert seen.sides.tolist() == [[False, True], [False, False], [True, False]]
    assert seen.levels[2].tolist() == [True, False, False, False]


def test_a_row_that_lacks_anything_meets_nothing_of_a_form_that_wants_all() -> None:
    one = forest(whole=True)
    seen = Seen.nothing(one)
    walk(one, np.array([[1.0], [NO], [0.0]]), seen)
    assert not seen.ends.any()


def test_nodes_that_lead_in_a_circle_are_no_trees() -> None:
    assert sound(forest())
    assert not sound(forest(low=np.array([1, -1, 0, -1, -1], dtype=np.int32)))
    assert not sound(forest(high=np.array([1, -1, 4, -1, -1], dtype=np.int32)))


def test_steps_count_the_splits_on_the_way_to_a_leaf() -> None:
    assert forest().steps == pytest.approx((1 + 2 + 2) / 3)


@given(cut=st.floats(-1e30, 1e30), strict=st.booleans(), single=st.booleans())
def test_the_last_low_double_is_low_and_the_next_is_not(cut: float, strict: bool, single: bool) -> None:
    last = float(last_low(np.array([cut]), np.array([strict]), np.array([single]))[0])

    def is_low(x: float) -> bool:
        seen = float(np.float32(x)) if single else x
        return seen < cut if strict else seen <= cut

    assert is_low(last)
    assert not is_low(float(np.nextafter(last, np.inf)))
