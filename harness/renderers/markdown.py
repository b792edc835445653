"""A summary in Markdown, for a pull request or a CI job's page: never above 64 kB."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from harness.digest import Finding, Mismatch, Standing, Timing, Verdict, headline_of, timings_of, verdicts_of
from harness.digest.causes import meaning_of
from harness.digest.sentences import SYMBOLS, affected, brief, effect, expectation, ratio, remarks, where
from harness.digest.words import clip, duration, plural, shorten, value, visible

if TYPE_CHECKING:
    from harness.record import Run

SUFFIX = ".md"

#: What a comment on a pull request may hold, less room for the note that something was left out.
MOST_BYTES = 64_000
_ROOM_FOR_NOTE = 200
_LONGEST_VALUE = 120
_SPECIAL = re.compile(r"([\\`*_\[\]<>|~#&])")


def render(run: Run, folder: Path) -> str:
    """The headline, a table of verdicts, each mismatch, and the medians at the largest batch."""
    verdicts = verdicts_of(run.records)
    headline = headline_of(verdicts)
    parts = [f"## Parity: {headline.tone.value}\n\n{_plain(headline.sentence)}\n"]
    parts += [_table(verdicts)] if verdicts else []
    for verdict in verdicts:
        parts += [_finding(verdict, f) for f in verdict.findings if _noteworthy(f)]
    parts += [_missing(verdicts)] if any(v.of(Standing.MISSING) for v in verdicts) else []
    timed = [t for t in timings_of(run.records) if t.p50_ns is not None]
    parts += [_timings(timed)] if timed else []
    return _trimmed(parts)


def _trimmed(parts: Sequence[str]) -> str:
    """The parts as one text; whole parts are left out where it would grow too long, and that is said."""
    kept, left_out, size = [], 0, 0
    for part in parts:
        size += len(part.encode()) + 1
        if size > MOST_BYTES - _ROOM_FOR_NOTE:
            left_out += 1
            size -= len(part.encode()) + 1
        else:
            kept.append(part)
    if left_out:
        kept.append(f"_{plural(left_out, 'part')} left out to keep this short: see the HTML report._\n")
    return "\n".join(kept)


def _noteworthy(finding: Finding) -> bool:
    return bool(finding.mismatches or finding.waived) or finding.standing not in (
        Standing.AGREES,
        Standing.MISSING,
    )


def _table(verdicts: Sequence[Verdict]) -> str:
    lines = ["| model | target | outcome | |", "|---|---|---|---|"]
    for verdict in verdicts:
        for finding in verdict.findings:
            outcome = f"{SYMBOLS[finding.standing]} {finding.standing.value}"
            names = f"{_code(verdict.model, True)} | {_code(finding.target, True)}"
            lines.append(f"| {names} | {outcome} | {_plain(brief(finding))} |")
    return "\n".join(lines) + "\n"


def _finding(verdict: Verdict, finding: Finding) -> str:
    sign = f"{SYMBOLS[finding.standing]} {finding.standing.value}"
    lines = [f"### {_code(verdict.model)} on {_code(finding.target)}: {sign}", ""]
    if verdict.expect:
        lines += [_plain(expectation(verdict)), ""]
    if finding.reason:
        lines += [_fenced(visible(finding.reason, keep="\n")), ""]
    if finding.data and finding.mismatches:
        told = effect(finding.data)
        lines += [f"{_plain(told[0].upper() + told[1:])}.", ""]
    for mismatch in finding.mismatches:
        lines += [*_mismatch(mismatch, verdict.reference, finding.target), ""]
    for waived in finding.waived:
        lines.append(
            f"- waived: {_code(waived.cause)} {_plain(where(waived))}: {_plain(visible(waived.waiver))}"
        )
    lines += [f"- {_plain(clip(remark, 500))}" for remark in (*affected(finding), *remarks(finding))]
    return "\n".join(lines).rstrip() + "\n"


def _mismatch(mismatch: Mismatch, reference: str, target: str) -> list[str]:
    lines = [f"**{_plain(visible(mismatch.cause))}** {_plain(where(mismatch))}"]
    lines += [f"<br>{_plain(meaning_of(mismatch.cause))}"] if meaning_of(mismatch.cause) else []
    lines += [f"<br>Evidence: {_plain(visible(clip(mismatch.because, 500)))}"] if mismatch.because else []
    if not mismatch.inputs:
        return lines
    rows = mismatch.inputs[:5]
    heads = [f"row {n + 1}" for n in range(len(rows))] if mismatch.batched else ["smallest example"]
    lines += ["", f"| | {' | '.join(heads)} |", "|---" * (1 + len(rows)) + "|"]
    for name in list(dict.fromkeys(name for row in rows for name in row))[:40]:
        lines.append(
            f"| {_code(clip(name, 80), True)} | {' | '.join(_cell(row.get(name)) for row in rows)} |"
        )
    for name, answer in ((reference or "reference", mismatch.reference), (target, mismatch.candidate)):
        answers = answer[: len(rows)] if mismatch.batched and isinstance(answer, list) else [answer]
        lines.append(f"| **{_code(clip(name, 80), True)}** | {' | '.join(map(_cell, answers))} |")
    if len(mismatch.inputs) > len(rows):
        lines += ["", f"… and {plural(len(mismatch.inputs) - len(rows), 'more row')}"]
    return lines


def _missing(verdicts: Sequence[Verdict]) -> str:
    """Why targets are missing and what to do about it, each reason once."""
    targets: dict[str, list[str]] = {}
    for finding in (f for verdict in verdicts for f in verdict.of(Standing.MISSING)):
        named = targets.setdefault(finding.reason or "no reason given", [])
        if finding.target not in named:
            named.append(finding.target)
    lines = ["### Missing", ""]
    for reason, names in targets.items():
        lines.append(f"- {', '.join(_code(name) for name in names)}: {_plain(visible(clip(reason, 500)))}")
    return "\n".join(lines) + "\n"


def _timings(timings: Sequence[Timing]) -> str:
    """Medians at the largest batch that each model was timed on."""
    largest = {t.model: max(o.rows for o in timings if o.model == t.model) for t in timings}
    lines = ["### Median time of a call", "", "| model | target | rows | p50 | against the reference |"]
    lines.append("|---|---|--:|--:|--:|")
    for t in timings:
        if t.rows == largest[t.model]:
            against = "reference" if t.is_reference else ratio(t) if t.against_reference else ""
            names = f"{_code(t.model, True)} | {_code(t.target, True)}"
            lines.append(f"| {names} | {t.rows:,} | {duration(t.p50_ns or 0)} | {against} |")
    return "\n".join(lines) + "\n"


def _cell(cell: object) -> str:
    return _code(shorten(value(cell), _LONGEST_VALUE), True)


def _plain(text: str) -> str:
    """Text in which nothing is taken for markup."""
    return _SPECIAL.sub(r"\\\1", text)


def _code(text: str, in_table: bool = False) -> str:
    """Text as code, whatever it holds; a table's bars would end a cell even there."""
    shown = visible(text)
    fence = "`" * (1 + max((len(run) for run in re.findall("`+", shown)), default=0))
    pad = " " if shown.startswith("`") or shown.endswith("`") or not shown.strip() else ""
    body = shown.replace("|", "\\|") if in_table else shown
    return f"{fence}{pad}{body}{pad}{fence}"


def _fenced(text: str) -> str:
    fence = "`" * max(3, 1 + max((len(run) for run in re.findall("`+", text)), default=0))
    return f"{fence}text\n{shorten(text, 2000)}\n{fence}"
