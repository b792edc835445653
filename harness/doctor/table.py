"""What was found, for a person at a terminal or a file behind a pipe."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from harness.doctor.verdict import summary
from harness.protocols import Availability


def render(rows: Sequence[Availability], console: Console) -> None:
    """Show what is here as a table, then how to get the rest, then one line that says what can be run.

    Colour follows the console (and so ``NO_COLOR`` and pipes); nothing is said by colour alone. What to
    type stands on lines of its own, never broken, so that it can be copied.
    """
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for title in ("what", "here", "details"):
        table.add_column(title, overflow="fold", no_wrap=title != "details")
    for row in rows:
        table.add_row(row.name, _mark(row), Text(_details(row)))
    console.print(table)
    lacking = [row for row in rows if row.lack is not None and row.lack.remedy]
    if lacking:
        console.print("\nTo get what is lacking:")
    for row in lacking:
        line = f"  {row.name}: {row.lack.remedy if row.lack else ''}"
        console.print(line, soft_wrap=True, markup=False, highlight=False)
    console.print(f"\n{summary(rows)}", soft_wrap=True, markup=False, highlight=False)


def _mark(row: Availability) -> Text:
    return Text("yes", style="green") if row.lack is None else Text("no", style="yellow")


def _details(row: Availability) -> str:
    if row.lack is not None:
        return row.lack.reason
    named = ((name.removeprefix("name"), value) for name, value in row.details.items())
    return ", ".join(f"{name} {value}" if name else value for name, value in named)
