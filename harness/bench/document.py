"""What a bench says, as one JSON document: raw samples and what is derived from them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from harness.bench.records import Timing
from harness.bench.summary import Summary, summarise, target_status
from harness.model import Model

FORMAT = 1


def document(found: Sequence[tuple[Model, Sequence[Timing]]]) -> dict[str, Any]:
    """The timings of some models, the reference first in each, as JSON values."""
    return {"format": FORMAT, "models": [_model(model, timings) for model, timings in found]}


def _model(model: Model, timings: Sequence[Timing]) -> dict[str, Any]:
    reference = timings[0].target
    summaries = summarise(timings, reference)
    names = dict.fromkeys(t.target for t in timings)
    return {
        "model": model.name,
        "reference": reference,
        "targets": [_target(name, [s for s in summaries if s.timing.target == name]) for name in names],
    }


def _target(name: str, summaries: Sequence[Summary]) -> dict[str, Any]:
    timings = [s.timing for s in summaries]
    status = target_status(timings)
    cold = next((t.cold for t in timings if t.cold is not None), None)
    return {
        "target": name,
        "status": str(status),
        "reason": next((t.reason for t in timings if t.parity is status), None),
        "cold": None if cold is None else cold.fields,
        "sizes": [s.document for s in summaries],
    }
