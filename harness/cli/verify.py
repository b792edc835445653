"""``parity verify``: is each form the same model as the reference?"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from harness.cli.durations import seconds
from harness.status import Exit, worst

if TYPE_CHECKING:
    from harness.model import Model
    from harness.record import RunWriter
    from harness.verify import ModelVerdict, Options


def verify(
    paths: Annotated[list[Path], typer.Argument(help="Model files, or folders that hold them.")],
    target: Annotated[
        list[str] | None,
        typer.Option(
            help="Only these targets: a name, NAME@DEVICE, or a pattern such as 'onnx@*'. Repeatable."
        ),
    ] = None,
    require: Annotated[
        list[str] | None,
        typer.Option(help="Targets that must not be missing (exit 3 if they are). Repeatable."),
    ] = None,
    data: Annotated[
        Path | None, typer.Option(help="Rows to check (CSV or Parquet) in place of the model file's.")
    ] = None,
    budget: Annotated[
        str, typer.Option(help="Wall time for each target once it is warm, as 10s or 500ms.")
    ] = "5s",
    deadline: Annotated[
        str | None,
        typer.Option(help="Cut even the core of the search after this time: the status is then failed."),
    ] = None,
    seed: Annotated[
        int, typer.Option(help="Seed of the rows that are drawn; the same seed draws the same rows.")
    ] = 0,
    json_file: Annotated[
        str | None, typer.Option("--json", help="Write the verdicts as JSON to a file; - is standard output.")
    ] = None,
    time_limit: Annotated[
        str, typer.Option(help="How long a call of a form may take; loading it may take this, or a minute.")
    ] = "20s",
    beyond: Annotated[
        bool,
        typer.Option(
            "--beyond",
            help="Try illegal input too (beyond the range, infinite, no rows): who answers, who raises?",
        ),
    ] = False,
    save: Annotated[
        bool, typer.Option("--save", help="Keep counterexamples beside the model file, for the repository.")
    ] = False,
    run_folder: Annotated[
        Path | None, typer.Option("--run", help="Where to write the run (default: .parity/runs/TIME).")
    ] = None,
) -> None:
    """Hold every form of a model against its reference and say where they disagree, and why.

    Exit status: 0 all agree · 1 something disagrees · 2 the command line or a model file is wrong ·
    3 nothing ran, a target failed, or a required target is missing.

    \b
    Examples:
      parity verify suites/german_scorecard
      parity verify my_model/ --target python --budget 30s
      parity verify my_model/ --data applicants.parquet --json verdict.json
      parity verify suites/* --require onnx@cpu --json - | jq .
    """
    from harness.protocols import Limits
    from harness.verify import Options

    options = Options(
        budget_s=seconds(budget),
        deadline_s=seconds(deadline) if deadline else None,
        seed=seed,
        data=data,
        beyond=beyond,
        limits=Limits(open_s=max(Limits().open_s, seconds(time_limit)), call_s=seconds(time_limit)),
    )
    asked = Asked(tuple(paths), tuple(target or ()), tuple(require or ()), json_file, save, run_folder)
    raise typer.Exit(int(run_verification(asked, options)))


@dataclass(frozen=True, slots=True)
class Asked:
    """What the command line asks for, besides how to search."""

    paths: tuple[Path, ...]
    targets: tuple[str, ...]
    required: tuple[str, ...]
    json_file: str | None
    save: bool
    run_folder: Path | None


def run_verification(asked: Asked, options: Options) -> Exit:
    """Verify every model that was asked for; one that cannot be read does not stop the others."""
    from harness.cli.runs import new_run
    from harness.verify.verdict import document

    models, statuses = load_models(asked.paths)
    if not models:
        return worst([*statuses, Exit.USAGE])
    verdicts: list[ModelVerdict] = []
    with new_run(asked.run_folder, models) as writer:
        for model in models:
            verdict = _verify_one(model, asked, options)
            if verdict is None:
                statuses.append(Exit.USAGE)
                continue
            verdicts.append(verdict)
            statuses.append(verdict.exit(asked.required))
            writer.add("verdict", verdict.to_json())
            if asked.json_file != "-":
                show(verdict)
        status = worst(statuses)
        writer.finish(int(status))
    if asked.json_file is not None:
        write_json(asked.json_file, document(verdicts))
    if asked.json_file != "-" and verdicts:
        _closing(verdicts, writer)
    return status


def load_models(
    paths: tuple[Path, ...], to_be_written: tuple[Path, ...] = ()
) -> tuple[list[Model], list[Exit]]:
    """The models that could be read; each that could not is said on standard error. Answers that the command
    is about to write need not be there."""
    from harness.modelfile import ModelFileError, find_model_files, load_model

    models: list[Model] = []
    statuses: list[Exit] = []
    for path in paths:
        try:
            for file in find_model_files([path]):
                try:
                    models.append(load_model(file, to_be_written=to_be_written))
                except ModelFileError as error:
                    typer.echo(f"parity: {error}", err=True)
                    statuses.append(Exit.USAGE)
        except ModelFileError as error:
            typer.echo(f"parity: {error}", err=True)
            statuses.append(Exit.USAGE)
    return models, statuses


def _verify_one(model: Model, asked: Asked, options: Options) -> ModelVerdict | None:
    from dataclasses import replace

    from harness.cli.display import progress
    from harness.verify import BAD_INPUT, verify_model
    from harness.verify.counterexamples import local_folder

    folder = model.folder / "counterexamples" if asked.save else local_folder(model)
    try:
        with progress(model.name) as tell:
            return verify_model(
                model, asked.targets, replace(options, progress=tell, save_to=folder), asked.required
            )
    except BAD_INPUT as error:
        typer.echo(f"parity: {model.path}: {error}", err=True)
        return None


def show(verdict: ModelVerdict) -> None:
    """Print one verdict for a person."""
    from rich.console import Console

    from harness.renderers.terminal import render_verdict

    render_verdict(verdict.to_json(), Console())


def write_json(where: str, content: dict[str, Any]) -> None:
    """Write JSON to a file, or to standard output for ``-``."""
    text = json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    if where == "-":
        sys.stdout.write(text)
    else:
        Path(where).write_text(text, encoding="utf-8")


def _closing(verdicts: list[ModelVerdict], writer: RunWriter) -> None:
    typer.echo(f"run: {writer.folder} · parity report {writer.folder} makes a page of it")
