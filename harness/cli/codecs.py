"""``parity codecs``: what each serialization keeps between R and Python, and what it costs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from harness.cli.bench import sizes
from harness.status import Exit

if TYPE_CHECKING:
    from harness.fidelity.columns import Kind
    from harness.fidelity.operation import Asked, Report
    from harness.model import Model

SUITES = Path("suites")


def codecs(
    codec: Annotated[
        list[str] | None, typer.Option(help="Only these, as csv or rds_xdr. Repeatable.")
    ] = None,
    types: Annotated[
        str | None, typer.Option(help="Only these types, as double,factor; the timed columns have them too.")
    ] = None,
    rows: Annotated[
        str, typer.Option(help="Numbers of rows to time, 20 columns each; none: the matrix only.")
    ] = "1,1000,100000",
    models: Annotated[
        list[Path] | None,
        typer.Option(help="Model files whose stored forms to load (default: suites/, if here). Repeatable."),
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed of the tables that are drawn.")] = 0,
    json_file: Annotated[
        str | None, typer.Option("--json", help="Write all of it as JSON to a file; - is standard output.")
    ] = None,
) -> None:
    """Send hostile tables through every serialization: what does it keep between R and Python, at what cost?

    A cell of the matrix is exact only where every table came back bit by bit: NaN payloads, NA against NaN,
    -0.0, levels, time zones, marked encodings. What is lost is found by sending tables, and shown with the
    smallest one that shows it; R itself judges what R reads. Times are multiples of one memcpy of the same
    bytes, measured by turns. The default takes about a minute; 1,000,000 rows take minutes.

    Exit status: 0 found (losses are findings, not failures) · 2 the command line is wrong · 3 nothing could
    be tried.

    \b
    Examples:
      parity codecs
      parity codecs --codec csv --rows none
      parity codecs --codec feather --codec parquet --types double,factor --rows 1000000
      parity codecs --json - | jq '.matrix[] | select(.fidelity == "lossy")'
    """
    from harness import registry
    from harness.fidelity.columns import Kind
    from harness.fidelity.operation import Asked

    chosen = tuple(name.replace("-", "_") for name in codec or ()) or registry.names("codecs")
    only = kinds(types)
    paths = models if models or codec or types or not SUITES.is_dir() else [SUITES]
    asked = Asked(
        chosen,
        only or tuple(Kind),
        () if rows == "none" else sizes(rows),
        only or (),
        _models(paths or []),
        seed,
    )
    try:
        report = _examine(asked)
    except registry.UnknownMemberError as error:
        raise typer.BadParameter(str(error), param_hint="--codec") from None
    if json_file is not None:
        from harness.cli.verify import write_json
        from harness.fidelity.document import document

        write_json(json_file, document(report))
    if json_file != "-":
        _show(report)
    raise typer.Exit(int(exit_of(report)))


def kinds(text: str | None) -> tuple[Kind, ...] | None:
    """Types as ``double,factor``. Raises typer.BadParameter for what is none."""
    from harness.fidelity.columns import Kind

    if text is None:
        return None
    found = []
    for part in text.split(","):
        try:
            found.append(Kind(part.strip()))
        except ValueError:
            there = ", ".join(Kind)
            raise typer.BadParameter(f"{part.strip()!r} is no type (there are: {there})") from None
    return tuple(dict.fromkeys(found))


def _models(paths: list[Path]) -> tuple[Model, ...]:
    """The models of these files. Ends with 2 where one cannot be read, which is said by then."""
    from harness.cli.verify import load_models

    found, statuses = load_models(tuple(paths))
    if statuses:
        raise typer.Exit(int(Exit.USAGE))
    return tuple(found)


def _examine(asked: Asked) -> Report:
    from harness.cli.display import progress
    from harness.fidelity.operation import examine

    with progress("codecs", announce=True) as tell:
        return examine(asked, tell)


def _show(report: Report) -> None:
    from rich.console import Console

    from harness.fidelity.cost_table import render_answers, render_costs
    from harness.fidelity.matrix_table import render_losses, render_matrix
    from harness.fidelity.model_table import render_models

    console = Console()
    render_matrix(report, console)
    render_losses(report, console)
    render_costs(report, console)
    render_models(report.models, console)
    render_answers(report.answers, console)


def exit_of(report: Report) -> Exit:
    """3 where not one table could be sent."""
    return Exit.OK if report.trials else Exit.NOTHING
