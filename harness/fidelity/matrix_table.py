"""The fidelity matrix and its losses for a person at a terminal, 80 columns wide."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.text import Text

from harness.fidelity.columns import Kind
from harness.fidelity.difference import Difference, Refused
from harness.fidelity.hostile import traits
from harness.fidelity.matrix import Cell, Fidelity, Loss
from harness.fidelity.operation import Report
from harness.fidelity.trials import Direction

#: With more codecs than this, only the worst losses of each are shown.
FEW = 2
_WORST = 3
_WIDTH = 80

_HEADS = {
    Kind.DOUBLE: "dbl",
    Kind.INTEGER: "int",
    Kind.LOGICAL: "lgl",
    Kind.CHARACTER: "chr",
    Kind.LATIN1: "lat1",
    Kind.FACTOR: "fct",
    Kind.ORDERED: "ord",
    Kind.DATE: "date",
    Kind.DATE_INTEGER: "datI",
    Kind.DATETIME: "time",
    Kind.DIFFTIME: "diff",
    Kind.INTEGER64: "i64",
    Kind.NAMES: "name",
    Kind.SHAPE: "rows",
}
_WAYS = {
    Direction.PYTHON_PYTHON: "P→P",
    Direction.PYTHON_R: "P→R",
    Direction.R_PYTHON: "R→P",
    Direction.R_R: "R→R",
}
SIGNS = {
    Fidelity.EXACT: ("=", "green"),
    Fidelity.REFUSES: ("-", "green"),
    Fidelity.LOSSY: ("~", "yellow"),
    Fidelity.UNSUPPORTED: ("x", "red"),
    Fidelity.MISSING: ("?", "dim"),
    Fidelity.NOTHING: (".", "dim"),
}
TYPE_LOST = ("!", "red")
_LEGEND = (
    "Four signs a cell: Python→Python, Python→R, R→Python, R→R.",
    "  =  every table came back bit by bit    -  exact, or refused",
    "  ~  some values come back altered       !  plain ones too: the type is lost",
    "  x  not supported    ?  missing here    .  the sender has no such type",
)


def render_matrix(report: Report, console: Console) -> None:
    """One line a codec, a cell a type, four signs a cell; then why some are missing."""
    kinds = report.asked.kinds
    width = max(len(member.name) for member in report.members)
    _line(console, Text(f"Fidelity · {report.trials:,} hostile tables sent"))
    for part in textwrap.wrap(", ".join(map(" ".join, report.versions.items())), _WIDTH):
        _line(console, Text(part, style="dim"))
    console.print()
    _line(console, Text(" " * width + "".join(f" {_HEADS[kind]:4}" for kind in kinds), style="bold"))
    cells = {(cell.codec, cell.kind, cell.direction): cell for cell in report.cells}
    for member in report.members:
        line = Text(f"{member.name:{width}}")
        for kind in kinds:
            line.append(" ")
            for direction in Direction:
                line.append(*_sign(cells[member.name, kind, direction]))
        _line(console, line)
    console.print()
    for words in _LEGEND:
        _line(console, Text(words))
    if unclear := _heads_in_words(kinds):
        _line(console, Text(unclear))
    for words in _why_not(report.cells):
        for part in textwrap.wrap(words, _WIDTH, subsequent_indent="     "):
            _line(console, Text(part))


def _line(console: Console, text: Text) -> None:
    text.rstrip()
    console.print(text, soft_wrap=True, highlight=False)


def _heads_in_words(kinds: Sequence[Kind]) -> str:
    unclear = {
        Kind.LATIN1: "lat1 text marked Latin-1",
        Kind.DATE_INTEGER: "datI Date held as integer",
        Kind.DATETIME: "time POSIXct",
        Kind.DIFFTIME: "diff difftime",
        Kind.INTEGER64: "i64 integer64",
        Kind.NAMES: "name columns' names",
        Kind.SHAPE: "rows none of them, or no columns",
    }
    # a no-break space keeps each abbreviation beside what it stands for
    said = "; ".join(words.replace(" ", "\u00a0") for kind, words in unclear.items() if kind in kinds)
    lines = textwrap.wrap(said, _WIDTH - 2, initial_indent="  ", subsequent_indent="  ")
    return "\n".join(lines).replace("\u00a0", " ")


def _sign(cell: Cell) -> tuple[str, str]:
    return TYPE_LOST if cell.fidelity is Fidelity.LOSSY and cell.every_value else SIGNS[cell.fidelity]


def _why_not(cells: Iterable[Cell]) -> Iterator[str]:
    """Each reason once, with the codecs that it holds for."""
    for fidelity, sign in ((Fidelity.MISSING, "?"), (Fidelity.UNSUPPORTED, "x")):
        named: dict[str, dict[str, None]] = {}
        for cell in cells:
            if cell.fidelity is fidelity and not cell.losses:
                named.setdefault(cell.reason, {})[cell.codec] = None
        for reason, codecs in named.items():
            yield f"  {sign}  {', '.join(codecs)}: {reason}"


def render_losses(report: Report, console: Console) -> None:
    """What is lost, codec by codec, each with the smallest example; the worst only where many were asked."""
    few = len(report.members) <= FEW
    for codecs, losses in _alike(report).items():
        shown = losses if few else _worst(losses)
        console.print()
        _line(console, Text(_title(report, codecs), style="bold"))
        for loss in shown:
            _loss(console, loss)
        if len(shown) < len(losses):
            rest = f"  and {len(losses) - len(shown)} more: parity codecs --codec {codecs[0]} --rows none"
            _line(console, Text(rest, style="dim"))


@dataclass(frozen=True, slots=True)
class Merged:
    """Losses of one codec that read the same, in whatever direction and of whatever values."""

    kind: Kind
    ways: tuple[Direction, ...]
    traits: tuple[str, ...]
    result: Difference | Refused
    of_r_alone: bool


def _alike(report: Report) -> dict[tuple[str, ...], tuple[Merged, ...]]:
    """The losses by codec; codecs that lose the same in one."""
    by_losses: dict[tuple[Merged, ...], list[str]] = {}
    for member in report.members:
        losses = tuple(_merged(cell for cell in report.cells if cell.codec == member.name))
        if losses:
            by_losses.setdefault(losses, []).append(member.name)
    return {tuple(names): losses for losses, names in by_losses.items()}


def _title(report: Report, codecs: tuple[str, ...]) -> str:
    if len(codecs) > 1:
        return ", ".join(codecs)
    return next(f"{one.name} · {one.codec.TITLE}" for one in report.members if one.name == codecs[0])


def _merged(cells: Iterable[Cell]) -> Iterator[Merged]:
    held: dict[tuple[Kind, str], list[tuple[Direction, Loss]]] = {}
    for cell in cells:
        for loss in cell.losses:
            held.setdefault((cell.kind, str(loss.result)), []).append((cell.direction, loss))
    for (kind, _), these in held.items():
        yield Merged(
            kind,
            tuple(dict.fromkeys(direction for direction, _ in these)),
            tuple(dict.fromkeys(loss.trait for _, loss in these)),
            these[0][1].result,
            all(loss.specimen.is_of_r_alone for _, loss in these),
        )


def _worst(losses: Sequence[Merged]) -> list[Merged]:
    """Values altered without a word, then types; what both languages have first, and each type once."""
    ranks = {"values": 0, "type and values": 1, "names": 2, "rows": 2, "columns": 2}

    def rank(one: Merged) -> tuple[bool, int, int]:
        aspect = one.result.aspect if isinstance(one.result, Difference) else "refused"
        places = {trait.name: place for place, trait in enumerate(traits(one.kind))}
        return one.of_r_alone, ranks.get(aspect, 3), places.get(one.traits[0], len(places))

    first: dict[Kind, Merged] = {}
    for one in sorted(losses, key=rank):
        first.setdefault(one.kind, one)
    return list(first.values())[:_WORST]


def _loss(console: Console, loss: Merged) -> None:
    direction = " ".join(_WAYS[way] for way in loss.ways)
    _line(console, Text(f"  {loss.kind:12} {direction:15}  {_traits(loss.traits)}"))
    style = "yellow" if isinstance(loss.result, Difference) else "dim"
    for part in textwrap.wrap(str(loss.result), _WIDTH - 8, subsequent_indent="  "):
        _line(console, Text(f"      {part}", style=style))


def _traits(traits: Sequence[str]) -> str:
    said = ", ".join(traits[:3])
    return said if len(traits) <= 3 else f"{said} and {len(traits) - 3} more"
