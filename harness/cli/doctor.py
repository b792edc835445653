"""``parity doctor``: what runs here, and for what is lacking, how to get it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Annotated

import typer

from harness.protocols import Availability


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document only.")] = False,
) -> None:
    """Say what runs here, in which version, and how to get what is lacking.

    Nothing is installed or changed. What is lacking is no error: only where
    neither R nor Python nor ONNX forms can run is the exit status 3, else 0.

    Examples:

      parity doctor
      parity doctor --json
    """
    from rich.console import Console

    from harness.doctor import examine, exit_status, render

    parts = examine()
    if as_json:
        typer.echo(json.dumps(document(parts), ensure_ascii=False, indent=2))
    else:
        render(parts, Console())
    raise typer.Exit(int(exit_status(parts)))


def document(parts: Sequence[Availability]) -> dict[str, object]:
    """What was found, as JSON values: ``reason`` and ``remedy`` are null where a part is here."""
    from harness.doctor import summary

    return {
        "format": 1,
        "summary": summary(parts),
        "parts": [
            {
                "name": part.name,
                "here": part.lack is None,
                "details": dict(part.details),
                "reason": part.lack.reason if part.lack else None,
                "remedy": part.lack.remedy if part.lack else None,
            }
            for part in parts
        ],
    }
