"""What a worker said of a call, out of its frame."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from harness.protocols import Failure, Outcome
from harness.workers.answers import answers
from harness.workers.errand import Errand
from harness.workers.failures import refused
from harness.workers.python import wire
from harness.workers.python.decode import tables
from harness.workers.python.errors import Refusal
from harness.workers.timing import STAMPS


@dataclass(frozen=True, slots=True)
class Said:
    """Outputs by name or why there are none, warnings, and the worker's own stamps by name."""

    outputs: Mapping[str, pa.Array] | None
    failure: Failure | None = None
    warnings: tuple[str, ...] = ()
    stamps: Mapping[str, float | int] = field(default_factory=dict)


def said_in_frame(kind: int, payload: Any, errand: Errand) -> Said:
    """A RESULT or FAILED frame. Raises wire.WireError where it is neither, or cut short."""
    received = tables(payload)
    if kind not in (wire.RESULT, wire.FAILED):
        raise wire.WireError(f"a frame of kind {kind} is no answer to a call")
    warnings = tuple(received[-1].lists().get("warning", ()))
    if kind == wire.FAILED:
        return Said(None, _failure(received[0].record(), errand), warnings)
    told = received[0].record()
    stamps = {name: told[name] for name in STAMPS if name in told}
    try:
        return Said(answers(received[1].columns, errand.model.outputs), None, warnings, stamps)
    except Refusal as refusal:
        return Said(None, refused(refusal), warnings, stamps)


def _failure(said: Mapping[str, Any], errand: Errand) -> Failure:
    row = None if said["row"] is None else int(said["row"])
    message = said["message"]
    if said.get("lacking"):
        message += f"; {errand.launch.remedy(said['lacking'])}"
    return Failure(Outcome(int(said["outcome"])), said["kind"], message, said["trace"] or "", row)
