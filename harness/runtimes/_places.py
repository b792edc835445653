"""What of a place (index, precision, variant) an engine understands; the rest is refused, never ignored."""

from __future__ import annotations

import re

from harness import registry
from harness.protocols import Lack, OpenError, Place

_THREADS = re.compile(r"(\d+)-threads?|all-threads")


def index_lack(place: Place) -> Lack | None:
    """Why there is no device of that number; None if there is, or if none is asked for."""
    if place.index is None or place.device == "cpu":
        return None
    count = registry.find("devices", place.device).count()
    if place.index < count:
        return None
    there = f"there is 1, {place.device}:0" if count == 1 else f"there are {count}, numbered from 0"
    return Lack(f"there is no {place.device}:{place.index} here ({there})", "choose one that is there")


def check_precision(runtime: str, place: Place, known: tuple[str, ...]) -> None:
    """Refuse an index on the CPU, and a precision that is none of those known for this device."""
    if place.device == "cpu" and place.index is not None:
        raise OpenError(f"{place}: the CPU has no number; write {runtime} targets on it as NAME@cpu")
    if place.precision is not None and place.precision not in known:
        there = f"there is {' and '.join(known)}" if known else f"{place.device} has none to choose"
        raise OpenError(f"{place}: {runtime} has no precision {place.precision!r} here ({there})")


def threads(runtime: str, place: Place, default: int) -> int:
    """The number of threads that a variant such as ``+4-threads`` asks for; 0 is ``+all-threads``."""
    if place.variant is None:
        return default
    match = _THREADS.fullmatch(place.variant)
    if match is None or match[1] == "0":
        raise OpenError(
            f"{place}: {runtime} has no variant {place.variant!r} (there are: 1-thread, 2-threads and so on,"
            " all-threads)"
        )
    return int(match[1] or 0)
