"""Notes on what a verdict is worth: rows that say little."""

from __future__ import annotations

from harness.search.evidence import Evidence
from harness.verify.verdict import plain


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
