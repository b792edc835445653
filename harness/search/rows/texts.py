"""Texts that meet the rules of a form: that match, and that almost match, each pattern, prefix and length
found in it."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

#: Lengths up to this are tried where a form names the number.
LONGEST = 64
MOST_PATTERNS = 60
MOST_BRANCHES = 24  # alternatives of a pattern, each of which is written
LONGEST_PART = 8  # of what random texts begin with
_ALPHABETS = (
    "0123456789",
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "abcdefghijklmnopqrstuvwxyz0123456789-/. ",
)
_META = re.compile(r"[\\^$.|?*+()\[\]{}]")
_POSIX = {
    "[:alpha:]": "A-Za-z",
    "[:digit:]": "0-9",
    "[:alnum:]": "A-Za-z0-9",
    "[:upper:]": "A-Z",
    "[:lower:]": "a-z",
    "[:space:]": r"\s",
    "[:blank:]": r" \t",
    "[:punct:]": r"!-/:-@\[-`{-~",
    "[:xdigit:]": "0-9A-Fa-f",
}


def ruled_texts(named: Sequence[str], lengths: Iterable[int]) -> list[str]:
    """Texts made of those that a form names: as patterns, as parts of longer texts, padded to lengths."""
    sizes = sorted({n for n in lengths if 1 <= n <= LONGEST})
    made: list[str] = []
    for text in named[:MOST_PATTERNS]:
        matches = matching(text) if _META.search(text) else []
        for match in matches or [text]:
            made += [match, *_almost(match)]
        for part in matches[:1] or [text]:
            made += [padded for size in sizes for padded in _padded(part, size)]
    made += [fill * size for size in sizes for fill in ("a", "0", "A")]
    return list(dict.fromkeys(made))


@dataclass(frozen=True, slots=True)
class Words:
    """What random texts of an input are made of: ``parts`` that a form names, ``lengths`` that it may mean,
    and ``models``: texts that match its patterns, or stand in the data."""

    parts: tuple[str, ...] = ()
    lengths: tuple[int, ...] = ()
    models: tuple[str, ...] = ()


NO_WORDS = Words()


def words_of(named: Sequence[str], lengths: Sequence[int], seen: Sequence[str]) -> Words:
    """What a form's texts and numbers, and the data, give for random texts."""
    patterns = [text for text in named if _META.search(text)]
    models = [match for text in patterns[:MOST_PATTERNS] for match in matching(text)]
    parts = dict.fromkeys(text for text in named if len(text) <= LONGEST_PART and text not in patterns)
    return Words(tuple(parts), tuple(lengths), tuple(dict.fromkeys([*models, *seen[:MOST_PATTERNS]])))


def composed(words: Words, rng: np.random.Generator, count: int) -> list[str]:
    """So many random texts. Some are shaped as a model is, with other digits and letters, and some begin as
    the form names it; others go on from that with digits or letters up to a length. Some are in small
    letters, or with blanks between."""
    starts = ["", *words.parts]
    sizes = [*words.lengths, *range(1, 13)] if words.lengths else list(range(1, 25))
    begun, lengths = rng.integers(len(starts), size=count), rng.choice(sizes, size=count)
    alphabets = rng.choice(len(_ALPHABETS), size=count, p=[0.5, 0.3, 0.1, 0.1])
    shaped = rng.random(count) < (0.5 if words.models else 0.0)
    manners = rng.random(count)
    made = []
    for row in range(count):
        start = starts[begun[row]]
        if shaped[row]:
            text = _shaped(words.models[rng.integers(len(words.models))], start, rng)
        else:
            letters = _ALPHABETS[alphabets[row]]
            lacking = max(0, int(lengths[row]) - len(start))
            text = start + "".join(letters[i] for i in rng.integers(len(letters), size=lacking))
        if manners[row] < 0.25:
            text = text.lower()
        elif manners[row] < 0.35:
            text = " ".join(text[i : i + 4] for i in range(0, len(text), 4))
        made.append(text)
    return made


def _shaped(model: str, start: str, rng: np.random.Generator) -> str:
    """A text with other digits and letters in the places of a model's; its first word may be a given one."""
    letters = [
        str(rng.integers(10)) if "0" <= one <= "9"
        else chr(ord("A" if one.isupper() else "a") + rng.integers(26)) if one.isascii() and one.isalpha()
        else one
        for one in model
    ]  # fmt: skip
    if start and rng.random() < 0.5:
        word = next((i for i, one in enumerate(model) if not one.isalpha()), len(model))
        return start + "".join(letters[word:])
    return "".join(letters)


def matching(pattern: str) -> list[str]:
    """A few texts that match a regular expression (of Python, or of R where both read it alike)."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            parsed = re._parser.parse(_as_python(pattern))  # type: ignore[attr-defined]
    except (re.error, OverflowError, RecursionError):
        return []
    least = "".join(_written(parsed, 0))
    ways = ["".join(_written(parsed, choice)) for choice in range(1, max(2, _branches(parsed)))]
    return list(dict.fromkeys([least, *ways, f"a {least} b"]))


def _branches(parsed: Any) -> int:
    """How many ways the alternatives of a pattern have, at most MOST_BRANCHES."""
    most = 0
    for operation, argument in parsed:
        name = str(operation)
        if name == "BRANCH":
            most = max(most, len(argument[1]), *(_branches(one) for one in argument[1]))
        elif name == "IN":
            most = max(most, len(argument))
        elif name == "SUBPATTERN":
            most = max(most, _branches(argument[-1]))
        elif name in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
            most = max(most, _branches(argument[2]))
    return min(most, MOST_BRANCHES)


def _as_python(pattern: str) -> str:
    for word, characters in _POSIX.items():
        pattern = pattern.replace(word, characters)
    return pattern


def _written(parsed: Any, choice: int) -> Iterator[str]:
    """A matching text: the first possibility of everything, or with ``choice`` 1 the second, where there is
    one."""
    for operation, argument in parsed:
        name = str(operation)
        if name == "LITERAL":
            yield chr(argument)
        elif name == "NOT_LITERAL":
            yield "b" if chr(argument) == "a" else "a"
        elif name == "ANY":
            yield "ax"[choice]
        elif name == "IN":
            yield _member(argument, choice)
        elif name in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
            low, high, inner = argument
            count = min(max(low, choice), int(high), low + 1)
            yield "".join("".join(_written(inner, choice)) for _ in range(count))
        elif name == "BRANCH":
            branches = argument[1]
            yield "".join(_written(branches[min(choice, len(branches) - 1)], choice))
        elif name == "SUBPATTERN":
            yield "".join(_written(argument[-1], choice))


def _member(members: Any, choice: int) -> str:
    """A character of a class: of its first member, or a later one."""
    if str(members[0][0]) == "NEGATE":
        return next((c for c in "a0-Z ~é" if not any(_holds(member, c) for member in members[1:])), "€")
    operation, argument = members[min(choice, len(members) - 1)]
    name = str(operation)
    if name == "RANGE":
        return chr(argument[1 if choice else 0])
    if name == "CATEGORY":
        return {"DIGIT": "5", "SPACE": " ", "WORD": "w"}.get(str(argument).rsplit("_", 1)[-1], "a")
    return chr(argument)


def _holds(member: Any, character: str) -> bool:
    """Whether a member of a class holds a character."""
    operation, argument = member
    name = str(operation)
    if name == "RANGE":
        return bool(argument[0] <= ord(character) <= argument[1])
    if name == "CATEGORY":
        kind = str(argument).rsplit("_", 1)[-1]
        inside = {"DIGIT": str.isdigit, "SPACE": str.isspace, "WORD": _is_word}.get(kind, str.isalnum)
        return inside(character) != ("NOT" in str(argument))
    return bool(ord(character) == argument)


def _is_word(character: str) -> bool:
    return character.isalnum() or character == "_"


def _almost(text: str) -> Iterator[str]:
    """What a careless reading takes for the same text, and what it takes for another."""
    yield from (f"x{text}", f"{text}x", f" {text}", f"{text} ", f"{text}\n", f"a\n{text}", f"{text}\nb")
    yield from (text.lower(), text.upper(), text.swapcase(), text[1:], text[:-1], f"{text}{text}")
    yield from (f"xx{text}xx", f"{text}.", text.replace(".", "x"), text.replace(" ", ""), f"{text}é")
    if text:
        yield from (f"{text[:-1]}ä", f"{text[0]}{text}", text[::-1], f"{text[:-1]}0", f"é{text[1:]}")


def _padded(text: str, size: int) -> Iterator[str]:
    """A text brought to a length, and to one more and one less: filled behind, before, and around."""
    for length in (size - 1, size, size + 1):
        space = length - len(text)
        if space >= 0:
            yield from (text + "0" * space, "0" * space + text, text + "A" * space)
            yield "0" * (space // 2) + text + "0" * (space - space // 2)
        elif length > 0:
            yield text[:length]
