"""Time a model's targets on the same batches: parity first, then warm-up, then by turns."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pyarrow as pa

from harness.bench.lanes import Absent, Lane, opened
from harness.bench.measure import ROWS, Settings, bench_size
from harness.bench.records import Timing
from harness.bench.rounds import Budget
from harness.dataset import read_data
from harness.model import Model
from harness.plan import choose
from harness.protocols import Limits
from harness.record import RunWriter
from harness.target import Target, target_of
from harness.workload.batches import askable

#: Told what is going on: the batch, and how far its measuring is. For a display of progress.
Progress = Callable[[str, str], None]

#: Large batches take their time: more than the limit of a call that verification sets.
CALL_LIMIT_S = 60.0


def bench_model(
    model: Model,
    targets: Sequence[str] = (),
    rows: Sequence[int] = ROWS,
    seconds: float = 2.0,
    writer: RunWriter | None = None,
    progress: Progress | None = None,
    *,
    data: Path | None = None,
    seed: int = 0,
    limits: Limits | None = None,
) -> tuple[Timing, ...]:
    """Time targets of a model on batches of each size: one timing, of raw samples, a target and size.

    ``targets`` are names or patterns (none: all that are declared). The reference is always among them:
    every answer is held against its answer to the very batch, and what disagrees is not timed. ``seconds``
    of calls are made for each target and size, all targets by turns. Batches are rows of ``data``, else of
    the model's own data, else drawn legally by ``seed``. Every timing is written as soon as its size is
    done, as records ``timing`` and ``cold``. What a target does never raises here: its timing says
    ``missing``, ``failed`` or ``disagrees`` and why. Raises TargetError and DataError.
    """
    chosen = with_reference(model, choose(model, targets))
    source = data or model.data
    own = None if source is None else read_data(source, model.schema, None if data else model.key).batch
    sizes = tuple(sorted(set(rows)))
    settings = Settings(sizes, Budget(seconds=seconds), seed, limits or Limits(call_s=CALL_LIMIT_S))
    with opened(model, chosen, settings.limits) as lanes:
        return tuple(bench_lanes(model, lanes, settings, own, writer, progress))


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
    """Time opened targets, the reference first among them, size by size, writing as it goes.

    Where one answers from a recording, its rows are what is asked.
    """
    recorded = askable(lane.session for lane in lanes if isinstance(lane, Lane))
    data = data if recorded is None else recorded
    started: set[str] = set()
    for place, rows in enumerate(settings.rows):
        report = _tell(rows, place, settings, progress)
        report(0)
        for timing in bench_size(model, lanes, rows, settings, data, report):
            if writer is not None:
                if timing.cold is not None and timing.target not in started:
                    started.add(timing.target)
                    writer.add("cold", timing.cold.fields)
                writer.add("timing", timing.fields)
            yield timing


def _tell(rows: int, place: int, settings: Settings, progress: Progress | None) -> Callable[[int], None]:
    """Tells the progress how far one size is, by its rounds."""
    rounds, sizes = settings.budget.rounds, len(settings.rows)

    def report(done: int) -> None:
        if progress is not None:
            how_far = f"round {min(done, rounds)} of {rounds}" if done else "parity and warm-up"
            progress(f"{rows:,} rows", f"{how_far} (size {place + 1} of {sizes})")

    return report
