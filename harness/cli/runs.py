"""Where a command writes its run."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Sequence
from pathlib import Path

from harness.model import Model
from harness.record import RunWriter

LOCAL = Path(".parity") / "runs"


def stamp() -> str:
    """The time as a folder name that sorts: ``20261124T210500``."""
    return dt.datetime.now(dt.UTC).strftime("%Y%m%dT%H%M%S")


def new_run(folder: Path | None, models: Sequence[Model], parent: Path = LOCAL) -> RunWriter:
    """Open a run in a folder, or in one named by the time. Raises RunError where it holds one already."""
    from harness.environment import describe
    from harness.modelfile import fingerprint

    return RunWriter(
        folder or _free(parent),
        command=["parity", *sys.argv[1:]],
        environment=describe(),
        fingerprints={model.name: fingerprint(model) for model in models},
    )


def _free(parent: Path) -> Path:
    name = stamp()
    folder = parent / name
    number = 1
    while (folder / "run.jsonl").exists():
        number += 1
        folder = parent / f"{name}-{number}"
    return folder
