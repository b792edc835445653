"""The faulty migration is faulty in the three ways that its model file expects, and in no other."""

import math

import numpy as np
import pytest

EDGES = [18.0, 25.0, 30.0, 45.0, 60.0, 75.0]
BELOW = [0.0, 1.0, 17.0, math.nextafter(18, 0)]
ABOVE = [math.nextafter(75, 100), 76.0, 100.0]
INSIDE = [math.nextafter(edge, 100) for edge in EDGES[:-1]]
INSIDE += [math.nextafter(edge, 0) for edge in EDGES[1:]]
INSIDE += [20.0, 27.0, 29.5, 33.0, 50.0, 74.0]


@pytest.fixture(scope="module")
def in_r(suite, tmp_path_factory) -> dict[float, float]:
    ages = [*EDGES, *BELOW, *ABOVE, *INSIDE]
    answers = suite("seed_migration").r({"age": ages}, tmp_path_factory.mktemp("seed"))
    return dict(zip(ages, answers["points"].tolist(), strict=True))


@pytest.fixture
def in_python(suite):
    def ask(age):
        return suite("seed_migration").python({"age": [age]})["points"][0]

    return ask


def test_both_agree_between_the_edges(in_r, in_python):
    assert [in_python(age) for age in INSIDE] == [in_r[age] for age in INSIDE]


def test_at_the_inner_edges_the_interval_closes_at_the_other_end(in_r, in_python):
    assert [in_r[edge] for edge in EDGES[1:-1]] == [10, 20, 35, 40]
    assert [in_python(edge) for edge in EDGES[1:-1]] == [20, 35, 40, 50]
    assert np.isnan(in_r[18.0])
    assert in_python(18.0) == 10


def test_below_the_first_edge_python_wraps_round_to_the_last_bin(in_r, in_python):
    assert all(np.isnan(in_r[age]) for age in BELOW)
    assert [in_python(age) for age in BELOW] == [50] * len(BELOW)


def test_from_the_last_edge_on_python_raises(in_r, in_python):
    assert in_r[75.0] == 50
    assert all(np.isnan(in_r[age]) for age in ABOVE)
    for age in [75.0, *ABOVE]:
        with pytest.raises(IndexError):
            in_python(age)


def test_real_applicants_are_affected(suite):
    ages = suite("seed_migration").data()["age"]
    assert sum(age in (25, 30, 45, 60) for age in ages) == 102
    assert ages.count(75) == 2


def test_the_model_file_expects_these_three_causes(suite):
    declared = suite("seed_migration").declared["model"]
    assert declared["expect"] == ["interval-closure", "out-of-range", "error"]
