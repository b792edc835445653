"""What an adapter raises to say no, and the outcomes of a call (as ``harness.protocols.Outcome``)."""

from __future__ import annotations

from typing import NamedTuple

ANSWERED, RAISED, HUNG, DIED, MISALIGNED, UNANSWERABLE = range(6)


class OpenFailure(Exception):
    """A form cannot be opened. ``lacking`` names the package to install, if that is why."""

    def __init__(self, message: str, lacking: str | None = None) -> None:
        super().__init__(message)
        self.lacking = lacking


class Refusal(Exception):
    """A call has no answer, for a reason that is not an exception of the form itself.

    ``outcome`` is one of the numbers above, ``row`` the first row to blame where it is known.
    """

    def __init__(self, outcome: int, kind: str, message: str, row: int | None = None) -> None:
        super().__init__(message)
        self.outcome = outcome
        self.kind = kind
        self.message = message
        self.row = row


class Find(NamedTuple):
    """A constant found in a form: number, text or bool, and where (see ``harness.protocols.Clue``)."""

    value: float | int | str | bool
    role: str = "constant"
    input: str | None = None
    origin: str = ""
