"""Latency and throughput by batch size, from the raw samples."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from harness import stats

Json = Mapping[str, Any]

#: Both are times of a call by its batch size: they belong in one picture.
_LATENCY = ("single-stream", "offline")


@dataclass(frozen=True, slots=True)
class Timing:
    """One model on one target at one batch size: wall time of a call, as the caller sees it.

    ``scenario`` is "" for latency by batch size. ``p95_ns`` and ``p99_ns`` are None where there are too
    few samples to tell them. ``compute_ns`` is the median inside the form. ``against_reference`` is how
    many times the reference's time on as many rows it takes. ``settled`` says whether the calls before
    had come to rest; ``reason`` why nothing was timed.
    """

    model: str
    target: str
    scenario: str
    rows: int
    samples: int
    p50_ns: float | None
    p95_ns: float | None = None
    p99_ns: float | None = None
    compute_ns: float | None = None
    rows_per_second: float | None = None
    against_reference: float | None = None
    is_reference: bool = False
    settled: bool = True
    reason: str = ""


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
    timed = [(r, _timing(r, references)) for r in records if r.get("record") == "timing"]
    base = {(t.model, t.scenario, t.rows): r for r, t in timed if t.is_reference and t.samples}
    return tuple(
        replace(t, against_reference=_ratio(r, base.get((t.model, t.scenario, t.rows)))) for r, t in timed
    )


def cold_starts_of(records: Sequence[Json]) -> tuple[ColdStart, ...]:
    """All cold starts, in the order written."""
    return tuple(
        ColdStart(str(r.get("model")), str(r.get("target")), r.get("open_ns"), r.get("first_call_ns"))
        for r in records
        if r.get("record") == "cold"
    )


def _timing(record: Json, references: Mapping[Any, Any]) -> Timing:
    samples: list[float] = record.get("samples_ns") or []
    reference = record.get("reference") or references.get(record.get("model"))
    rows, scenario = int(record.get("rows") or 0), str(record.get("scenario") or "")
    return Timing(
        model=str(record.get("model")),
        target=str(record.get("target")),
        scenario="" if scenario in _LATENCY else scenario,
        rows=rows,
        samples=len(samples),
        p50_ns=_median(samples),
        p95_ns=_percentile(samples, 95),
        p99_ns=_percentile(samples, 99),
        compute_ns=_median(record.get("compute_ns") or []),
        rows_per_second=stats.rate(rows, samples) if any(samples) else None,
        is_reference=reference is True or reference == record.get("target"),
        settled=record.get("settled") is not False,
        reason="" if samples else _why_untimed(record),
    )


def _median(samples: Sequence[float]) -> float | None:
    """By nearest rank, like all percentiles here; of few samples too: a line needs its points."""
    return float(np.percentile(samples, 50, method="inverted_cdf")) if len(samples) else None


def _percentile(samples: Sequence[float], percent: int) -> float | None:
    try:
        return stats.percentile(samples, percent)
    except stats.TooFewSamplesError:
        return None


def _ratio(record: Json, reference: Json | None) -> float | None:
    """By rounds where both were measured by turns: what slows the machine for a while then cancels."""
    if reference is None or not (any(record.get("samples_ns") or ()) and any(reference["samples_ns"])):
        return None
    own, base = _rounds(record), _rounds(reference)
    if len(own) == len(base) and any(n and any(d) for n, d in zip(own, base, strict=True)):
        return stats.paired_ratio(own, base).value
    return stats.median_ratio(record["samples_ns"], reference["samples_ns"])


def _rounds(record: Json) -> list[list[float]]:
    samples, rounds = record["samples_ns"], []
    for count in record.get("rounds") or (len(samples),):
        rounds.append(samples[:count])
        samples = samples[count:]
    return rounds


def _why_untimed(record: Json) -> str:
    parity = record.get("parity")
    if record.get("reason"):
        return str(record["reason"])
    if parity == "disagrees":
        return "its answers on this batch disagree with the reference's: a wrong answer is never timed"
    return "no reason given"
