"""Statuses of a target and exit statuses of a command: never blurred.

Nothing ran is not a pass: a command that measured nothing exits with :attr:`Exit.NOTHING`.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum, StrEnum


class Status(StrEnum):
    """What a verification says of one target."""

    AGREES = "agrees"
    DISAGREES = "disagrees"
    MISSING = "missing"
    FAILED = "failed"


class Exit(IntEnum):
    """The exit status of every command."""

    OK = 0
    DISAGREES = 1
    USAGE = 2
    NOTHING = 3
    INCONCLUSIVE = 4
    REFUSED = 5


_PRECEDENCE = (Exit.USAGE, Exit.DISAGREES, Exit.NOTHING, Exit.REFUSED, Exit.INCONCLUSIVE)


def worst(statuses: Iterable[Exit]) -> Exit:
    """The status of a command in which several hold: the first of 2, 1, 3, 5, 4, else 0."""
    held = set(statuses)
    return next((s for s in _PRECEDENCE if s in held), Exit.OK)
