"""Durations as people write them: ``10s``, ``500ms``, ``2m``, ``10``."""

from __future__ import annotations

import re

import typer

_UNITS = {"": 1.0, "s": 1.0, "ms": 1e-3, "m": 60.0, "min": 60.0, "h": 3600.0}


def seconds(text: str) -> float:
    """Seconds. Raises typer.BadParameter for what is no duration above zero."""
    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?|\.\d+)\s*([a-z]*)\s*", text)
    if match is None or match[2] not in _UNITS or float(match[1]) <= 0:
        raise typer.BadParameter(f"{text!r} is no duration: write 10s, 500ms or 2m")
    return float(match[1]) * _UNITS[match[2]]
