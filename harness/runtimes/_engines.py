"""What ONNX Runtime and torch have in common: Python packages, devices, threads.

Of a place (index, precision, variant) an engine takes what it understands; the rest is refused, never
ignored.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from harness import registry
from harness.installed import import_lack, package_lack
from harness.model import Form
from harness.protocols import Lack, OpenError, Place
from harness.workers.launch import interpreter, python_lack

_THREADS = re.compile(r"(\d+)-threads?|all-threads")


def python_of(form: Form | None) -> Path:
    """The interpreter that a form runs under; without a form the harness's own."""
    return Path(sys.executable) if form is None else interpreter(form)


def package_of_form_lack(form: Form | None, package: str, extra: str) -> Lack | None:
    """Why a form cannot have a package. Without a form the package is tried, else only looked for."""
    if form is None:
        return import_lack(python_of(None), package, extra)
    return python_lack(form) or package_lack(python_of(form), package, extra)


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
