"""Verdicts as text for a terminal or a pipe: 80 columns are enough, and colour is never needed."""

from __future__ import annotations

import io
import shlex
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.digest import headline_of, verdicts_of
from harness.digest.causes import meaning_of
from harness.digest.sentences import SYMBOLS, affected, checked, effect, expectation, remarks, where
from harness.digest.verdicts import Finding, Mismatch, Standing, Verdict, verdict_of
from harness.digest.words import difference, phrase, shorten, value, visible

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderableType
    from rich.segment import Segment
    from rich.table import Table
    from rich.text import Text

SUFFIX = ".txt"

_STYLES = {
    Standing.AGREES: "green",
    Standing.EXPECTED: "cyan",
    Standing.DISAGREES: "bold red",
    Standing.UNEXPECTED: "bold red",
    Standing.FAILED: "bold red",
    Standing.MISSING: "yellow",
}
_ASCII = {"✓": "+", "✗": "x", "○": "-", "·": "-", "─": "-"}
_LONGEST_VALUE = 160
_MOST_BATCH_ROWS = 6
_MOST_INPUTS = 40


def render(run: Any, folder: Path) -> str:
    """All verdicts of a run, 80 columns wide, without colour."""
    from rich.console import Console

    out = io.StringIO()
    console = Console(file=out, width=80, color_system=None, force_terminal=False, legacy_windows=False)
    console.print(headline_of(verdicts_of(run.records)).sentence, markup=False, highlight=False)
    console.print()
    for record in run.of("verdict"):
        render_verdict(record, console)
    return out.getvalue()


def render_verdict(verdict: Mapping[str, Any], console: Console) -> None:
    """Print one verdict: a line a target, then each mismatch with its evidence and smallest example.

    No escape codes are written where the console is no terminal or ``NO_COLOR`` is set.
    """
    _Page(console).verdict(verdict_of(verdict))


class _Page:
    """Prints on one console, within what it can show."""

    def __init__(self, console: Console) -> None:
        self._console = console
        # NO_COLOR alone would leave bold text, which is an escape code as well
        self._plain = console.no_color or not console.is_terminal
        self._ascii = console.options.ascii_only

    def verdict(self, verdict: Verdict) -> None:
        self._title(verdict)
        self._print()
        self._targets(verdict)
        if verdict.expect and verdict.ran:
            self._print(self._text(expectation(verdict)), indent=2)
        if verdict.findings and not verdict.ran:
            self._print(self._text("Nothing ran: this is not a pass."), indent=2)
        for note in verdict.notes:
            self._print(self._text(f"note: {phrase(note)}"), indent=2)
        for findings in _alike(verdict.findings):
            self._finding(findings, verdict.reference)
        if any(m.inputs for f in verdict.findings for m in f.mismatches):
            self._print()
            self._next_step(verdict)
        self._print()

    def _title(self, verdict: Verdict) -> None:
        title = self._text(visible(verdict.model), "bold")
        facts = [f"against {visible(verdict.reference)}"] if verdict.reference else []
        if verdict.seconds is not None:
            facts.append(f"{verdict.seconds:.1f} s")
        title.append(self._text("".join(f" · {fact}" for fact in facts)))
        self._print(title)

    def _targets(self, verdict: Verdict) -> None:
        grid = self._grid(4)
        for finding in verdict.findings:
            style = _STYLES[finding.standing]
            grid.add_row(
                self._text(SYMBOLS[finding.standing], style),
                self._text(visible(finding.target)),
                self._text(finding.standing.value, style),
                self._text(checked(finding)),
            )
        self._print(grid, indent=2)

    def _finding(self, alike: list[Finding], reference: str) -> None:
        finding, said, besides = alike[0], _sayings(alike[0]), list(remarks(alike[0]))
        if not (said or besides or finding.mismatches or finding.waived):
            return
        self._print()
        self._print(self._text(", ".join(visible(f.target) for f in alike), "bold"))
        for sentence in said:
            self._print(self._text(sentence), indent=2)
        for number, mismatch in enumerate(finding.mismatches):
            if number or said:
                self._print()
            self._mismatch(mismatch, finding, reference)
        for waived in finding.waived:
            because = f": {visible(waived.waiver)}" if waived.waiver else ""
            self._print(self._text(f"waived: {waived.cause} {where(waived)}{because}"), indent=2)
        if besides and (said or finding.mismatches or finding.waived):
            self._print()
        for sentence in besides:
            self._print(self._text(sentence), indent=2)

    def _mismatch(self, mismatch: Mismatch, finding: Finding, reference: str) -> None:
        head = self._text(visible(mismatch.cause), _STYLES[finding.standing])
        head.append(self._text(f"  {where(mismatch)}"))
        self._print(head, indent=2)
        if meaning_of(mismatch.cause):
            self._print(self._text(meaning_of(mismatch.cause), "dim"), indent=4)
        if mismatch.because:
            self._print(self._text(f"evidence: {visible(mismatch.because)}"), indent=4)
        if mismatch.inputs:
            name = "smallest batch:" if mismatch.batched else "smallest example:"
            self._print(self._text(name), indent=4)
            self._print(self._example(mismatch, reference, finding.target), indent=6)

    def _example(self, mismatch: Mismatch, reference: str, target: str) -> Table:
        """Inputs and answers down the page; a batch has one column a row."""
        shown = mismatch.inputs[:_MOST_BATCH_ROWS]
        grid = self._grid(1 + len(shown))
        if mismatch.batched:
            rest = len(mismatch.inputs) - len(shown)
            heads = [f"row {n + 1}" for n in range(len(shown))]
            grid.add_row(self._text("" if not rest else f"(+{rest:,} rows)"), *map(self._text, heads))
        names = list(dict.fromkeys(name for row in shown for name in row))
        for name in names[:_MOST_INPUTS]:
            grid.add_row(self._text(visible(name)), *(self._cell(row.get(name)) for row in shown))
        if len(names) > _MOST_INPUTS:
            grid.add_row(self._text(f"(+{len(names) - _MOST_INPUTS} inputs)"))
        grid.add_row(self._text("─" * 10))
        answers = {reference or "reference": mismatch.reference, target: mismatch.candidate}
        for name, answer in answers.items():
            cells = answer if mismatch.batched and isinstance(answer, list) else [answer]
            texts = [self._cell(cell, "bold") for cell in cells[: len(shown)]]
            grid.add_row(self._text(visible(name), "bold"), *texts)
        gap = "" if mismatch.batched else difference(mismatch.reference, mismatch.candidate)
        if gap:
            grid.add_row(self._text("difference"), self._text(gap))
        return grid

    def _next_step(self, verdict: Verdict) -> None:
        path = shlex.quote(_near(verdict.path)) if verdict.path else "PATH"
        # a command stands on a line of its own, never broken, so that it can be copied
        self._print(self._text("To reproduce it in R, Python and pytest:"))
        self._console.print(self._text(f"  parity explain {visible(path)}"), soft_wrap=True)

    def _grid(self, columns: int) -> Table:
        from rich.table import Table

        grid = Table.grid(padding=(0, 2, 0, 0))
        for _ in range(columns):
            grid.add_column(overflow="fold")
        return grid

    def _cell(self, cell: Any, style: str = "") -> Text:
        return self._text(shorten(value(cell), _LONGEST_VALUE), style)

    def _text(self, text: str, style: str = "") -> Text:
        from rich.text import Text

        if self._ascii:
            text = "".join(_ASCII.get(c, c) for c in text)
            text = text.encode("ascii", "backslashreplace").decode("ascii")
        return Text(text, style="" if self._plain else style)

    def _print(self, what: RenderableType = "", indent: int = 0) -> None:
        """Print without the blanks that would fill each line up to the width of the console."""
        from rich.segment import Segment

        options = self._console.options.update(width=max(20, self._console.width - indent))
        for line in self._console.render_lines(what, options, pad=False):
            while line and not line[-1].text.strip():
                line.pop()
            if line:
                line[-1] = Segment(line[-1].text.rstrip(), line[-1].style)
                line.insert(0, Segment(" " * indent))
            self._console.print(_Line(line))


def _near(path: str) -> str:
    """A model file's folder, from where one is: shorter to read and to copy."""
    folder = Path(path).parent if Path(path).name == "model.toml" else Path(path)
    here = Path.cwd()
    return str(folder.relative_to(here)) if folder.is_relative_to(here) else str(folder)


def _alike(findings: Sequence[Finding]) -> list[list[Finding]]:
    """Findings, those together that are missing for the same reason."""
    groups: dict[Any, list[Finding]] = {}
    for finding in findings:
        missing = finding.standing is Standing.MISSING
        groups.setdefault(finding.reason if missing else id(finding), []).append(finding)
    return list(groups.values())


def _sayings(finding: Finding) -> list[str]:
    said = [visible(finding.reason, keep="\n")] if finding.reason else []
    # that no row of the data is affected is news only where something disagrees
    if finding.data and (finding.mismatches or finding.data.affected):
        said.append(effect(finding.data))
    return [*said, *affected(finding)]


class _Line:
    """A line that is laid out already."""

    def __init__(self, segments: list[Segment]) -> None:
        self._segments = segments

    def __rich_console__(self, _: Console, __: ConsoleOptions) -> Iterable[Segment]:
        from rich.segment import Segment

        return [*self._segments, Segment.line()]
