"""``parity record``: write the reference's answers down, to stand for it where it is not installed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from harness.status import Exit


def record(
    path: Annotated[Path, typer.Argument(help="A model file, or the folder that holds it.")],
    output: Annotated[Path, typer.Option("-o", "--output", help="The Parquet file to write.")],
    data: Annotated[
        Path | None, typer.Option(help="Rows to record (CSV or Parquet) besides those of the search.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed of the rows that are drawn.")] = 0,
) -> None:
    """Ask the reference every row that a verification would send, and write inputs and answers to Parquet.

    A target with runtime = "recorded" and source = that file then stands for R where R is not installed.

    \b
    Example:
      parity record suites/german_scorecard -o answers.parquet
    """
    from harness.cli.app import fail
    from harness.cli.display import progress
    from harness.cli.verify import load_models
    from harness.dataset import DataError
    from harness.protocols import OpenError
    from harness.target import TargetError
    from harness.verify import Options
    from harness.verify.recording import RecordingError, record_answers

    models, _ = load_models((path,), to_be_written=(output,))
    if not models:
        raise typer.Exit(int(Exit.USAGE))
    if len(models) > 1:
        raise fail(f"{path} holds {len(models)} models; name one")
    if not output.parent.is_dir():
        raise fail(f"{output}: the folder {output.parent} does not exist; make it first")
    model = models[0]
    try:
        with progress(model.name) as tell:
            rows, left_out = record_answers(model, output, Options(data=data, seed=seed, progress=tell))
    except (DataError, RecordingError, TargetError) as error:
        raise fail(str(error)) from None
    except OpenError as error:
        message = f"{model.name}: the reference {model.reference} cannot answer: {error}"
        raise fail(message, Exit.NOTHING) from None
    raised = f" ({left_out:,} rows on which it raises were left out)" if left_out else ""
    typer.echo(f"{output}: {rows:,} rows with the answers of {model.reference}{raised}")
    typer.echo(f'use it as a target: runtime = "recorded", source = "{output.name}"')
