"""``parity run``: verify, time and profile the bundled suites, and make the report."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from harness.cli.durations import seconds
from harness.status import Exit, Status, worst

if TYPE_CHECKING:
    from harness.model import Model
    from harness.record import RunWriter
    from harness.verify import ModelVerdict

SUITES = Path("suites")
REPORTS = Path("reports") / "runs"
ROWS = (1, 1_000, 100_000)
PROFILE_ROWS = 10_000


def run(
    suites: Annotated[Path, typer.Argument(help="The folder of suites: one folder a model.")] = SUITES,
    budget: Annotated[str, typer.Option(help="Wall time for verifying each target, as 10s.")] = "5s",
    seed: Annotated[int, typer.Option(help="Seed of the rows that are drawn.")] = 0,
    bench: Annotated[bool, typer.Option("--bench/--no-bench", help="Time every form that agrees.")] = True,
    profile: Annotated[
        bool, typer.Option("--profile/--no-profile", help="Profile every form that agrees.")
    ] = True,
    run_folder: Annotated[
        Path | None, typer.Option("--run", help="Where to write the run (default: reports/runs/TIME).")
    ] = None,
) -> None:
    """Verify every bundled suite, time and profile the forms that agree, and write one report.

    Passes (exit 0) where every target agrees, and where a model that is known to be faulty shows exactly the
    causes that its model file expects. Targets that are missing here are said and do not fail the run.

    \b
    Examples:
      parity run
      parity run suites --budget 2s --no-bench --no-profile
    """
    from harness.cli.verify import load_models

    models, statuses = load_models((suites,))
    if not models:
        raise typer.Exit(int(worst([*statuses, Exit.USAGE])))
    raise typer.Exit(int(worst([*statuses, _run(models, seconds(budget), seed, bench, profile, run_folder)])))


def _run(
    models: list[Model], budget_s: float, seed: int, bench: bool, profile: bool, run_folder: Path | None
) -> Exit:
    from harness.cli.runs import new_run

    statuses: list[Exit] = []
    with new_run(run_folder, models, REPORTS) as writer:
        for number, model in enumerate(models, start=1):
            title = f"[{number}/{len(models)}] {model.name}"
            verdict = _verify(model, title, budget_s, seed, writer)
            if verdict is None:
                statuses.append(Exit.USAGE)
                continue
            statuses.append(judged(verdict))
            sound = [t.target for t in verdict.targets if t.status is Status.AGREES]
            if bench and sound:
                _bench(model, title, [verdict.reference, *sound], writer)
            if profile and sound:
                _profile(model, title, [verdict.reference, *sound], writer)
        status = worst(statuses)
        writer.finish(int(status))
    _report(writer.folder)
    return status


def judged(verdict: ModelVerdict) -> Exit:
    """The exit status of one model in a run of suites: an expected failure that fails as expected passes."""
    if verdict.as_expected is None:
        return verdict.exit()
    failed = any(t.status is Status.FAILED for t in verdict.targets)
    if verdict.as_expected and not failed:
        return Exit.OK
    missing = all(t.status is Status.MISSING for t in verdict.targets)
    return Exit.NOTHING if missing or failed else Exit.DISAGREES


def _verify(model: Model, title: str, budget_s: float, seed: int, writer: RunWriter) -> ModelVerdict | None:
    from harness.cli.display import progress
    from harness.cli.verify import show
    from harness.verify import BAD_INPUT, Options, verify_model

    try:
        with progress(f"{title} · verify", announce=True) as tell:
            verdict = verify_model(model, options=Options(budget_s=budget_s, seed=seed, progress=tell))
    except BAD_INPUT as error:
        typer.echo(f"parity: {model.path}: {error}", err=True)
        return None
    writer.add("verdict", verdict.to_json())
    show(verdict)
    return verdict


def _bench(model: Model, title: str, targets: list[str], writer: RunWriter) -> None:
    from rich.console import Console

    from harness.bench import bench_model
    from harness.bench.summary import summarise
    from harness.bench.table import render_timings
    from harness.cli.display import progress

    with progress(f"{title} · bench", announce=True) as tell:
        timings = bench_model(model, targets=targets, rows=ROWS, seconds=3.0, writer=writer, progress=tell)
    if timings:
        render_timings(model.name, summarise(timings, timings[0].target), Console())


def _profile(model: Model, title: str, targets: list[str], writer: RunWriter) -> None:
    from harness.cli.display import progress
    from harness.profile import profile_model

    with progress(f"{title} · profile", announce=True) as tell:
        profile_model(model, targets=targets, rows=PROFILE_ROWS, seconds=1.0, writer=writer, progress=tell)


def _report(folder: Path) -> None:
    from harness.report import write_report

    path = write_report(folder)
    typer.echo(f"\nreport: {path}")
