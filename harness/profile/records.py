"""What a profile leaves behind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from harness.status import Status

#: Phases account for the wall time where they come within this share of it.
ACCOUNTED_WITHIN = 0.05


@dataclass(frozen=True, slots=True)
class Profile:
    """Where the time of one target's calls went, or why that cannot be said.

    ``phases`` are wall nanoseconds by phase over all calls; ``coverage`` is their share of ``wall_ns``.
    ``folded`` are collapsed stacks, None where nothing was sampled. ``reason`` says what is lacking.
    ``problem`` is None, or ``missing`` or ``failed``: a profile whose phases do not add up is failed.
    """

    model: str
    target: str
    rows: int
    calls: int = 0
    wall_ns: int = 0
    phases: Mapping[str, int] = field(default_factory=dict)
    coverage: float = 0.0
    samples: int = 0
    folded: str | None = None
    reason: str | None = None
    problem: Status | None = None

    def fields(self, attachment: str | None) -> dict[str, Any]:
        """The fields of a ``profile`` record; ``attachment`` is the stored name of ``folded``."""
        return {
            "model": self.model,
            "target": self.target,
            "rows": self.rows,
            "calls": self.calls,
            "wall_ns": self.wall_ns,
            "phases": dict(self.phases),
            "coverage": round(self.coverage, 6),
            "samples": self.samples,
            "folded": attachment,
            "reason": self.reason,
            "problem": None if self.problem is None else str(self.problem),
        }


def accounted(coverage: float) -> bool:
    """Whether phases that cover this share of the wall time account for it."""
    return abs(coverage - 1) <= ACCOUNTED_WITHIN
