"""How a verification is run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from harness.protocols import Limits

#: Told what is going on: the target and a few words. For a display of progress.
Progress = Callable[[str, str], None]


def _silent(target: str, words: str) -> None:
    """No display of progress."""


@dataclass(frozen=True, slots=True)
class Options:
    """``budget_s`` is wall time for each target once it is warm, shrinking and causes included; the core of
    the search is finished whatever it says. ``deadline_s`` cuts even the core: the status is then failed.
    ``data`` replaces the model file's own. ``beyond`` asks for illegal input too, of which only whether it is
    answered is compared; it does not count in the status. Counterexamples found are written to ``save_to``
    (None: nowhere).
    """

    budget_s: float = 5.0
    deadline_s: float | None = None
    seed: int = 0
    data: Path | None = None
    beyond: bool = False
    save_to: Path | None = None
    limits: Limits = field(default_factory=Limits)
    progress: Progress = _silent
