"""Collects the commands. A command's module imports what it needs when it runs, so that help is quick."""

from __future__ import annotations

import importlib
import io
import sys
import traceback

import typer

from harness.status import Exit

#: In the order that ``parity --help`` shows them. Each is a module here with a function of its name.
COMMANDS = ("doctor", "init", "verify", "explain", "record", "bench", "profile", "codecs", "report", "run")

#: The exit status of a command that was ended with Ctrl-C, as shells expect it.
INTERRUPTED = 130

app = typer.Typer(
    name="parity",
    help="Run one model in every form (R, Python, ONNX, torch), find the inputs on which the forms "
    "disagree, say why, and time them fairly.",
    epilog="Start with: parity doctor · then: parity run · on your own model: parity init --help",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)

for _name in COMMANDS:
    app.command(name=_name)(getattr(importlib.import_module(f"harness.cli.{_name}"), _name))


def fail(message: str, exit_status: Exit = Exit.USAGE) -> typer.Exit:
    """Print one clear error on standard error and give the exception that ends the command."""
    typer.echo(f"parity: {message}", err=True)
    return typer.Exit(int(exit_status))


def main() -> None:
    """Run the command line. Ctrl-C ends with 130, as shells expect."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # not every terminal can write every character
    try:
        app()
    except SystemExit as end:
        if end.code == INTERRUPTED:  # typer has taken the KeyboardInterrupt
            typer.echo("parity: interrupted; what was measured so far is kept", err=True)
        raise
    except Exception:  # a fault of the harness itself must not pass for a verdict (exit 1)
        traceback.print_exc()
        typer.echo(
            "parity: this is a fault of the harness itself; please report it with the lines above", err=True
        )
        sys.exit(int(Exit.NOTHING))
