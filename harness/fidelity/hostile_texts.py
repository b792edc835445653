"""Texts and factors that codecs stumble over, and names of columns."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from harness.fidelity.columns import Column, Kind, Specimen, Value
from harness.fidelity.traits import PLAIN, Trait, empty, simple


def _random_text(rng: np.random.Generator) -> Value:
    alphabet = "aZ0 äßéñ€字汉ا🙂́"
    return "".join(alphabet[int(place)] for place in rng.integers(len(alphabet), size=rng.integers(1, 6)))


def characters() -> tuple[Trait, ...]:
    """Of texts in UTF-8."""
    of = simple(Kind.CHARACTER, ("ab", "c", "De"))
    return (
        of(PLAIN, "ab", "c", "De"),
        of("empty", ""),
        of("NA", None, alone=False),
        of("NA beside its own name", "NA", "NaN", "null", "NULL", "None", "N/A"),
        of("like a number", "007", "1e5", "0x1F", "1.10"),
        of("like a truth value or date", "TRUE", "false", "T", "2024-02-29"),
        of("quotes and backslashes", 'say "a"', "it's", '"', "\\", "a\\nb"),
        of("line ends and tabs", "a\nb", "a\r\nb", "\r", "\t"),
        of("separators", "a,b", ";", "#a", "=1+1"),
        of("outer spaces", " a", "a ", " "),
        of("beyond ASCII", "é", "字", "🙂", "e\u0301", draw=_random_text),
        of("control characters", "\x01", "\x7f", "\u200b", "\ufeff"),
        *empty(Kind.CHARACTER),
    )


def latin1() -> tuple[Trait, ...]:
    """Of texts that R holds in Latin-1."""
    of = simple(Kind.LATIN1, ("é", "ß"))
    return of(PLAIN, "é", "ß"), of("NA", None, alone=False)


def factors(kind: Kind) -> tuple[Trait, ...]:
    """Of factors, ordered or not."""

    def of(name: str, levels: tuple[str | None, ...], *codes: Value, alone: bool = True) -> Trait:
        return Trait(kind, name, Column(kind, (), levels=levels), codes, (0,), alone=alone)

    levels = ("b", "a")
    return (
        # both levels in use, so that unused ones are a trait of their own
        Trait(
            kind,
            PLAIN,
            Column(kind, (), levels=levels),
            (),
            (),
            fixed=tuple(Specimen.of(Column(kind, codes, levels=levels)) for codes in ((1, 0), (0, 1, 0))),
        ),
        of("unused levels", ("b", "never", "a"), 2, 0),
        of("NA", levels, None, alone=False),
        of("a missing level", ("a", None), 1, 0),
        of("levels like numbers", ("10", "9"), 1, 0),
        of("an empty level", ("a", ""), 1, 0),
        of("levels beyond ASCII", ("é", "字"), 1, 0),
        *empty(kind, Column(kind, (), levels=levels)),
    )


def _named(*names: str) -> Specimen:
    columns = tuple(Column(Kind.DOUBLE, (place + 0.5,), name) for place, name in enumerate(names))
    return Specimen(columns, 1)


def names() -> tuple[Trait, ...]:
    """Of names of columns."""

    def of(name: str, *names: tuple[str, ...]) -> Trait:
        fixed = tuple(_named(*one) for one in names)
        return Trait(Kind.NAMES, name, Column(Kind.DOUBLE, ()), (), (), fixed=fixed)

    return (
        of(PLAIN, ("x",), ("x", "income")),
        of("spaces and signs", ("a b",), ("a-b",), ("a.b", "a_b"), (" a",)),
        of("digits first", ("1st",), ("007",), ("1",)),
        of("words of the languages", ("if",), ("NA",), ("NULL", "TRUE"), ("class", "row.names"), ("names",)),
        of("beyond ASCII", ("é",), ("字", "🙂")),
        of("quotes and separators", ('"',), ("a,b",), ("`",), ("a\nb",)),
        of("empty", ("",), ("x", "")),
        of("twice the same", ("x", "x")),
    )


def shapes() -> tuple[Trait, ...]:
    """Of the shape of a table."""

    def of(name: str, specimen: Specimen) -> Trait:
        return Trait(Kind.SHAPE, name, Column(Kind.DOUBLE, ()), (), (), fixed=(specimen,))

    mixed = (
        Column(Kind.DOUBLE, (1.5, 2.5), "a"),
        Column(Kind.LOGICAL, (True, False), "b"),
        Column(Kind.CHARACTER, ("u", "v"), "c"),
    )
    return (
        of(PLAIN, Specimen(mixed[:1], 2)),
        of("several columns", Specimen(mixed, 2)),
        of("two columns, no rows", Specimen(tuple(replace(one, values=()) for one in mixed[:2]), 0)),
        of("no columns", Specimen((), 0)),
        of("300 columns", _named(*(f"x{place}" for place in range(300)))),
    )
