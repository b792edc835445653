"""Whether a batch fits: all targets are open at once, each with its own copies of it."""

from __future__ import annotations

from pathlib import Path

from harness.schema import Schema

#: How many times its eight bytes a cell a batch may take in harness and worker together: in transport,
#: as the frame that the form sees, and what the form makes of it. The German scorecard takes 2.8 to 4.2 at
#: 500,000 rows (R, Python, ONNX, torch); twice that leaves room for other forms.
COPIES = 8
CELL_BYTES = 8

_GIB = 2**30


def free_bytes(meminfo: Path = Path("/proc/meminfo")) -> int | None:
    """Memory that can be had without swapping, in bytes; None where the system does not say."""
    if not meminfo.is_file():
        return None
    for line in meminfo.read_text(encoding="ascii").splitlines():
        name, _, rest = line.partition(":")
        if name == "MemAvailable":
            return int(rest.split()[0]) * 1024
    return None


def shortage(schema: Schema, rows: int, targets: int, free: int | None) -> str | None:
    """Why a batch of ``rows`` rows cannot be tried on so many targets at once; None where it can."""
    needed = rows * len(schema) * CELL_BYTES * COPIES * targets
    if free is None or needed <= free:
        return None
    return (
        f"{rows:,} rows in {targets} targets at once take about {needed / _GIB:.1f} GiB, and "
        f"{free / _GIB:.1f} GiB are free: ask for fewer --rows, or for one --target at a time"
    )
