"""Quantities as a person reads them."""

from __future__ import annotations


def figure(value: float) -> str:
    """A ratio: two digits below 10, whole numbers above."""
    if value >= 9.95:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 0.995 else f"{value:.2f}"


def times(factor: float) -> str:
    """A factor as it is said: ``6.7 times``, ``146 times``, ``0.25 times``."""
    return f"{figure(factor)} times"


def rows_in_words(count: int) -> str:
    """``1 row``, ``1,000 rows``."""
    return f"{count:,} {'row' if count == 1 else 'rows'}"


def bytes_in_words(count: int) -> str:
    """``916 bytes``, ``466 kB``, ``14.4 MB``."""
    for unit, scale in (("MB", 1e6), ("kB", 1e3)):
        if count >= scale:
            held = count / scale
            return f"{held:,.1f} {unit}" if held < 100 else f"{held:,.0f} {unit}"
    return f"{count} bytes"


def time_in_words(ns: float) -> str:
    """``59 ns``, ``3.3 µs``, ``1.3 ms``, ``1.5 s``."""
    for unit, scale in (("s", 1e9), ("ms", 1e6), ("µs", 1e3)):
        if ns >= scale:
            return f"{ns / scale:.1f} {unit}"
    return f"{ns:.0f} ns"
