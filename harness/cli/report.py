"""``parity report``: a run as a page, a summary or a file for a CI server."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from harness.status import Exit


def report(
    run: Annotated[
        Path, typer.Argument(metavar="RUNFOLDER", help="The folder of a run, such as reports/runs/today.")
    ],
    form: Annotated[
        str,
        typer.Option("--format", help="html, json, markdown, junit or terminal."),
    ] = "html",
    output: Annotated[
        str | None,
        typer.Option(
            "-o", "--output", help="The file to write, - for standard output (default: in RUNFOLDER)."
        ),
    ] = None,
    open_it: Annotated[bool, typer.Option("--open", help="Open the report in the web browser.")] = False,
) -> None:
    """Turn a finished run into a report: one HTML file that works offline, or another format.

    Exit status: 0 the report was written, whatever it says · 2 the folder holds no whole run (an
    interrupted one is refused), it was altered, or there is no such format · 3 a package that the format
    needs is not here.

    \b
    Examples:
      parity report reports/runs/today --open
      parity report reports/runs/today --format junit -o parity.xml
      parity report reports/runs/today --format markdown -o - >> "$GITHUB_STEP_SUMMARY"
    """
    from harness.cli.app import fail
    from harness.protocols import MissingError
    from harness.record import RunError, read_run
    from harness.registry import UnknownMemberError
    from harness.report import render_run, write_report

    folder = run.parent if run.name == "run.jsonl" else run
    to_screen = output == "-" or (output is None and form == "terminal")
    if to_screen and open_it:
        raise fail("--open needs a file: leave out -o -, or name a file")
    try:
        if to_screen:
            sys.stdout.buffer.write(render_run(read_run(folder), form).encode("utf-8", "backslashreplace"))
            return
        path = write_report(folder, form, Path(output) if output else None)
    except RunError as error:
        raise fail(f"{error}{_hint(folder)}") from None
    except MissingError as error:
        raise fail(str(error), Exit.NOTHING) from None
    except UnknownMemberError as error:
        raise fail(str(error)) from None
    except OSError as error:
        raise fail(f"{error.filename or output}: the report cannot be written ({error.strerror})") from None
    typer.echo(path)
    if open_it:
        _open(path)


def _hint(folder: Path) -> str:
    """The newest run in a folder of runs, for somebody who named that instead."""
    if (folder / "run.jsonl").is_file() or not folder.is_dir():
        return ""
    runs = sorted(folder.glob("*/run.jsonl"), key=lambda path: path.stat().st_mtime)
    return f"; the newest run in it: parity report {runs[-1].parent}" if runs else ""


def _open(path: Path) -> None:
    import webbrowser

    if not webbrowser.open(path.resolve().as_uri()):
        typer.echo(f"parity: no web browser could be opened; open {path} yourself", err=True)
