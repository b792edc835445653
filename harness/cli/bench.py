"""``parity bench``: latency and throughput of every form that agrees."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from harness.cli.durations import seconds as in_seconds
from harness.status import Exit, Status, worst

if TYPE_CHECKING:
    from collections.abc import Sequence

    from harness.bench import Timing
    from harness.model import Model
    from harness.record import RunWriter


def sizes(text: str) -> tuple[int, ...]:
    """Batch sizes as ``1,1000,100000``. Raises typer.BadParameter for what is no number of rows."""
    found = []
    for part in text.split(","):
        try:
            rows = int(part)
        except ValueError:
            rows = 0
        if rows < 1:
            raise typer.BadParameter(f"{part.strip()!r} is no number of rows: write --rows 1,1000,100000")
        found.append(rows)
    return tuple(sorted(set(found)))


def bench(
    paths: Annotated[list[Path], typer.Argument(help="Model files, or folders that hold them.")],
    rows: Annotated[
        str, typer.Option(help="Batch sizes; 1 is the latency of a single row.")
    ] = "1,1000,100000",
    target: Annotated[
        list[str] | None,
        typer.Option(help="Only these targets, and the reference: a name, or 'onnx@*'. Repeatable."),
    ] = None,
    require: Annotated[
        list[str] | None,
        typer.Option(help="Targets that must not be missing (exit 3 if they are). Repeatable."),
    ] = None,
    data: Annotated[
        Path | None, typer.Option(help="Rows to time (CSV or Parquet) in place of the model file's.")
    ] = None,
    seconds: Annotated[str, typer.Option(help="Time for each target and batch size, as 2s or 500ms.")] = "2s",
    seed: Annotated[int, typer.Option(help="Seed of the rows and of the order of turns.")] = 0,
    json_file: Annotated[
        str | None, typer.Option("--json", help="Write the timings as JSON to a file; - is standard output.")
    ] = None,
    run_folder: Annotated[
        Path | None, typer.Option("--run", help="Where to write the run (default: .parity/runs/TIME).")
    ] = None,
) -> None:
    """Time every form of a model on the same batches: p50, p95 and p99 of a call, rows a second.

    Every answer to the very batch is held against the reference's first: a wrong answer is never timed.
    All targets are open at once and take turns in random order, so that a bad moment of the machine hits
    them alike. Raw samples are kept; a percentile is said only where there are enough of them (p99: 299).

    Exit status: 0 timed · 1 something disagrees · 2 the command line or a model file is wrong ·
    3 nothing was timed, a target failed, or a required target is missing.

    \b
    Examples:
      parity bench suites/german_scorecard
      parity bench suites/german_scorecard --rows 1 --target 'onnx@*' --seconds 10s
      parity bench my_model/ --require onnx@cuda --json - | jq .
    """
    asked = Asked(
        tuple(paths),
        sizes(rows),
        tuple(target or ()),
        tuple(require or ()),
        data,
        in_seconds(seconds),
        seed,
        json_file,
        run_folder,
    )
    raise typer.Exit(int(_bench(asked)))


@dataclass(frozen=True, slots=True)
class Asked:
    """What the command line asks for."""

    paths: tuple[Path, ...]
    rows: tuple[int, ...]
    targets: tuple[str, ...]
    required: tuple[str, ...]
    data: Path | None
    seconds: float
    seed: int
    json_file: str | None
    run_folder: Path | None


def _bench(asked: Asked) -> Exit:
    from harness.bench.document import document
    from harness.cli.runs import new_run
    from harness.cli.verify import load_models, write_json

    models, statuses = load_models(asked.paths)
    if not models:
        return worst([*statuses, Exit.USAGE])
    found: list[tuple[Model, tuple[Timing, ...]]] = []
    with new_run(asked.run_folder, models) as writer:
        for model in models:
            timings = _bench_one(model, asked, writer)
            if timings is None:
                statuses.append(Exit.USAGE)
                continue
            found.append((model, timings))
            statuses.append(exit_of(timings, _required(model, asked.required)))
            if asked.json_file != "-":
                _show(model, timings)
        status = worst(statuses)
        writer.finish(int(status))
    if asked.json_file is not None:
        write_json(asked.json_file, document(found))
    if asked.json_file != "-":
        typer.echo(f"run: {writer.folder} · parity report {writer.folder} makes a page of it")
    return status


def _bench_one(model: Model, asked: Asked, writer: RunWriter) -> tuple[Timing, ...] | None:
    from harness.bench import bench_model
    from harness.cli.display import progress
    from harness.dataset import DataError
    from harness.legal import ConstraintError
    from harness.target import TargetError

    try:
        targets = [*asked.targets, *asked.required] if asked.targets else []
        _required(model, asked.required)
        with progress(model.name) as tell:
            return bench_model(
                model,
                targets,
                asked.rows,
                asked.seconds,
                writer,
                tell,
                data=asked.data,
                seed=asked.seed,
            )
    except (DataError, TargetError, ConstraintError) as error:
        typer.echo(f"parity: {model.path}: {error}", err=True)
        return None


def _required(model: Model, patterns: Sequence[str]) -> frozenset[str]:
    from harness.plan import choose

    return frozenset(map(str, choose(model, patterns))) if patterns else frozenset()


def exit_of(timings: Sequence[Timing], required: frozenset[str]) -> Exit:
    """The exit status of one model's timings, the reference's first: nothing timed is not a pass, nor is
    the reference alone where others were asked for."""
    held = [Exit.DISAGREES for t in timings if t.parity is Status.DISAGREES]
    held += [Exit.NOTHING for t in timings if t.parity is Status.FAILED]
    held += [Exit.NOTHING for t in timings if t.parity is Status.MISSING and t.target in required]
    asked_for = [t for t in timings if t.target != timings[0].target] or timings
    if not any(t.samples_ns for t in asked_for):
        held.append(Exit.NOTHING)
    return worst(held)


def _show(model: Model, timings: Sequence[Timing]) -> None:
    from rich.console import Console

    from harness.bench.summary import summarise
    from harness.bench.table import render_timings

    render_timings(model.name, summarise(timings, timings[0].target), Console())
