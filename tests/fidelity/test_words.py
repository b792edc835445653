"""Values and quantities as a person reads them."""

from __future__ import annotations

import struct

import pytest

from harness.fidelity import words
from harness.fidelity.in_words import bytes_in_words, figure, rows_in_words, time_in_words


def of_bits(bits: int) -> float:
    return struct.unpack("<d", struct.pack("<Q", bits))[0]


@pytest.mark.parametrize(
    ("bits", "shown"),
    [
        (0x8000000000000000, "-0.0"),
        (0x0000000000000000, "0.0"),
        (0x0000000000000001, "5e-324"),
        (0x3FB999999999999A, "0.1"),
        (0x7FF8000000000000, "NaN"),
        (0xFFF8000000000000, "NaN 0xfff8000000000000"),
        (0x7FF00000000007A2, "NA"),
        (0x7FF80000000007A2, "NA 0x7ff80000000007a2"),
        (0xFFF00000000007A2, "NA 0xfff00000000007a2"),
        (0x7FF0000000000000, "inf"),
    ],
)
def test_doubles_that_look_alike_are_told_apart(bits, shown):
    assert words.double(of_bits(bits)) == shown


def test_texts_are_quoted_so_that_nothing_hides():
    assert [words.text(one) for one in ("", "NA", None, " a", "a\nb", "é", "\u200b")] == [
        '""',
        '"NA"',
        "NA",
        '" a"',
        '"a\\nb"',
        '"é"',
        '"\\u200b"',
    ]
    assert len(words.text("x" * 100)) == 40
    assert words.texts(["a", None]) == '("a", NA)'


def test_times_are_shown_in_utc_and_parts_that_no_clock_shows_as_numbers():
    assert words.day(19_782) == "2024-02-29"
    assert words.day(0.5) == "day 0.5"
    assert words.day(10**8) == "day 100000000"
    assert words.instant(1_709_164_800.123456) == "2024-02-29 00:00:00.123456 UTC"
    assert words.instant(1e-9) == "second 1e-09"
    assert words.microsecond(10**18) == "microsecond 1000000000000000000"


def test_what_r_says_is_read_by_its_tag():
    double = struct.pack("<d", -0.0).hex()
    assert words.from_r(f"d:{double}:") == "-0.0"
    assert words.from_r(f"i:{struct.pack('<d', 7.0).hex()}:") == "7"
    assert words.from_r(f"I:{struct.pack('<q', -(2**63)).hex()}:") == "NA"
    assert words.from_r(f"S:{struct.pack('<d', 2.0).hex()}:mins") == "2.0 mins"
    assert words.from_r("t:" + "é".encode().hex()) == '"é"'
    assert words.from_r("w:" + b"factor".hex()) == "factor"
    assert words.from_r("T:61,NA") == '("a", NA)'
    assert words.from_r("T:") == "()"


def test_quantities_have_the_digits_that_they_deserve():
    assert [figure(one) for one in (0.1234, 0.996, 9.94, 9.96, 4768.2)] == [
        "0.12",
        "1.0",
        "9.9",
        "10",
        "4,768",
    ]
    assert [rows_in_words(one) for one in (1, 1000)] == ["1 row", "1,000 rows"]
    assert [bytes_in_words(one) for one in (916, 465_688, 14_422_282)] == ["916 bytes", "466 kB", "14.4 MB"]
    assert [time_in_words(one) for one in (59, 3_300, 1.3e6, 1.5e9)] == ["59 ns", "3.3 µs", "1.3 ms", "1.5 s"]
