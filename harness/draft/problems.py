"""Why a model file cannot be drafted."""

from __future__ import annotations


class DraftError(Exception):
    """What was given cannot be made into a model file. The message says what, where, and what to do."""
