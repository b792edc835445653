"""``parity profile``: where the time of a call goes, by phase and by stack."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from harness.cli.durations import seconds as in_seconds
from harness.status import Exit, Status, worst

if TYPE_CHECKING:
    from collections.abc import Sequence

    from harness.model import Model
    from harness.profile import Profile
    from harness.record import RunWriter

OUTPUTS = (".html", ".folded")


def profile(
    path: Annotated[Path, typer.Argument(help="A model file, or the folder that holds it.")],
    target: Annotated[
        list[str] | None,
        typer.Option(help="Only these targets: a name, NAME@DEVICE, or 'onnx@*'. Repeatable."),
    ] = None,
    rows: Annotated[int, typer.Option(min=1, help="Rows of the batch.")] = 10_000,
    seconds: Annotated[str, typer.Option(help="Time for each target, as 5s or 500ms.")] = "5s",
    data: Annotated[
        Path | None, typer.Option(help="Rows (CSV or Parquet) in place of the model file's.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed of the rows.")] = 0,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="A flame graph: FILE.html, or FILE.folded for other tools."),
    ] = None,
    json_file: Annotated[
        str | None, typer.Option("--json", help="Write the profiles as JSON to a file; - is standard output.")
    ] = None,
    run_folder: Annotated[
        Path | None, typer.Option("--run", help="Where to write the run (default: .parity/runs/TIME).")
    ] = None,
) -> None:
    """Say where the time of a call goes: encode, transport, decode, compute, and back again.

    The phases are measured, not sampled, and add up to the wall time; where they do not within 5 %, the
    profile fails and says so. In the second half of the time, stacks of the harness and of its Python
    worker are sampled by py-spy, each in its phase; of an R worker there are phases only.

    Exit status: 0 profiled · 2 the command line or the model file is wrong · 3 nothing could be profiled,
    a target failed, or the phases do not add up.

    \b
    Examples:
      parity profile suites/german_scorecard --target r
      parity profile suites/german_scorecard --target python --rows 100000 -o flame.html
      parity profile my_model/ --target onnx --seconds 10s -o flame.folded
    """
    if output is not None and output.suffix not in OUTPUTS:
        raise typer.BadParameter(f"{output}: name a file that ends in {' or '.join(OUTPUTS)}")
    asked = Asked(
        path, tuple(target or ()), rows, in_seconds(seconds), data, seed, output, json_file, run_folder
    )
    raise typer.Exit(int(_profile(asked)))


@dataclass(frozen=True, slots=True)
class Asked:
    """What the command line asks for."""

    path: Path
    targets: tuple[str, ...]
    rows: int
    seconds: float
    data: Path | None
    seed: int
    output: Path | None
    json_file: str | None
    run_folder: Path | None


def _profile(asked: Asked) -> Exit:
    from harness.cli.runs import new_run
    from harness.cli.verify import load_models, write_json

    models, statuses = load_models((asked.path,))
    if not models:
        return worst([*statuses, Exit.USAGE])
    found: list[Profile] = []
    with new_run(asked.run_folder, models) as writer:
        for model in models:
            profiles = _profile_one(model, asked, writer)
            if profiles is None:
                statuses.append(Exit.USAGE)
                continue
            found.extend(profiles)
            statuses.append(exit_of(profiles))
            if asked.json_file != "-":
                _show(profiles)
        status = worst(statuses)
        writer.finish(int(status))
    if asked.json_file is not None:
        write_json(asked.json_file, {"format": 1, "profiles": [p.fields(p.folded) for p in found]})
    if asked.json_file != "-":
        typer.echo(f"run: {writer.folder} · parity report {writer.folder} makes a page of it")
    if asked.output is not None:
        return worst([status, _write_flame(asked, writer.folder, found)])
    return status


def _profile_one(model: Model, asked: Asked, writer: RunWriter) -> Sequence[Profile] | None:
    from harness.cli.display import progress
    from harness.profile import profile_model
    from harness.verify import BAD_INPUT

    try:
        with progress(model.name) as tell:
            return profile_model(
                model,
                asked.targets,
                asked.rows,
                asked.seconds,
                writer,
                tell,
                data=asked.data,
                seed=asked.seed,
            )
    except BAD_INPUT as error:
        typer.echo(f"parity: {model.path}: {error}", err=True)
        return None


def exit_of(profiles: Sequence[Profile]) -> Exit:
    """The exit status of some profiles: nothing profiled is not a pass."""
    failed = any(p.problem is Status.FAILED for p in profiles)
    nothing = not any(p.problem is None for p in profiles)
    return Exit.NOTHING if failed or nothing else Exit.OK


def _show(profiles: Sequence[Profile]) -> None:
    from rich.console import Console

    from harness.profile.table import render_profile

    for one in profiles:
        render_profile(one, Console())


def _write_flame(asked: Asked, run: Path, profiles: Sequence[Profile]) -> Exit:
    """Write the flame graph that was asked for; it is an error where there are no stacks for it."""
    from harness.protocols import MissingError

    assert asked.output is not None
    sampled = [p for p in profiles if p.folded]
    if not sampled:
        typer.echo(f"parity: {asked.output}: not written, because no stacks were sampled", err=True)
        return Exit.NOTHING
    if asked.output.suffix == ".folded":
        several = len(sampled) > 1
        lines = (
            f"{p.target};{line}\n" if several else f"{line}\n"
            for p in sampled
            for line in (p.folded or "").splitlines()
        )
        asked.output.write_text("".join(lines), encoding="utf-8")
        return Exit.OK
    from harness.report import write_report

    try:
        write_report(run, "html", asked.output)
    except MissingError as error:
        typer.echo(f"parity: {asked.output}: not written: {error}", err=True)
        return Exit.NOTHING
    return Exit.OK
