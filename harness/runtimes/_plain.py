"""Places of runtimes that have one way to run: a number, precision or variant is refused, never ignored."""

from __future__ import annotations

from harness.protocols import Lack, Place


def plain_lack(runtime: str, place: Place) -> Lack | None:
    """Why a runtime that only knows ``cpu`` does not run on a place; None where it does."""
    if place.device != "cpu":
        return Lack(f"{runtime} does not run on {place.device!r}", "its device is cpu")
    if place != Place():
        return Lack(f"{runtime} has no place {str(place)!r}", "write the target as NAME@cpu")
    return None
