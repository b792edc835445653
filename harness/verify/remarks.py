"""Notes on what a verdict is worth: rows that say little, and code that it says nothing about."""

from __future__ import annotations

from harness.search.evidence import Evidence
from harness.verify.verdict import plain

SHOWN = 6  # comparisons that a note lists


def worth(evidence: Evidence) -> list[str]:
    """Notes on rows from which little can be concluded."""
    notes = []
    if evidence.both_fail:
        rows = "row is" if evidence.both_fail == 1 else "rows are"
        notes.append(f"{evidence.both_fail:,} {rows} answered by neither, which counts as equal")
    for name, value in evidence.constant.items():
        said = "missing" if value is None else repr(plain(value))
        notes.append(
            f"the reference's {name} is {said} on all {evidence.expected:,} rows that it answered: if that "
            "is not how the model is, look at the inputs' types, ranges and levels"
        )
    return notes


def undecided(unreached: list[str]) -> str:
    """A note on comparisons of which the search has seen no effect."""
    more = f", and {len(unreached) - SHOWN} more" if len(unreached) > SHOWN else ""
    return f"no row was found on whose answer these hang: {'; '.join(unreached[:SHOWN])}{more}"
