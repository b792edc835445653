"""What a cause means, for records that may name one of another version."""

from __future__ import annotations

from harness.causes import Cause

_MEANINGS = {cause.value: cause.meaning for cause in Cause}


def meaning_of(cause: str) -> str:
    """The one-line meaning of a cause; "" for one that is not known here."""
    return _MEANINGS.get(cause, "")
