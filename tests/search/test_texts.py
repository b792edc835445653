"""Texts made from the rules of a form match them, and almost match them."""

from __future__ import annotations

import re

import pytest

from harness.search.rows.texts import matching, ruled_texts


@pytest.mark.parametrize(
    "pattern",
    [r"^[A-Z]{2}[0-9]{6}$", r"@temps\.io$", "abc|def", r"^\d+-\w?$", r"(ab)+c", r"[^a-z]x", "^$", r".*\.de"],
)
def test_texts_match_their_pattern(pattern):
    made = matching(pattern)
    assert made
    assert re.search(pattern, made[0])


def test_what_is_no_pattern_gives_nothing():
    assert matching("(unclosed") == []


def test_classes_of_r_are_understood():
    assert re.fullmatch("[A-Z][0-9]+", matching("^[[:upper:]][[:digit:]]+$")[0])


def test_a_match_is_tried_with_a_line_end_behind_and_other_text_around():
    made = ruled_texts([r"^[A-Z]{2}[0-9]{2}$"], [])
    assert {"AA00\n", "xAA00", "aa00"} <= set(made)


def test_a_dot_that_a_form_takes_literally_is_replaced():
    assert "@tempsxio" in ruled_texts(["@temps.io"], [])


def test_texts_are_padded_to_the_lengths_that_a_form_names():
    made = ruled_texts(["DE"], [22])
    assert "DE" + "0" * 20 in made
    assert "0" * 10 + "DE" + "0" * 10 in made
    assert any(len(text) == 21 and text.startswith("DE") for text in made)
