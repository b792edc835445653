"""The document of ``parity verify --json``, made from a run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from harness.record import Run

SUFFIX = ".json"
FORMAT = 1


def render(run: Run, folder: Path) -> str:
    """``{"format": 1, "models": [...]}``: every verdict of the run, as it was recorded."""
    models = [{key: value for key, value in v.items() if key != "record"} for v in run.of("verdict")]
    return (
        json.dumps({"format": FORMAT, "models": models}, ensure_ascii=False, allow_nan=False, indent=1) + "\n"
    )
