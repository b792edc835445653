"""``parity init``: write a model.toml from what is there."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from harness.status import Exit

if TYPE_CHECKING:
    from harness.draft import Draft


def init(
    r: Annotated[
        Path | None, typer.Option("--r", help="The R source, with a function of a data.frame.")
    ] = None,
    python: Annotated[
        Path | None, typer.Option("--python", help="The Python source, with a function of a pandas frame.")
    ] = None,
    onnx: Annotated[Path | None, typer.Option("--onnx", help="The ONNX file.")] = None,
    data: Annotated[
        Path | None, typer.Option("--data", help="Some rows of input, CSV or Parquet, columns by name.")
    ] = None,
    call: Annotated[
        str | None, typer.Option("--call", help="The function to call, where a source defines several.")
    ] = None,
    r_model: Annotated[
        Path | None, typer.Option("--r-model", help="An .rds for the R function's 2nd argument.")
    ] = None,
    python_model: Annotated[
        Path | None,
        typer.Option("--python-model", help="A pickle or joblib for the Python function's 2nd."),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Where to write it (default: beside the source)."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a model.toml that is there.")] = False,
) -> None:
    """Write a model.toml from what is there: forms of a model, and some rows.

    Inputs with their types and ranges come from the data, outputs from
    running the R function (or the Python function) on it. Every guess is
    marked by a comment in the file: read it once. The first form named, in
    the order R, Python, ONNX, is the reference.

    In CSV an empty field, or NA without quotes, is missing; "NA" and "" in
    quotes are text; digits with leading zeros (007) stay text; dates are
    ISO 8601. Parquet keeps its own types.

    Examples:

      parity init --r score.R --data sample.parquet
      parity init --r score.R --python score.py --data sample.csv -o my_model
      parity init --r fit.R --r-model fit.rds --call predict_pd --data sample.csv
    """
    from harness.draft import DraftError, Sources, check_place, make_draft, write_draft

    sources = Sources(r, python, onnx, data, r_model, python_model, call, output)
    try:
        check_place(sources, force=force)
        draft = make_draft(sources)
        path = write_draft(draft, force=force)
    except DraftError as error:
        typer.echo(f"parity: {error}", err=True)
        raise typer.Exit(int(Exit.USAGE)) from None
    _say(draft, path)


def _say(draft: Draft, path: Path) -> None:
    for trouble in draft.troubles:
        typer.echo(f"parity: {trouble}", err=True)
    inputs, outputs = len(draft.inputs.guesses), len(draft.outputs)
    forms = ", ".join(form.name for form in draft.forms)
    typer.echo(f"wrote {path}: {_count(inputs, 'input')}, {_count(outputs, 'output')}, {forms}")
    if draft.ran is None:
        typer.echo("No form was run, so the outputs are to be filled in: look for TODO.")
    typer.echo("Read it once: every guess is marked by a comment.")
    if len(draft.forms) == 1:
        typer.echo(f"Then add a form to compare {forms} with, as its last lines show, and check it all:")
    else:
        typer.echo("Then check that the forms are the same model:")
    typer.echo(f"  parity verify {shlex.quote(str(path.parent))}")


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
