"""Equality: value by value, as the model file's contract says it, on every Arrow type that an answer has."""

import datetime as dt
import itertools
import math

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.tolerance import Tolerance, doubles, is_number, missing

EXACT = Tolerance(exact=True)
DEFAULT = Tolerance()
RULES = [EXACT, DEFAULT, Tolerance(ulp=4), Tolerance(rtol=0.5, atol=10.0)]
NAN, INF = math.nan, math.inf
UP = np.nextafter(1.0, 2.0)
DOWN = np.nextafter(1.0, 0.0)


def equal(rule, reference, candidate):
    """One value against another, as the only row of two arrays."""
    verdict = rule.equal(_array(reference), _array(candidate))
    assert verdict.dtype == bool
    assert verdict.shape == (1,)
    return bool(verdict[0])


def _array(value):
    return value if isinstance(value, pa.Array) else pa.array([value])


MISSING = [
    pa.nulls(1),
    pa.array([None], pa.float64()),
    pa.array([NAN]),
    pa.array([NAN], pa.float32()),
    pa.array([None], pa.int64()),
    pa.array([None], pa.bool_()),
    pa.array([None], pa.string()),
    pa.array([None], pa.date32()),
    pa.array([None], pa.timestamp("us")),
]
PRESENT = [
    pa.array([0.0]),
    pa.array([INF]),
    pa.array([0]),
    pa.array([-(2**31)]),
    pa.array([False]),
    pa.array([""]),
    pa.array(["NA"]),
    pa.array([dt.date(1970, 1, 1)]),
    pa.array([dt.datetime(1970, 1, 1)]),
]


@pytest.mark.parametrize("rule", RULES, ids=str)
def test_missing_equals_missing_of_any_type_and_nothing_else(rule):
    for one, other in itertools.product(MISSING, MISSING):
        assert equal(rule, one, other), (one.type, other.type)
    for absent, present in itertools.product(MISSING, PRESENT):
        assert not equal(rule, absent, present), (absent.type, present.type)
        assert not equal(rule, present, absent), (present.type, absent.type)


def test_missing_is_judged_row_by_row():
    r = pa.array([1.0, None, NAN, 2.0, None])
    c = pa.array([1.0, NAN, 3.0, None, None])
    assert DEFAULT.equal(r, c).tolist() == [True, True, False, False, True]
    assert missing(r).tolist() == [False, True, True, False, True]
    assert missing(pa.nulls(2)).tolist() == [True, True]


@pytest.mark.parametrize("rule", RULES, ids=str)
def test_infinities_equal_themselves_and_nothing_finite(rule):
    for one, other in itertools.product([INF, -INF, 1.7976931348623157e308, 0.0], repeat=2):
        assert equal(rule, one, other) == (one == other)


@pytest.mark.parametrize("rule", RULES, ids=str)
def test_the_sign_of_zero_does_not_count(rule):
    assert equal(rule, 0.0, -0.0)
    assert equal(rule, -0.0, 0)
    assert equal(rule, 0, -0.0)


@pytest.mark.parametrize("rule", RULES, ids=str)
def test_numbers_are_compared_as_values_whatever_their_type(rule):
    assert equal(rule, 620, 620.0)
    assert equal(rule, pa.array([620], pa.int32()), pa.array([620.0], pa.float32()))
    assert equal(rule, True, 1)
    assert equal(rule, 0.0, False)
    assert equal(rule, True, 1.0)


def test_a_fraction_is_compared_as_it_is():
    assert not equal(EXACT, 620, 620.0000001)
    assert not equal(EXACT, True, 0.5)


def test_single_precision_is_not_its_double():
    assert not equal(EXACT, 0.1, pa.array([0.1], pa.float32()))
    assert not equal(DEFAULT, 0.1, pa.array([0.1], pa.float32()))
    assert equal(EXACT, pa.array([0.1], pa.float32()), float(np.float32(0.1)))


def test_the_margin_is_relative_to_the_reference_and_includes_its_end():
    rule = Tolerance(rtol=0.5, atol=0.0)
    assert equal(rule, 2.0, 3.0)
    assert not equal(rule, 2.0, np.nextafter(3.0, 4.0))
    assert equal(rule, 4.0, 2.0)
    assert not equal(rule, 2.0, 4.0)
    assert equal(Tolerance(rtol=0.0, atol=0.25), 0.0, -0.25)
    assert not equal(Tolerance(rtol=0.0, atol=0.0), 0.0, 5e-324)


def test_the_default_margin_is_that_of_the_contract():
    assert equal(DEFAULT, 1.0, 1.0 + 0.9e-9)
    assert not equal(DEFAULT, 1.0, 1.0 + 1.1e-9)
    assert equal(DEFAULT, 0.0, 0.9e-12)
    assert not equal(DEFAULT, 0.0, 1.1e-12)


def test_ulps_are_those_of_the_reference_in_double():
    assert equal(Tolerance(ulp=1), 1.0, UP)
    assert not equal(Tolerance(ulp=1), 1.0, np.nextafter(UP, 2.0))
    # below 1 doubles lie twice as densely: two of them are one unit of 1.0
    assert equal(Tolerance(ulp=1), 1.0, np.nextafter(DOWN, 0.0))
    assert not equal(Tolerance(ulp=1), DOWN, UP)
    assert equal(Tolerance(ulp=0), 1.0, 1.0)
    assert not equal(Tolerance(ulp=0), 1.0, DOWN)
    assert equal(Tolerance(ulp=1), 0.0, 5e-324)
    assert not equal(Tolerance(ulp=1), 0.0, 1e-323)
    assert equal(Tolerance(ulp=1), -1.0, -UP)
    largest = 1.7976931348623157e308
    assert equal(Tolerance(ulp=1), largest, np.nextafter(largest, 0.0))
    assert not equal(Tolerance(ulp=1), largest, 1.797693134862315e308)


def test_opposite_giants_are_far_apart_although_their_difference_overflows():
    assert not equal(DEFAULT, 1.7e308, -1.7e308)
    assert not equal(Tolerance(ulp=4), 1.7e308, -1.7e308)


BIG = 2**53


def test_integers_beyond_doubles_are_compared_to_the_last_unit():
    assert not equal(EXACT, BIG + 1, BIG)
    assert not equal(EXACT, BIG + 1, float(BIG))
    assert not equal(EXACT, float(BIG), BIG + 1)
    assert equal(EXACT, BIG, float(BIG))
    assert equal(EXACT, BIG + 2, float(BIG + 2))
    assert not equal(EXACT, 2**63 - 1, float(2**63))
    assert equal(EXACT, -(2**63), float(-(2**63)))
    assert EXACT.equal(pa.array([BIG + 1, None]), pa.array([float(BIG), NAN])).tolist() == [False, True]


def test_a_margin_of_nothing_holds_beyond_doubles_too():
    rule = Tolerance(rtol=0.0, atol=0.0)
    assert not equal(rule, BIG, BIG + 1)
    assert equal(rule, BIG + 1, BIG + 1)
    assert not equal(rule, BIG + 1, float(BIG))
    assert equal(Tolerance(rtol=0.0, atol=1.0), BIG + 1, float(BIG))
    assert equal(Tolerance(rtol=0.0, atol=1.0), BIG, BIG + 1)
    assert not equal(Tolerance(rtol=0.0, atol=1.0), -(2**63), 2**63 - 1)


def test_text_is_compared_by_code_points():
    assert equal(EXACT, "ä", "ä")
    assert not equal(EXACT, "ä", "a\u0308")
    assert not equal(EXACT, "a", "A")
    assert not equal(EXACT, "a", "a ")
    assert not equal(EXACT, "own", "own\u00a0")
    assert equal(EXACT, "", "")
    assert not equal(EXACT, "", "NA")
    assert equal(EXACT, "\U0001f600", "\U0001f600")


@pytest.mark.parametrize("kind", [pa.string(), pa.large_string(), pa.dictionary(pa.int32(), pa.string())])
def test_text_is_text_in_whatever_layout(kind):
    r = pa.array(["a", "b", None, "c"])
    c = pa.array(["a", "B", None, None]).cast(kind)
    assert EXACT.equal(r, c).tolist() == [True, False, True, False]
    assert EXACT.equal(c, r).tolist() == [True, False, True, False]


@pytest.mark.parametrize("rule", RULES, ids=str)
def test_text_is_never_a_number_and_a_date_is_never_one_either(rule):
    assert not equal(rule, "1", 1)
    assert not equal(rule, 1.0, "1.0")
    assert not equal(rule, "TRUE", True)
    assert not equal(rule, dt.date(1970, 1, 1), 0)
    assert not equal(rule, 0.0, dt.datetime(1970, 1, 1))
    assert not equal(rule, "1970-01-01", dt.date(1970, 1, 1))


def test_a_date_is_the_midnight_of_its_day():
    day, midnight = dt.date(1899, 12, 30), dt.datetime(1899, 12, 30)
    assert equal(EXACT, day, midnight)
    assert equal(EXACT, midnight, day)
    assert not equal(EXACT, day, midnight + dt.timedelta(microseconds=1))
    assert not equal(EXACT, day, midnight - dt.timedelta(seconds=1))
    assert equal(EXACT, pa.array([day]).cast(pa.date64()), day)
    assert not equal(EXACT, day, day + dt.timedelta(days=1))


def test_times_are_compared_whatever_their_unit():
    noon = dt.datetime(2020, 2, 29, 12)
    for unit in ("s", "ms", "us", "ns"):
        assert equal(EXACT, noon, pa.array([noon], pa.timestamp(unit)))
        assert not equal(EXACT, noon, pa.array([noon + dt.timedelta(seconds=1)], pa.timestamp(unit)))
    assert equal(EXACT, noon, pa.array([noon], pa.timestamp("us", "UTC")))


def test_no_rows_are_no_verdict():
    for kind in (pa.float64(), pa.string(), pa.null()):
        assert EXACT.equal(pa.array([], pa.float64()), pa.array([], kind)).tolist() == []


@pytest.mark.parametrize("lengths", [(2, 1), (1, 2), (0, 1)])
def test_another_number_of_values_is_refused_and_never_stretched(lengths):
    with pytest.raises(ValueError, match="not the same rows"):
        EXACT.equal(pa.array([1.0] * lengths[0]), pa.array([1.0] * lengths[1]))


def test_a_slice_is_compared_from_its_own_start():
    values = pa.array([9.0, 1.0, None, 2.0])
    assert EXACT.equal(values.slice(1, 2), pa.array([1.0, None])).tolist() == [True, True]
    text = pa.array(["x", "a", None, "b"])
    assert EXACT.equal(text.slice(1), pa.array(["a", None, "c"])).tolist() == [True, True, False]
    flags = pa.array([True] * 9 + [False, None])
    assert EXACT.equal(flags.slice(8), pa.array([1, 0, None])).tolist() == [True, True, True]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (pa.array([1.5, None, NAN, INF]), [1.5, NAN, NAN, INF]),
        (pa.array([0.5, None], pa.float32()), [0.5, NAN]),
        (pa.array([3, None]), [3.0, NAN]),
        (pa.array([True, None, False]), [1.0, NAN, 0.0]),
        (pa.array([dt.date(1970, 1, 2), None]), [86_400e6, NAN]),
        (pa.array([dt.datetime(1970, 1, 1, 0, 0, 1), None]), [1e6, NAN]),
        (pa.nulls(2), [NAN, NAN]),
        (pa.array([], pa.int64()), []),
        (pa.array([None, None], pa.int64()), [NAN, NAN]),
    ],
)
def test_any_numeric_array_can_be_seen_as_doubles(values, expected):
    seen = doubles(values)
    assert seen.dtype == np.float64
    np.testing.assert_array_equal(seen, np.array(expected))


def test_which_types_are_numbers():
    numbers = [
        pa.float16(),
        pa.float64(),
        pa.int8(),
        pa.uint32(),
        pa.bool_(),
        pa.date32(),
        pa.timestamp("us"),
    ]
    assert all(map(is_number, numbers))
    assert not any(map(is_number, [pa.string(), pa.large_string(), pa.null(), pa.binary()]))


def test_a_rule_says_itself_in_words():
    assert [str(rule) for rule in (EXACT, DEFAULT, Tolerance(ulp=4))] == [
        "exact",
        "rtol=1e-09, atol=1e-12",
        "ulp=4",
    ]


FLOATS = st.one_of(st.none(), st.floats(), st.sampled_from([0.0, -0.0, INF, -INF, 1e-12, 1.0, UP, DOWN]))
MARGINS = st.one_of(st.sampled_from([0.0, 1e-12, 1e-9, 0.5]), st.floats(0, 1e6))


def _by_hand(rule, r, c):
    """The contract's words, for one pair of Python values."""
    absent = [value is None or math.isnan(value) for value in (r, c)]
    if any(absent):
        return all(absent)
    if r == c:
        return True
    if rule.exact or math.isinf(r) or math.isinf(c):
        return False
    allowed = rule.atol + rule.rtol * abs(r) if rule.ulp is None else rule.ulp * math.ulp(r)
    return abs(c - r) <= allowed


@given(
    st.lists(st.tuples(FLOATS, FLOATS), min_size=1, max_size=20),
    st.one_of(
        st.just(EXACT),
        st.builds(lambda ulp: Tolerance(ulp=ulp), st.integers(0, 10)),
        st.builds(lambda rtol, atol: Tolerance(rtol=rtol, atol=atol), MARGINS, MARGINS),
    ),
)
def test_a_batch_is_judged_like_each_of_its_rows_by_hand(pairs, rule):
    r, c = (pa.array(values, pa.float64()) for values in zip(*pairs, strict=True))
    assert rule.equal(r, c).tolist() == [_by_hand(rule, *pair) for pair in pairs]


INTEGERS = st.one_of(
    st.none(), st.integers(-(2**63), 2**63 - 1), st.sampled_from([BIG - 1, BIG, BIG + 1, -BIG - 1, 2**63 - 1])
)


@given(st.lists(st.tuples(INTEGERS, FLOATS), min_size=1, max_size=20))
def test_an_integer_equals_a_double_exactly_if_python_says_so(pairs):
    whole, real = (
        pa.array(values, kind)
        for values, kind in zip(zip(*pairs, strict=True), (pa.int64(), pa.float64()), strict=True)
    )
    expected = [
        (w is None and (f is None or math.isnan(f))) or (w is not None and f is not None and w == f)
        for w, f in pairs
    ]
    assert EXACT.equal(whole, real).tolist() == expected
    assert EXACT.equal(real, whole).tolist() == expected
