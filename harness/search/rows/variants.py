"""Texts beside a text: as somebody else might have written it."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

TEXTS = ("", " ", "a", "A", "NA", "NaN", "None", "null", "0", "007", "1e5", "-1", "TRUE", "other")
HARD_TEXTS = (
    "ä",
    "a\u0308",
    "ß",
    "ẞ",
    "İ",
    "é",
    "\u00a0a",
    "a\nb",
    "a\tb",
    'a"b',
    "a,b",
    "x" * 300,
    "日本",
    "😀",
)
UNSEEN = ("", " ", "NA", "other", "Other", "zzz", "é", "0", "unknown")


def variants(text: str) -> Iterator[str]:
    """A text as somebody else might have written it."""
    yield from (text.lower(), text.upper(), text.title(), f" {text}", f"{text} ", f"{text}x", text[:-1])
    yield from (f"{text}\u00a0", f"{text}\n", text.replace(" ", "_"), text.replace("_", " "), f"x{text}")
    yield from _folded(text)
    for mark in sorted({c for c in text if not c.isalnum()})[:4]:  # a delimiter doubled, left out, twice
        yield from (
            text.replace(mark, mark + mark),
            text.replace(mark, ""),
            f"{text}{mark}a",
            f"a{mark}{text}",
        )


#: Letters that other letters become in upper or lower case, or in another form of Unicode, and only there.
_FOLDS = (
    ("ss", "\u00df"),
    ("SS", "\u00df"),
    ("s", "\u017f"),
    ("S", "\u017f"),
    ("k", "\u212a"),
    ("K", "\u212a"),
    ("fi", "\ufb01"),
    ("i", "\u0131"),
    ("I", "\u0130"),
    ("i", "\u0130"),
)


def _folded(text: str) -> Iterator[str]:
    """A text that some ways of changing the case, or of normalising, make equal and others do not."""
    for letters, other in _FOLDS:
        if letters in text:
            yield text.replace(letters, other, 1)
            yield text.lower().replace(letters.lower(), other, 1)
    yield from (unicodedata.normalize(form, text) for form in ("NFD", "NFC", "NFKC"))
    digit = next((c for c in text if c in "0123456789"), None)
    if digit is not None:
        yield text.replace(digit, chr(0x0660 + int(digit)), 1)
