"""Trees as they were read from a fitted model."""

from __future__ import annotations

from typing import Any, NamedTuple, Sequence

from .followed import Followed

LOW, HIGH, ABSENT, DEAD = range(4)  # as in ``harness.forest``


class Nodes(NamedTuple):
    """The nodes of one tree: arrays, ``low`` and ``high`` -1 in a leaf. ``goes`` LOW or HIGH: where missing
    values go; ``sets``: of a split of codes, which go low (else ``cuts`` are compared, x <= cut is low)."""

    low: Any
    high: Any
    column: Any
    cuts: Any
    goes: Any
    value: Any
    sets: dict[int, Any]


class Model(NamedTuple):
    """Trees over a matrix whose columns were followed. ``single``: it is rounded to single precision first.
    ``refuses``: no value of it may be missing."""

    trees: Sequence[Nodes]
    columns: Sequence[Followed | None]
    single: bool
    refuses: bool
