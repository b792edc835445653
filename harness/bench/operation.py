"""Time a model's targets on the same batches: parity first, then warm-up, then by turns."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import pyarrow as pa

from harness.bench.lanes import Absent, Lane, opened
from harness.bench.measure import ROWS, Settings, bench_size
from harness.bench.records import Timing
from harness.bench.rounds import Budget
from harness.model import Model
from harness.protocols import Limits
from harness.record import RunWriter
from harness.target import Target, target_of

#: What is being done, how many steps are done, and how many there are.
Progress = Callable[[str, int, int], None]


def bench_model(
    model: Model,
    targets: Sequence[Target],
    rows: Sequence[int] = ROWS,
    seconds: float = 2.0,
    writer: RunWriter | None = None,
    progress: Progress | None = None,
    *,
    data: pa.RecordBatch | None = None,
    seed: int = 0,
    limits: Limits | None = None,
) -> tuple[Timing, ...]:
    """Time targets of a model on batches of each size: one timing, of raw samples, a target and size.

    The reference is always among them: every answer is held against its answer to the very batch, and
    what disagrees is not timed. ``seconds`` of calls are made for each target and size, all targets by
    turns. Batches are rows of ``data`` where given, else drawn legally by ``seed``. Every timing is
    written as soon as its size is done, as records ``timing`` and ``cold``. Nothing that a target does
    raises here: its timing says ``missing``, ``failed`` or ``disagrees`` and why.
    """
    settings = Settings(
        tuple(sorted(set(rows))), Budget(seconds=seconds), seed, limits or Limits(call_s=60.0)
    )
    with opened(model, with_reference(model, targets), settings.limits) as lanes:
        return tuple(bench_lanes(model, lanes, settings, data, writer, progress))


def with_reference(model: Model, targets: Sequence[Target]) -> tuple[Target, ...]:
    """The targets, the reference first."""
    reference = target_of(model, model.reference)
    return (reference, *(t for t in targets if str(t) != str(reference)))


def bench_lanes(
    model: Model,
    lanes: Sequence[Lane | Absent],
    settings: Settings,
    data: pa.RecordBatch | None = None,
    writer: RunWriter | None = None,
    progress: Progress | None = None,
) -> Iterator[Timing]:
    """Time opened targets, the reference first among them, size by size, writing as it goes."""
    started: set[str] = set()
    for place, rows in enumerate(settings.rows):
        report = _steps(f"{model.name}: {rows:,} rows", place, settings, progress)
        report(0)
        for timing in bench_size(model, lanes, rows, settings, data, report):
            if writer is not None:
                if timing.cold is not None and timing.target not in started:
                    started.add(timing.target)
                    writer.add("cold", timing.cold.fields)
                writer.add("timing", timing.fields)
            yield timing


def _steps(what: str, place: int, settings: Settings, progress: Progress | None) -> Callable[[int], None]:
    """Tells the progress how far one size is: each of its rounds is a step."""
    rounds = settings.budget.rounds

    def report(done: int) -> None:
        if progress is not None:
            progress(what, place * rounds + min(done, rounds), rounds * len(settings.rows))

    return report
