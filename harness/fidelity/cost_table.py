"""What each end costs, and what follows, for a person at a terminal, 80 columns wide."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from statistics import median

from rich.console import Console
from rich.text import Text

from harness.fidelity.answers import Answer
from harness.fidelity.costs import ENOUGH, Cost
from harness.fidelity.ends import Language
from harness.fidelity.in_words import bytes_in_words, figure, rows_in_words, time_in_words
from harness.fidelity.operation import Report
from harness.fidelity.workload import COLUMNS, timed_kinds
from harness.workload.quiet import is_busy

_WIDTH = 80


def render_costs(report: Report, console: Console) -> None:
    """One table for each number of rows: size, and writing and reading at either end, in memcpys."""
    kinds = ", ".join(timed_kinds(report.asked.timed))
    if report.costs:
        _print(console, f"\nCost · {COLUMNS} columns of {kinds} · times one memcpy of the same bytes")
    for rows in sorted({cost.rows for cost in report.costs}):
        here = [cost for cost in report.costs if cost.rows == rows]
        _one(console, rows, here)
    if report.costs:
        _print(console, f"\n  ~ the table came back altered    * fewer than {ENOUGH} samples    - not here")
    if report.costs and is_busy(report.load, report.cores):
        busy = f"load {report.load:g} on {report.cores} cores"
        _print(console, f"  the machine was busy ({busy}): expect other figures when it is quiet")


def _one(console: Console, rows: int, here: Sequence[Cost]) -> None:
    copied = [sample for cost in here for sample in cost.memcpy_ns]
    copy = (
        f" · one memcpy of {bytes_in_words(here[0].table_bytes)} took {time_in_words(median(copied))}"
        if copied
        else ""
    )
    names = list(dict.fromkeys(cost.codec for cost in here))
    width = max(len("codec"), *map(len, names))
    _print(console, "")
    console.print(f"  {rows_in_words(rows)}{copy}", style="bold", highlight=False)
    _print(console, f"  {'':{width}}  {'size':>6}  {'Python':>19}  {'R':>19}")
    _print(console, f"  {'codec':{width}}  {'':6}  {'write':>9} {'read':>9}  {'write':>9} {'read':>9}")
    by_end = {(cost.codec, cost.language): cost for cost in here}
    for name in sorted(names, key=lambda one: _total(one, by_end)):
        ends = [by_end.get((name, language)) for language in Language]
        size = next((f"{cost.size:.2f}" for cost in ends if cost is not None and cost.timed), "-")
        _print(console, f"  {name:{width}}  {size:>6}  {_end(ends[0])}  {_end(ends[1])}")


def _total(name: str, by_end: dict[tuple[str, Language], Cost]) -> float:
    cost = by_end.get((name, Language.PYTHON)) or by_end[name, Language.R]
    return cost.encode + cost.decode if cost.timed else float("inf")


def _end(cost: Cost | None) -> str:
    if cost is not None and cost.same_as:
        return f"{'as ' + cost.same_as:>19}"
    if cost is not None and cost.refused is not None:
        return f"{'refused':>19}"
    if cost is None or not cost.timed:
        return f"{'-':>9} {'-':>9}"
    marks = f"{'' if cost.exact else '~'}{'' if len(cost.encode_ns) >= ENOUGH else '*'}"
    return f"{figure(cost.encode) + marks:>9} {figure(cost.decode) + marks:>9}"


def render_answers(answers: Sequence[Answer], console: Console) -> None:
    """Each question with its answer, and the figures beneath."""
    for one in answers:
        console.print(f"\n{one.question}", style="bold", highlight=False)
        for part in textwrap.wrap(one.answer, _WIDTH - 2):
            _print(console, f"  {part}")
        for line in one.figures:
            for part in textwrap.wrap(line, _WIDTH - 6, subsequent_indent="  "):
                console.print(Text(f"    {part}", style="dim"), soft_wrap=True, highlight=False)


def _print(console: Console, words: str) -> None:
    console.print(Text(words), soft_wrap=True, highlight=False)
