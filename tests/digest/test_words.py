"""Values, counts and times as a person reads them."""

from __future__ import annotations

import pytest

from harness.digest import words


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (None, "missing"),
        (True, "true"),
        (620, "620"),
        (30.000000000000004, "30.000000000000004"),
        (-0.0, "-0.0"),
        ("Infinity", "Infinity"),
        (float("-inf"), "-Infinity"),
        ("missing", '"missing"'),
        ("2024-02-29", "2024-02-29"),
        ("2024-02-29T12:00:00", "2024-02-29T12:00:00"),
        ("2024-02-29x", '"2024-02-29x"'),
        ("Own\u00a0", '"Own\\u00a0"'),
        ('a"b\\n', '"a\\"b\\\\n"'),
        ("", '""'),
        ({"error": "KeyError: 'x'"}, "raises KeyError: 'x'"),
        ([1.5, None], "[1.5, missing]"),
    ],
)
def test_a_value_is_shown_so_that_no_two_look_alike(cell, text):
    assert words.value(cell) == text


@pytest.mark.parametrize(
    ("nanoseconds", "text"),
    [
        (0, "0 ns"),
        (0.5, "0.500 ns"),
        (999.4, "999 ns"),
        (999.6, "1.00 µs"),
        (4_200, "4.20 µs"),
        (9_996, "10.0 µs"),
        (1_350_000, "1.35 ms"),
        (999_600_000, "1.00 s"),
        (12_000_000_000, "12.0 s"),
        (3_600_000_000_000, "3,600 s"),
    ],
)
def test_a_time_has_three_digits_in_the_unit_that_suits_it(nanoseconds, text):
    assert words.duration(nanoseconds) == text


@pytest.mark.parametrize(
    ("reference", "candidate", "text"),
    [
        (25, 35, "+10"),
        (35, 20, "-15"),
        (0.25, 0.5, "+0.25 (100 % of the reference)"),
        (0.31802041530601904, 0.3180203437805176, "-7.15e-08 (2.2e-07 of the reference)"),
        (0.0, 0.5, "+0.5"),
        (0.0, -0.0, ""),
        (None, 60, ""),
        (True, False, ""),
        ("Infinity", 1.0, ""),
        (float("inf"), 1.0, ""),
        ({"error": "E"}, 1, ""),
    ],
)
def test_two_numbers_have_a_difference_and_nothing_else_has(reference, candidate, text):
    assert words.difference(reference, candidate) == text


def test_what_cannot_be_seen_is_written_out():
    assert words.visible("a\u202eb\u200b\n\U000e0001é漢") == "a\\u202eb\\u200b\\n\\U000e0001é漢"
    assert words.visible("a\nb", keep="\n") == "a\nb"
    assert words.visible("\udc80") == "\\udc80"


def test_lists_are_read_aloud():
    assert words.listing([]) == ""
    assert words.listing(["a"]) == "a"
    assert words.listing(["a", "b", "c"]) == "a, b and c"
    assert words.listing(list("abcdef"), most=2) == "a, b and 4 more"


def test_shares_and_magnitudes_keep_what_matters():
    assert [words.share(part) for part in (0, 0.004, 0.0994, 0.12, 1)] == [
        "0 %",
        "0.4 %",
        "9.9 %",
        "12 %",
        "100 %",
    ]
    assert [words.magnitude(n) for n in (950, 12_500, 3_400_000)] == ["950", "12.5 thousand", "3.40 million"]


def test_a_reason_is_cut_before_its_remedy_and_its_details():
    assert words.first_clause("no driver (libcuda.so.1 is not here); install it") == "no driver"
    assert words.first_clause("it died:\nlast words") == "it died:"
