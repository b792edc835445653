"""Latency and throughput of a model's targets: interleaved, parity first, raw samples kept."""

from __future__ import annotations

from harness.bench.measure import ROWS
from harness.bench.operation import Progress, bench_model
from harness.bench.records import Cold, Timing

__all__ = ["ROWS", "Cold", "Progress", "Timing", "bench_model"]
