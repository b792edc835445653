"""Latency and throughput by batch size, from the raw samples."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

Json = Mapping[str, Any]

#: A percentile is given where at least this many calls were timed: fewer cannot tell it from the slowest.
CALLS_NEEDED = {95: 20, 99: 100}


@dataclass(frozen=True, slots=True)
class Timing:
    """One model on one target at one batch size: wall time of a call, harness to harness.

    ``p95_ns`` and ``p99_ns`` are None where too few calls were timed to tell them. ``compute_ns`` is
    the median inside the form. ``against_reference`` is this p50 over the reference's, same rows.
    """

    model: str
    target: str
    scenario: str
    rows: int
    calls: int
    warmup: int | None
    p50_ns: float | None
    p95_ns: float | None = None
    p99_ns: float | None = None
    compute_ns: float | None = None
    against_reference: float | None = None
    is_reference: bool = False
    reason: str = ""

    @property
    def rows_per_second(self) -> float | None:
        """Rows over the median call."""
        return self.rows * 1e9 / self.p50_ns if self.p50_ns else None


@dataclass(frozen=True, slots=True)
class ColdStart:
    """What the first use of a target costs: opening it, and the first call."""

    model: str
    target: str
    open_ns: float | None
    first_call_ns: float | None


def timings_of(records: Sequence[Json]) -> tuple[Timing, ...]:
    """All timings, in the order written, each compared with its model's reference where that was timed."""
    references = {r.get("model"): r.get("reference") for r in records if r.get("record") == "verdict"}
    timings = [_timing(r, references) for r in records if r.get("record") == "timing"]
    base = {(t.model, t.scenario, t.rows): t.p50_ns for t in timings if t.is_reference}
    return tuple(_compared(t, base.get((t.model, t.scenario, t.rows))) for t in timings)


def cold_starts_of(records: Sequence[Json]) -> tuple[ColdStart, ...]:
    """All cold starts, in the order written."""
    return tuple(
        ColdStart(str(r.get("model")), str(r.get("target")), r.get("open_ns"), r.get("first_call_ns"))
        for r in records
        if r.get("record") == "cold"
    )


def _timing(record: Json, references: Mapping[Any, Any]) -> Timing:
    samples = np.asarray(record.get("samples_ns") or (), dtype=np.float64)
    compute = np.asarray(record.get("compute_ns") or (), dtype=np.float64)
    reference = record.get("reference") or references.get(record.get("model"))
    return Timing(
        model=str(record.get("model")),
        target=str(record.get("target")),
        scenario=str(record.get("scenario") or "offline"),
        rows=int(record.get("rows") or 0),
        calls=len(samples),
        warmup=record.get("warmup"),
        p50_ns=float(np.median(samples)) if len(samples) else None,
        p95_ns=_percentile(samples, 95),
        p99_ns=_percentile(samples, 99),
        compute_ns=float(np.median(compute)) if len(compute) else None,
        is_reference=reference is True or reference == record.get("target"),
        reason=_why_untimed(record) if not len(samples) else "",
    )


def _why_untimed(record: Json) -> str:
    parity = record.get("parity")
    if record.get("reason"):
        return str(record["reason"])
    if parity == "disagrees":
        return "its answers on this batch disagree with the reference's: a wrong answer is never timed"
    return "no reason given"


def _percentile(samples: np.ndarray[Any, np.dtype[np.float64]], percent: int) -> float | None:
    return float(np.percentile(samples, percent)) if len(samples) >= CALLS_NEEDED[percent] else None


def _compared(timing: Timing, base_ns: float | None) -> Timing:
    if timing.p50_ns is None or not base_ns:
        return timing
    return replace(timing, against_reference=timing.p50_ns / base_ns)
