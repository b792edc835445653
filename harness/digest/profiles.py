"""Where a call's time goes: by phase, and by the stacks sampled meanwhile."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from harness.trace import PHASES

Json = Mapping[str, Any]

#: Phases account for a call where they come within this share of its wall time.
ACCOUNTED_WITHIN = 0.05


@dataclass(frozen=True, slots=True)
class Profile:
    """One profiled target. ``phases`` are nanoseconds over all calls, in the order of a call."""

    model: str
    target: str
    rows: int
    calls: int
    wall_ns: float
    phases: tuple[tuple[str, float], ...]
    folded: str | None = None
    reason: str = ""

    @property
    def call_ns(self) -> float:
        """Wall time of one call, on average."""
        return self.wall_ns / self.calls if self.calls else 0.0

    @property
    def unaccounted_ns(self) -> float:
        """Wall time that no phase covers; 0 where they overlap."""
        return max(0.0, self.wall_ns - sum(ns for _, ns in self.phases))

    @property
    def shares(self) -> tuple[tuple[str, float], ...]:
        """Each phase's share of the wall time (of the phases' own sum, should that be longer), and the
        rest as "unaccounted" where it is more than 5 %."""
        parts = list(self.phases)
        if self.unaccounted_ns > ACCOUNTED_WITHIN * self.wall_ns:
            parts.append(("unaccounted", self.unaccounted_ns))
        whole = max(self.wall_ns, sum(ns for _, ns in parts))
        return tuple((name, ns / whole) for name, ns in parts if ns > 0) if whole > 0 else ()


def profiles_of(records: Sequence[Json]) -> tuple[Profile, ...]:
    """All profiles, in the order written."""
    return tuple(_profile(r) for r in records if r.get("record") == "profile")


def _profile(record: Json) -> Profile:
    phases: Json = record.get("phases") or {}
    # phases of a later version are kept, behind those known here
    names = [*(p for p in PHASES if p in phases), *(p for p in phases if p not in PHASES)]
    return Profile(
        model=str(record.get("model")),
        target=str(record.get("target")),
        rows=int(record.get("rows") or 0),
        calls=int(record.get("calls") or 0),
        wall_ns=float(record.get("wall_ns") or 0),
        phases=tuple((name, float(phases[name] or 0)) for name in names),
        folded=record.get("folded"),
        reason=str(record.get("reason") or ""),
    )
