"""Values, counts and durations as a person reads them."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

_ISO_TIME = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?)?")
_INFINITIES = ("Infinity", "-Infinity")


def visible(text: str, keep: str = "") -> str:
    r"""Text with everything that cannot be seen written out: control and zero-width characters, unusual
    blanks and writing-direction marks become ``\n``, ``\u00a0`` and so on, save those in ``keep``.
    """
    return "".join(c if c.isprintable() or c in keep else _escape(c) for c in text)


def _escape(character: str) -> str:
    if ord(character) > 0xFFFF:
        return f"\\U{ord(character):08x}"
    return {"\n": "\\n", "\r": "\\r", "\t": "\\t"}.get(character, f"\\u{ord(character):04x}")


def clip(text: str, length: int) -> str:
    """At most ``length`` characters of a text, the last a … where some were cut."""
    return text if len(text) <= length else f"{text[: length - 1]}…"


def shorten(text: str, length: int) -> str:
    """At most ``length`` characters of a text, and how long it was where some were cut."""
    if len(text) <= length:
        return text
    return f"{text[:length]}… ({len(text):,} characters)"


def first_clause(reason: str) -> str:
    """A reason without what comes behind: details in brackets, what to do about it, further lines."""
    return re.split(r"; |\n| \(", reason, maxsplit=1)[0]


def value(cell: Any) -> str:
    """One input or answer: missing, a number in full digits, text in quotes, or what was raised."""
    if cell is None:
        return "missing"
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float) and math.isinf(cell):
        return "Infinity" if cell > 0 else "-Infinity"
    if isinstance(cell, int | float):
        return repr(cell)
    if isinstance(cell, str):
        return cell if cell in _INFINITIES or _ISO_TIME.fullmatch(cell) else _quoted(cell)
    if isinstance(cell, Mapping) and set(cell) == {"error"}:
        return f"raises {visible(str(cell['error']))}"
    if isinstance(cell, list | tuple):
        return f"[{', '.join(value(item) for item in cell)}]"
    return phrase(cell)


def _quoted(text: str) -> str:
    return '"' + visible(text.replace("\\", "\\\\").replace('"', '\\"')) + '"'


def phrase(what: Any) -> str:
    """Anything that a record may hold, as a line of text: mappings and lists are written out."""
    if isinstance(what, str):
        return visible(what)
    if isinstance(what, Mapping):
        return ", ".join(f"{visible(str(k)).replace('_', ' ')} {phrase(v)}" for k, v in what.items())
    if isinstance(what, Sequence):
        return ", ".join(phrase(item) for item in what)
    if isinstance(what, bool) or what is None:
        return {True: "yes", False: "no", None: "none"}[what]
    if isinstance(what, int):
        return f"{what:,}"
    return json.dumps(what)


def difference(reference: Any, candidate: Any) -> str:
    """How far two numbers are apart, signed and relative to the reference; "" for what is no number."""
    if not (_is_finite(reference) and _is_finite(candidate)):
        return ""
    gap = candidate - reference
    if gap == 0:
        return ""
    if isinstance(gap, int):
        return f"{gap:+,}"
    if not reference:
        return f"{gap:+.3g}"
    relative = abs(gap / reference)
    part = share(relative) if relative >= 0.0005 else f"{relative:.2g}"
    return f"{gap:+.3g} ({part} of the reference)"


def _is_finite(number: Any) -> bool:
    return isinstance(number, int | float) and not isinstance(number, bool) and math.isfinite(number)


def plural(number: int, noun: str) -> str:
    """``1 row``, ``812 rows``: a count with its noun."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def listing(items: Sequence[str], most: int = 4) -> str:
    """``a, b and c``; where there are more than ``most``, the rest is counted."""
    if len(items) > most:
        return f"{', '.join(items[:most])} and {len(items) - most} more"
    return " and ".join(part for part in (", ".join(items[:-1]), *items[-1:]) if part)


def duration(nanoseconds: float) -> str:
    """A time in the unit that suits it, three digits: ``4.20 µs``, ``1.35 ms``, ``12.0 s``."""
    for unit, size in (("s", 1e9), ("ms", 1e6), ("µs", 1e3)):
        # 999.6 µs would round to 1000 µs: it is 1.00 ms
        if nanoseconds >= 0.9995 * size:
            return f"{_three_digits(nanoseconds / size)} {unit}"
    return f"{_three_digits(nanoseconds)} ns"


def magnitude(number: float) -> str:
    """A large count, three digits: ``950``, ``12.5 thousand``, ``3.40 million``."""
    for name, size in ((" billion", 1e9), (" million", 1e6), (" thousand", 1e3)):
        if number >= 0.9995 * size:
            return f"{_three_digits(number / size)}{name}"
    return _three_digits(number)


def _three_digits(number: float) -> str:
    if number == 0:
        return "0"
    digits = max(0, 2 - math.floor(math.log10(number * (1 + 5e-4))))
    return f"{number:,.{min(digits, 3)}f}"


def share(part: float) -> str:
    """A fraction as per cent: ``0.4 %``, ``12 %``."""
    percent = 100 * part
    return f"{percent:.0f} %" if percent >= 9.95 or percent == 0 else f"{percent:.1f} %"
