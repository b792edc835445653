"""Rows in which many inputs follow one pattern."""

from __future__ import annotations

import itertools

import numpy as np
from miniatures import number

from harness.schema import Input, Kind, Schema
from harness.search.rows.backgrounds import make_space
from harness.search.rows.patterns import patterns
from harness.search.rows.pools import build_pools


def rows(*inputs):
    schema = Schema(tuple(inputs))
    space = make_space(schema, build_pools(schema, []), None, 0)
    batches = list(patterns(space, np.random.default_rng(0)))
    return [tuple(row.values()) for batch in batches for row in batch.to_pylist()]


def months(count, **more):
    return [Input(f"m{n}", Kind.INT, minimum=0, maximum=9, **more) for n in range(count)]


def test_all_inputs_are_at_their_ends_at_once():
    found = rows(*(number(name) for name in "abcde"))
    ends = number("a").bounds
    assert {(ends[0],) * 5, (ends[1],) * 5} <= set(found)


def test_values_are_missing_in_every_way():
    found = rows(number("a", missing=True), Input("b", Kind.BOOL, missing=True), number("c", missing=True))
    ways = {tuple(value is None for value in row) for row in found}
    assert ways == set(itertools.product((True, False), repeat=3))


def test_of_many_inputs_all_all_but_one_and_one_are_missing():
    found = {tuple(value is None for value in row) for row in rows(*months(12, missing=True))}
    counts = [sum(way) for way in found]
    assert counts.count(12) == counts.count(0) == 1
    assert counts.count(1) >= 12
    assert counts.count(11) >= 12


def test_a_run_of_a_value_begins_and_ends_anywhere():
    runs = {row for row in rows(*months(6)) if set(row) == {0, 9}}
    places = itertools.combinations_with_replacement(range(6), 2)
    windows = {tuple(9 if first <= n <= last else 0 for n in range(6)) for first, last in places}
    assert windows - {(9,) * 6} <= runs


def test_inputs_that_are_not_alike_make_no_row():
    found = rows(number("a"), Input("b", Kind.BOOL), Input("c", Kind.INT, minimum=0, maximum=3))
    assert len(found) < 1_000
