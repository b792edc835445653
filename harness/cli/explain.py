"""``parity explain``: the counterexamples of a model as code that a person can run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from harness.status import Exit, worst

if TYPE_CHECKING:
    from harness.model import Model
    from harness.verify.counterexamples import Counterexample


def explain(
    paths: Annotated[list[Path], typer.Argument(help="Model files, or folders that hold them.")],
    language: Annotated[
        str | None, typer.Option("--language", help="Only r, python or pytest (default: all that apply).")
    ] = None,
) -> None:
    """Show the counterexamples that a verification has saved, as R, Python and pytest code.

    They are found by parity verify and kept in .parity/ of the current directory, or beside the model file
    with --save.

    \b
    Examples:
      parity verify suites/seed_migration
      parity explain suites/seed_migration
      parity explain suites/seed_migration --language pytest > test_migration.py
    """
    from harness.cli.app import fail
    from harness.cli.verify import load_models

    if language not in (None, "r", "python", "pytest"):
        raise fail(f"--language is r, python or pytest, not {language!r}")
    models, statuses = load_models(tuple(paths))
    for model in models:
        statuses.append(_explain(model, language))
    raise typer.Exit(int(worst(statuses)))


def _explain(model: Model, language: str | None) -> Exit:
    from harness.verify.counterexamples import load, local_folder

    examples, notes = load(model, (local_folder(model), model.folder / "counterexamples"))
    for note in notes:
        typer.echo(f"parity: {note}", err=True)
    if not examples:
        typer.echo(
            f"{model.name}: no counterexample is saved here; run: parity verify {model.path}", err=True
        )
        return Exit.OK
    for number, example in enumerate(examples, start=1):
        _show(model, example, number, language)
    return Exit.OK


def _show(model: Model, example: Counterexample, number: int, language: str | None) -> None:
    from harness.target import parse
    from harness.verify.snippets import pytest_snippet, python_snippet, r_snippet

    heading = f"{model.name} · {example.target} · {example.cause} in {example.output}"
    says = f"reference {example.reference!r}, {example.target} {example.candidate!r}"
    typer.echo(f"# {heading}: {says}\n")
    names = (parse(model.reference)[0], parse(example.target)[0])
    for name in names:
        form = model.form(name)
        if form.runtime == "r" and language in (None, "r"):
            typer.echo(f"{r_snippet(model, form, example)}\n")
        if form.runtime == "python" and language in (None, "python"):
            typer.echo(f"{python_snippet(model, form, example)}\n")
    if language in (None, "pytest"):
        typer.echo(f"{pytest_snippet(model, example, number)}\n")
