"""Calls to a native R session with faults at random, each answer checked: ``nox -s soak -- 100000``.

A form does what a column of its batch says: answer, raise, warn, print, keep a column, write to one, return
too little, end in every way. Whatever happens, the next call must be answered rightly, and nothing be left.
"""

from __future__ import annotations

import os
import select
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from forms import floats, model_of, open_session

from harness.model import Model
from harness.protocols import Limits, Outcome, Place, Reply
from harness.schema import Kind
from harness.workers import memory
from harness.workers.session import WorkerSession
from harness.workers.shared import share

SOURCE = """
kept <- NULL
score <- function(df) {
  n <- nrow(df)
  switch(as.character(df$fault[1]),
    "1" = stop("asked to"),
    "2" = warning("asked to"),
    "3" = return(df$a[-1]),
    "4" = quit(status = 3),
    "5" = tools::pskill(Sys.getpid(), 9),
    "6" = tools::pskill(Sys.getpid(), 11),
    "7" = repeat {},
    "8" = { print(df[1, ]); message("noise") },
    "9" = { kept <<- df$a; return(df$a) },
    "10" = return(if (is.null(kept)) rep(-1, n) else rep(sum(range(kept)), n)),
    "11" = { system("sleep 600 &"); tools::pskill(Sys.getpid(), 9); Sys.sleep(60) },
    "12" = { df$a[1] <- -5; df$b[n] <- -6 },
    "13" = return(as.character(df$a)),
    "14" = { f <- function(i) f(i + 1); f(1) }
  )
  df$a * 2 + df$b
}
"""
ANSWERS, ENDS = (
    (0, 2, 8),
    {4: Outcome.DIED, 5: Outcome.DIED, 6: Outcome.DIED, 7: Outcome.HUNG, 11: Outcome.DIED},
)
#: How often each thing is done, in a thousand calls.
WEIGHTS = {
    0: 800,
    1: 40,
    2: 30,
    3: 20,
    4: 2,
    5: 2,
    6: 2,
    7: 1,
    8: 20,
    9: 25,
    10: 25,
    11: 1,
    12: 20,
    13: 10,
    14: 2,
}
ROWS = (1, 2, 7, 500, 5_000, 9_000, 30_000)
LIMITS = Limits(open_s=60, call_s=0.5)


@dataclass
class Tally:
    """What was done, how it came out, which processes there were, and how large this process was."""

    faults: Counter[int] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)
    processes: set[int] = field(default_factory=set)
    resident_bytes: list[int] = field(default_factory=list)


def soak(folder: Path, calls: int, seed: int, report: Callable[[int, Tally], None] | None = None) -> Tally:
    """So many calls. Raises AssertionError at the first wrong answer, with the seed's call number."""
    random = np.random.default_rng(seed)
    model = model_of(folder, "r", SOURCE, floats("a", "b", "fault"), {"y": Kind.FLOAT})
    session = open_session(model, LIMITS, Place(variant="native"))
    assert isinstance(session, WorkerSession)
    tally, kept = Tally(), (None, -1.0)
    weights = np.array(list(WEIGHTS.values())) / sum(WEIGHTS.values())
    with session:
        for number in range(calls):
            fault = int(random.choice(list(WEIGHTS), p=weights))
            a, b, batch = _batch(model, random, fault)
            before = session.pid
            reply = session.call(share(batch, model.schema) if random.random() < 0.5 else batch)
            if session.pid is not None:
                tally.processes.add(session.pid)
            if fault == 9:
                kept = (session.pid, float(a.min() + a.max()))
            sum_kept = kept[1] if before is not None and kept[0] == before else -1.0
            _check(reply, fault, a, b, sum_kept, f"call {number} of seed {seed}, fault {fault}")
            assert batch.column(0).equals(pa.array(a)), f"call {number}: the batch was written to"
            tally.faults[fault] += 1
            tally.outcomes["answered" if reply.failure is None else reply.failure.outcome.name] += 1
            if number % max(calls // 20, 1) == 0:
                tally.resident_bytes.append(_resident())
                if report is not None:
                    report(number, tally)
    return tally


def _batch(model: Model, random: Any, fault: int) -> tuple[Any, Any, pa.RecordBatch]:
    rows = int(random.choice(ROWS))
    a, b = random.normal(size=rows), random.normal(size=rows)
    missing = random.random(rows) < (0.1 if random.random() < 0.3 else 0.0)
    columns = [pa.array(a), pa.array(b, mask=missing), pa.array(np.full(rows, float(fault)))]
    b = np.where(missing, np.nan, b)
    return a, b, pa.RecordBatch.from_arrays(columns, schema=model.schema.arrow)


def _check(reply: Reply, fault: int, a: Any, b: Any, kept: float, where: str) -> None:
    if fault in ENDS:
        assert reply.failure is not None, where
        assert reply.failure.outcome is ENDS[fault], (where, reply.failure)
        return
    if fault in (1, 3, 13, 14):
        assert reply.failure is not None, where
        told = {1: "simpleError: asked to", 3: "WrongLength", 13: "WrongType", 14: ""}[fault]
        assert told in str(reply.failure), (where, reply.failure)
        return
    assert reply.failure is None, (where, reply.failure)
    assert reply.outputs is not None, where
    assert reply.warnings == (("asked to",) if fault == 2 else ()), (where, reply.warnings)
    expected = a * 2 + b
    if fault == 9:
        expected = a
    elif fault == 10:
        expected = np.full(len(a), kept)
    elif fault == 12:
        changed, last = a.copy(), b.copy()
        changed[0], last[-1] = -5, -6
        expected = changed * 2 + last
    said = reply.outputs["y"].to_numpy(zero_copy_only=False)
    assert np.array_equal(said, expected, equal_nan=True), where


def _resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGESIZE")


def descriptors() -> int:
    """How many files this process has open."""
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


def has_ended(pid: int, seconds: float = 10.0) -> bool:
    """Whether a process is gone, or goes within some seconds."""
    try:
        fd = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([fd], [], [], seconds)[0])
    finally:
        os.close(fd)


def main(calls: int, seed: int) -> None:
    """Soak, and say how it went."""
    begun = time.monotonic()

    def report(number: int, tally: Tally) -> None:
        print(
            f"{number:>8} calls, {time.monotonic() - begun:6.0f} s, {len(tally.processes)} processes, "
            f"{tally.resident_bytes[-1] >> 20} MiB, {descriptors()} descriptors, {dict(tally.outcomes)}",
            flush=True,
        )

    before = descriptors()
    with tempfile.TemporaryDirectory() as folder:
        tally = soak(Path(folder), calls, seed, report)
    left = [pid for pid in tally.processes if not has_ended(pid)]
    segments = len(list(memory.segments()))
    print(f"{calls} calls in {time.monotonic() - begun:.0f} s: {dict(tally.outcomes)}")
    print(f"left: {len(left)} processes, {descriptors() - before} descriptors, {segments} segments")
    if left or segments or descriptors() > before:
        raise SystemExit(1)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000, int(sys.argv[2]) if len(sys.argv) > 2 else 1)
