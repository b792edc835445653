"""One model's timings as a table for a terminal: a block a batch size, a line a target, notes below."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from harness.bench.summary import PERCENTS, Percentile, Summary
from harness.digest.words import duration, listing, plural
from harness.stats import samples_needed
from harness.status import Status
from harness.workload.quiet import is_busy

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

_STYLES = {Status.DISAGREES: "bold red", Status.FAILED: "bold red", Status.MISSING: "yellow"}
_WORDS = {Status.DISAGREES: "wrong"}  # as narrow as a time; the note below says it in full
_COLUMNS = ("p50", "p95", "p99", "in form", "rows/s", "x ref", "calls")


def render_timings(model: str, summaries: Sequence[Summary], console: Console) -> None:
    """Print one model's timings, what could not be timed and why, and what starting each target cost."""
    from rich.text import Text

    first = summaries[0].timing
    rows = "the model's own data" if first.source == "data" else "rows drawn from the schema"
    console.print(Text.assemble((model, "bold"), f" · {rows}, seed {first.seed}"))
    console.print(_table(summaries))
    for note in _notes(summaries):
        console.print(note, markup=False, highlight=False)
    console.print()


def _table(summaries: Sequence[Summary]) -> Table:
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column("rows", justify="right")
    table.add_column("target", overflow="fold")
    for name in _COLUMNS:
        table.add_column(name, justify="right", overflow="fold")
    # what is missing is said below, once, and not in every block
    present = [s for s in summaries if s.timing.parity is not Status.MISSING]
    by_rows = sorted(present, key=lambda s: s.timing.rows)
    for rows, block in groupby(by_rows, key=lambda s: s.timing.rows):
        lines = [_line(one) for one in block]
        for place, (cells, style) in enumerate(lines):
            table.add_row(
                f"{rows:,}" if place == 0 else "", *cells, style=style, end_section=place == len(lines) - 1
            )
    return table


def _line(one: Summary) -> tuple[list[str], str]:
    """The cells of one line, and its style."""
    timing = one.timing
    if not timing.samples_ns:
        word = _WORDS.get(timing.parity, str(timing.parity))
        return [timing.target, word, *[""] * (len(_COLUMNS) - 1)], _STYLES[timing.parity]
    ratio = one.against_reference
    return [
        timing.target,
        *(_time(p) for p in one.percentiles),
        _time(one.compute_p50),
        "-" if one.rows_per_second is None else _short(one.rows_per_second),
        "ref" if one.is_reference else "-" if ratio is None else f"{ratio.value:.3g}",
        f"{len(timing.samples_ns):,}" + ("" if timing.settled else " *"),
    ], ""


def _time(percentile: Percentile) -> str:
    return "-" if percentile.value is None else duration(percentile.value)


def _notes(summaries: Sequence[Summary]) -> Iterator[str]:
    yield from _reasons(summaries)
    timed = [s for s in summaries if s.timing.samples_ns]
    if any(p.value is None for s in timed for p in s.percentiles):
        needs = ", ".join(f"p{percent} needs {samples_needed(percent)}" for percent in PERCENTS)
        yield f"-  too few calls to tell ({needs}); give more --seconds"
    if any(not s.timing.settled for s in timed):
        yield "*  its times had not come to rest when warming up ended; give more --seconds"
    cores = os.cpu_count() or 1
    loads = [s.timing.load for s in timed if is_busy(s.timing.load, cores)]
    if loads:
        busy = max(load for load in loads if load is not None)
        where = f"load {busy:.1f} on {plural(cores, 'core')}"
        yield f"the machine was busy ({where}): compare ratios, not times"
    repeated = sorted({s.timing.repeats for s in timed if s.timing.repeats > 1})
    if repeated:
        yield f"too quick for the clock: a sample is the mean of {repeated[-1]} calls, which hides tails"
    colds = {s.timing.target: s.timing.cold for s in summaries if s.timing.cold is not None}
    if colds:
        yield "cold start:"
    for name, cold in colds.items():
        first = f"first call ({plural(cold.rows, 'row')}) {duration(cold.first_call_ns)}"
        yield f"   {name}: open {duration(cold.open_ns)}, {first}"


def _short(number: float) -> str:
    """A rate in three digits: ``1.61M``, ``171k``, ``193``."""
    for suffix, size in (("G", 1e9), ("M", 1e6), ("k", 1e3)):
        if number >= 0.9995 * size:
            return f"{number / size:.3g}{suffix}"
    return f"{number:.3g}"


def _reasons(summaries: Sequence[Summary]) -> Iterator[str]:
    """Why targets were not timed: each reason once, with the targets and sizes that it holds for."""
    everything = {s.timing.rows for s in summaries}
    sizes: dict[tuple[str, Status, str], list[int]] = {}
    for timing in (s.timing for s in summaries if not s.timing.samples_ns):
        key = (timing.target, timing.parity, timing.reason or "no reason given")
        sizes.setdefault(key, []).append(timing.rows)
    names: dict[tuple[Status, str, tuple[int, ...]], list[str]] = {}
    for (target, status, reason), rows in sizes.items():
        names.setdefault((status, reason, tuple(rows)), []).append(target)
    for (status, reason, rows_alike), targets in names.items():
        where = "" if set(rows_alike) == everything else f" at {listing([f'{n:,}' for n in rows_alike])} rows"
        never = "; a wrong answer is never timed" if status is Status.DISAGREES else ""
        yield f"{', '.join(targets)} {status}{where}: {reason}{never}"
