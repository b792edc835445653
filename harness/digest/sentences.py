"""What a finding says, in sentences that every report shares."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from harness.digest.timings import Timing
from harness.digest.verdicts import DataEffect, Finding, Mismatch, Standing, Verdict
from harness.digest.words import clip, duration, first_clause, listing, magnitude, phrase, plural, visible

#: The sign beside each standing, so that nothing is said by colour alone.
SYMBOLS = {
    Standing.AGREES: "✓",
    Standing.EXPECTED: "✗",
    Standing.DISAGREES: "✗",
    Standing.UNEXPECTED: "!",
    Standing.FAILED: "!",
    Standing.MISSING: "○",
}


def effect(data: DataEffect) -> str:
    """``3 of 1,000 rows of the data are affected; the decision approve flips on 1 of them``."""
    if data.affected == 0:
        return f"none of the {plural(data.rows, 'row')} of the data is affected"
    verb = "is" if data.affected == 1 else "are"
    said = f"{data.affected:,} of {plural(data.rows, 'row')} of the data {verb} affected"
    if not data.flips:
        return f"{said}; no decision flips" if data.decides else said
    flips = [f"the decision {visible(name)} flips on {n:,}" for name, n in data.flips.items()]
    return f"{said}; {listing(flips)} of them"


def where(mismatch: Mismatch) -> str:
    """``in score, 812 rows``, and the decision that flips."""
    parts = [f"in {visible(mismatch.output)}"] if mismatch.output else []
    if mismatch.rows is not None:
        parts.append(plural(mismatch.rows, "row"))
    if mismatch.decision:
        parts.append(f"flips the decision {visible(mismatch.decision)}")
    return ", ".join(parts)


def checked(finding: Finding) -> str:
    """``1,048,576 rows in 2.9 s``: how much was compared; "" where the run does not say."""
    if not finding.rows:
        return ""
    seconds = f" in {finding.seconds:.1f} s" if finding.seconds is not None else ""
    return f"{plural(finding.rows, 'row')}{seconds}"


def expectation(verdict: Verdict) -> str:
    """What the model file expects, and whether that is what was found; "" where it expects nothing."""
    if not verdict.expect:
        return ""
    expected = listing(verdict.expect, most=9)
    if verdict.expected is None:
        return f"The model file expects {expected}; whether that was found is not known."
    if verdict.expected:
        return f"The model file expects exactly {expected}, and that is what was found."
    found = list(dict.fromkeys(cause for f in verdict.findings for cause in f.causes))
    return f"The model file expects exactly {expected}, but {listing(found, most=9) or 'no fault'} was found."


def affected(finding: Finding) -> tuple[str, ...]:
    """Which rows of the data are affected, where they have names."""
    if not (finding.data and finding.data.affected and finding.data.keys):
        return ()
    more = " ..." if finding.data.affected > len(finding.data.keys) else ""
    return (f"affected rows of the data: {', '.join(map(visible, finding.data.keys))}{more}",)


def remarks(finding: Finding) -> tuple[str, ...]:
    """What else is to be said of a finding: cells, knife-edge rows, unreached comparisons, notes."""
    said = []
    if finding.cells:
        said.append(f"checked: {_cells(finding.cells)}")
    if finding.knife_edge:
        said.append(f"rows on the knife-edge of a decision (not counted): {_knife_edge(finding.knife_edge)}")
    if finding.unreached:
        points = ", ".join(phrase(point) for point in finding.unreached[:5])
        more = f" and {len(finding.unreached) - 5:,} more" if len(finding.unreached) > 5 else ""
        said.append(f"decided for no row ({plural(len(finding.unreached), 'comparison')}): {points}{more}")
    said.extend(f"note: {phrase(note)}" for note in finding.notes)
    return tuple(said)


def _cells(cells: Any) -> str:
    numbers = list(cells.values()) if isinstance(cells, dict) else cells
    if isinstance(numbers, list) and len(numbers) == 2 and all(isinstance(n, int) for n in numbers):
        return f"{numbers[0]:,} of {plural(numbers[1], 'cell')}"
    return phrase(cells)


def _knife_edge(counts: Any) -> str:
    if isinstance(counts, int):
        return plural(counts, "row")
    if isinstance(counts, dict):
        return listing(
            [f"{phrase(rows)} of {visible(decision)}" for decision, rows in counts.items()], most=9
        )
    return phrase(counts)


def brief(finding: Finding) -> str:
    """A finding in a few words, for a cell of a table."""
    if finding.standing in (Standing.MISSING, Standing.FAILED):
        return clip(visible(first_clause(finding.reason)), 72)
    if finding.causes:
        return listing([visible(cause) for cause in finding.causes], most=2)
    waived = f", {len(finding.waived)} waived" if finding.waived else ""
    return plural(finding.rows, "row") + waived if finding.rows else waived.removeprefix(", ")


def times(timing: Timing) -> str:
    """A median against the reference's, two digits: ``0.12``, ``8.3``, ``140``."""
    against = timing.against_reference or 0.0
    return f"{against:,.0f}" if against >= 99.5 else f"{against:#.2g}"


def ratio(timing: Timing) -> str:
    """``0.12 times, faster``: a median against the reference's, in digits and in a word."""
    against = timing.against_reference or 0.0
    return f"{times(timing)} times, {'faster' if against < 1 else 'slower' if against > 1 else 'the same'}"


def fastest(timings: Sequence[Timing]) -> str:
    """Which target is fastest at the smallest and at the largest batch, against the reference."""
    timed = [t for t in timings if t.p50_ns is not None]
    sizes = sorted({t.rows for t in timed})
    said = []
    for rows in dict.fromkeys((sizes[0], sizes[-1])) if sizes else ():
        best = min((t for t in timed if t.rows == rows), key=lambda t: t.p50_ns or 0)
        against = best.against_reference
        times = (
            f", {magnitude(1 / against)} times as fast as the reference" if against and against < 1 else ""
        )
        said.append(
            f"{plural(rows, 'row')}: {visible(best.target)} is fastest, {duration(best.p50_ns or 0)}{times}."
        )
    return " ".join(said)
