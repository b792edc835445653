"""Every step is smaller, and steps lead to what cannot be made smaller."""

from __future__ import annotations

import numpy as np
import pytest

from harness.fidelity.columns import Column, Kind, Specimen
from harness.fidelity.hostile import traits
from harness.fidelity.shrink import simpler, size


def shrunk(specimen, fails):
    """The end of the way: the smallest step that still fails, again and again."""
    while True:
        steps = [one for one in simpler(specimen) if fails(one)]
        if not steps:
            return specimen
        specimen = min(steps, key=size)


@pytest.mark.parametrize("kind", Kind)
def test_every_step_is_smaller_and_still_a_table(kind):
    for trait in traits(kind):
        for specimen in trait.specimens(np.random.default_rng(1)):
            for smaller in simpler(specimen):
                assert size(smaller) < size(specimen)
                assert all(len(column.values) == smaller.rows for column in smaller.columns)
                for column in smaller.columns:
                    codes = [v for v in column.values if column.levels and v is not None]
                    assert all(0 <= code < len(column.levels) for code in codes)


def test_a_value_that_matters_is_left_alone_in_its_row():
    specimen = Specimen.of(Column(Kind.DOUBLE, (1.5, None, 0.25, -0.0, 3.75)))
    assert shrunk(specimen, lambda one: None in one.columns[0].values).columns[0].values == (None,)


def test_a_text_loses_what_does_not_matter():
    specimen = Specimen.of(Column(Kind.CHARACTER, ("plain", 'say "a" twice')))
    assert shrunk(specimen, lambda one: any('"' in str(v) for v in one.columns[0].values)).columns[
        0
    ].values == ('"',)


def test_levels_that_are_not_used_go_and_codes_follow():
    specimen = Specimen.of(Column(Kind.FACTOR, (2, 0, 2), levels=("a", "b", "c")))
    found = shrunk(specimen, lambda one: any(one.columns[0].levels[v] == "c" for v in one.columns[0].values))
    assert (found.columns[0].levels, found.columns[0].values) == (("c",), (0,))


def test_a_table_of_many_columns_comes_down_to_the_two_that_matter():
    columns = tuple(Column(Kind.DOUBLE, (0.5,), f"x{place}") for place in range(64))
    names = {"x17", "x40"}
    found = shrunk(Specimen(columns, 1), lambda one: names <= {column.name for column in one.columns})
    assert len(found.columns) <= 64
    kept = shrunk(Specimen(columns, 1), lambda one: "x17" in {column.name for column in one.columns})
    assert [column.name for column in kept.columns] == ["x17"]
