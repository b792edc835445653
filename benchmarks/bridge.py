"""What a call from Python to R costs by each way, as a multiple of one memcpy of the same bytes.

    nox -s bench_bridge                  all sizes, some minutes
    nox -s bench_bridge -- --quick       within a minute
    nox -s bench_bridge -- --json raw.json    with every sample

Everything is measured in turns in one run: a block is one memcpy and one call by each way, so that what else
the machine does falls on all of them. The ratio is the median of the ratios of the blocks. A way that has had
its share of the time sits the other blocks out; one that would take too long for a size is left out there,
and said so. Every way must give the right answer before it is timed.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from bridge_ways import Way, Work, ways
from rich.console import Console
from rich.table import Table

from harness.schema import Input, Kind

LEVELS = ("none", "0-200", ">200", "<0", "own")
DOUBLES = Work(
    "20 doubles, one column back",
    tuple(Input(f"x{i}", Kind.FLOAT) for i in range(20)),
    Kind.FLOAT,
    "function(df) df[[1]]",
)
FACTORS = Work(
    "5 factors, the codes of one back",
    tuple(Input(f"c{i}", Kind.CATEGORY, levels=LEVELS) for i in range(5)),
    Kind.INT,
    "function(df) as.integer(df[[1]])",
)
STRINGS = Work(
    "5 strings, one integer column back",
    tuple(Input(f"s{i}", Kind.STRING) for i in range(5)),
    Kind.INT,
    "function(df) seq_len(nrow(df))",
)


@dataclass
class Samples:
    """Seconds of each block: of a call by this way, and of the memcpy beside it."""

    way: str
    isolated: bool
    calls: list[float] = field(default_factory=list)
    copies: list[float] = field(default_factory=list)
    reason: str = ""

    @property
    def ratio(self) -> float:
        """How many memcpy a call takes, in the median of the blocks."""
        return statistics.median(a / b for a, b in zip(self.calls, self.copies, strict=True))

    @property
    def median_us(self) -> float:
        """A call in microseconds, in the median."""
        return statistics.median(self.calls) * 1e6


@dataclass(frozen=True)
class Plan:
    """What is measured: work and rows, and seconds for each way of it."""

    work: Work
    rows: int
    seconds: float

    @property
    def title(self) -> str:
        """In words."""
        return f"{self.rows:,} rows x {self.work.name}"


def batch_of(work: Work, rows: int) -> pa.RecordBatch:
    """A batch of the heap, the same for every run."""
    random = np.random.default_rng(20)
    columns = []
    for one in work.inputs:
        if one.kind is Kind.FLOAT:
            columns.append(pa.array(random.normal(size=rows)))
        else:
            columns.append(pa.array(LEVELS).take(pa.array(random.integers(0, len(LEVELS), rows))))
    return pa.RecordBatch.from_arrays(columns, schema=work.schema.arrow)


def copier(work: Work, rows: int) -> Callable[[], None]:
    """One memcpy of as many doubles as the batch has cells."""
    source = np.random.default_rng(1).normal(size=rows * len(work.inputs))
    target = np.zeros_like(source)
    return lambda: np.copyto(target, source)


def measure(plan: Plan, opened: Sequence[Way], expected: dict[str, float]) -> list[Samples]:
    """The samples of every way. ``expected`` holds seconds a row of ways that were measured before."""
    batch, copy = batch_of(plan.work, plan.rows), copier(plan.work, plan.rows)
    found, running = [], []
    for way in opened:
        samples = Samples(way.name, way.isolated, reason=way.reason)
        found.append(samples)
        foreseen = expected.get(way.name, 0.0) * plan.rows
        if way.prepare is None:
            continue
        if foreseen > 6 * plan.seconds:
            samples.reason = f"left out: about {foreseen:.0f} s a call"
            continue
        run = way.prepare(batch)
        check(plan.work, batch, run(), way)
        running.append((samples, run))
    for _ in range(3):
        copy()
    while running:
        start = time.perf_counter()
        copy()
        copied = time.perf_counter() - start
        for samples, run in running:
            start = time.perf_counter()
            run()
            samples.calls.append(time.perf_counter() - start)
            samples.copies.append(copied)
        running = [(samples, run) for samples, run in running if sum(samples.calls) < plan.seconds]
    for samples in found:
        if samples.calls and plan.rows >= 1000:
            expected[samples.way] = statistics.median(samples.calls) / plan.rows
    return found


def check(work: Work, batch: pa.RecordBatch, said: Any, way: Way) -> None:
    """A wrong answer is never timed. Raises SystemExit."""
    if not isinstance(said, pa.Array):
        return  # a frame, or an object of rpy2's: the same R function gave it
    first = batch.column(0)
    if work is DOUBLES and not said.equals(first) and "file" not in way.name.lower():
        raise SystemExit(f"{way.name}: another answer than was asked for")
    if len(said) != batch.num_rows:
        raise SystemExit(f"{way.name}: {len(said)} values for {batch.num_rows} rows")


def shown(plan: Plan, found: Sequence[Samples], console: Console) -> None:
    """One table for one size."""
    copied = statistics.median([one for samples in found for one in samples.copies])
    table = Table(
        title=f"{plan.title} (memcpy of as many doubles: {copied * 1e6:,.1f} us)", title_justify="left"
    )
    for title in ("way", "isolated", "us a call", "x memcpy", "quartiles", "calls"):
        table.add_column(title, justify="left" if title in ("way", "isolated") else "right")
    for one in found:
        isolated = "yes" if one.isolated else "no"
        if not one.calls:
            table.add_row(one.way, isolated, "-" if "left out" in one.reason else "missing", "", "", "")
            continue
        ratios = sorted(a / b for a, b in zip(one.calls, one.copies, strict=True))
        low, high = ratios[len(ratios) // 4], ratios[3 * len(ratios) // 4]
        cells = (
            f"{one.median_us:,.1f}",
            f"{one.ratio:,.2f}",
            f"{low:,.2f}..{high:,.2f}",
            str(len(one.calls)),
        )
        table.add_row(one.way, isolated, *cells)
    console.print(table)
    for reason in dict.fromkeys(one.reason for one in found if one.reason):
        console.print(f"  {', '.join(one.way for one in found if one.reason == reason)}: {reason}")


def goals(all_samples: dict[tuple[str, int], list[Samples]], console: Console) -> None:
    """What was aimed at, and what came out in this run."""

    def ratio(work: Work, rows: int, start: str) -> float | None:
        return next(
            (s.ratio for s in all_samples.get((work.name, rows), []) if s.calls and s.way.startswith(start)),
            None,
        )

    def micros(rows: int, start: str) -> float | None:
        samples = all_samples.get((DOUBLES.name, rows), [])
        return next((s.median_us for s in samples if s.calls and s.way.startswith(start)), None)

    pandas, shared = ratio(DOUBLES, 100_000, "rpy2, pandas"), ratio(DOUBLES, 100_000, "native, batch born")
    lines = [
        ("1M x 20 born in shared memory, x memcpy", ratio(DOUBLES, 1_000_000, "native, batch born"), 0.2),
        ("1M x 20 of the heap, x memcpy", ratio(DOUBLES, 1_000_000, "native, batch of"), 1.3),
        ("1 row x 20, frames alone, us", micros(1, "native, frames"), 20.0),
        ("1 row x 20, whole call, us", micros(1, "native, batch of"), 20.0),
        ("1 row x 20, portable, us", micros(1, "portable"), 100.0),
        (
            "100k x 5 factors born shared, x copy of doubles",
            ratio(FACTORS, 100_000, "native, batch born"),
            1.0,
        ),
        (
            "100k x 5 strings born shared, x copy of doubles",
            ratio(STRINGS, 100_000, "native, batch born"),
            1.0,
        ),
        (
            "pandas2ri / native at 100k, at least 50",
            None if not (pandas and shared) else shared / pandas,
            1 / 50,
        ),
    ]
    console.print("\nGoals, in this run:")
    for what, value, goal in lines:
        if value is None:
            console.print(f"  {what}: not measured")
        else:
            console.print(
                f"  {what}: {value:,.3g} (goal {goal:,.3g}) {'met' if value <= goal else 'NOT met'}"
            )


def plans(quick: bool) -> list[Plan]:
    """Sizes and their time: shorter where it is to be quick."""
    second = 0.25 if quick else 3.0
    sizes = [Plan(DOUBLES, rows, second) for rows in (1, 1000, 100_000, 1_000_000)]
    return [*sizes, *(Plan(work, rows, second) for work in (FACTORS, STRINGS) for rows in (1000, 100_000))]


def main(arguments: Sequence[str]) -> int:
    """Measure, show, and write the samples down where asked. 0 when all that is here was measured."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="within a minute")
    parser.add_argument("--json", type=Path, help="write every sample to this file")
    asked = parser.parse_args(arguments)
    console = Console(width=120)
    every: dict[tuple[str, int], list[Samples]] = {}
    with tempfile.TemporaryDirectory(prefix="bridge-") as name:
        for work in (DOUBLES, FACTORS, STRINGS):
            opened = ways(work, Path(name) / work.name.replace(" ", "-"))
            expected: dict[str, float] = {}
            for plan in (one for one in plans(asked.quick) if one.work is work):
                found = measure(plan, opened, expected)
                every[work.name, plan.rows] = found
                shown(plan, found, console)
            for way in opened:
                way.close()
    goals(every, console)
    if asked.json is not None:
        raw = [
            {
                "work": work,
                "rows": rows,
                "way": s.way,
                "reason": s.reason,
                "calls": s.calls,
                "copies": s.copies,
            }
            for (work, rows), found in every.items()
            for s in found
        ]
        asked.json.write_text(json.dumps(raw), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
