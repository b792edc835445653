"""Texts made from the rules of a form match them, and almost match them."""

from __future__ import annotations

import re

import numpy as np
import pytest

from harness.search.rows.texts import composed, matching, ruled_texts, words_of


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


def test_random_texts_are_shaped_as_the_patterns_of_a_form_and_begin_as_it_names_them():
    words = words_of(["^[A-Z]{1,3}-[A-Z]{1,2} [1-9][0-9]{0,3}$", "KA", "MZ"], [], [])
    made = composed(words, np.random.default_rng(0), 4_000)
    plates = [text for text in made if re.fullmatch(r"[A-Z]{1,3}-[A-Z]{1,2} [1-9][0-9]{0,3}", text)]
    assert len(set(plates)) > 100
    assert {"KA", "MZ"} <= {text.split("-")[0] for text in plates}


def test_random_texts_go_on_to_a_length_that_a_form_names_also_in_small_letters():
    made = composed(words_of(["DE"], [22], []), np.random.default_rng(0), 4_000)
    numbers = [text for text in made if re.fullmatch(r"de\d{20}", text)]
    assert len(set(numbers)) > 5


def test_every_alternative_of_a_pattern_is_written():
    assert {"A1", "B1", "C1", "D1"} <= set(matching("^(A|B|C|D)1$"))


def test_what_stands_in_the_data_is_a_model_too():
    made = composed(words_of([], [], ["AB-12"]), np.random.default_rng(0), 500)
    assert sum(re.fullmatch(r"[A-Z]{2}-\d{2}", text) is not None for text in made) > 50
