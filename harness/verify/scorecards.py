"""Two additive forms, checked cell by cell, and what that says in words."""

from __future__ import annotations

from harness.additive import Additive
from harness.search.evidence import Evidence
from harness.search.lab import Lab
from harness.search.rows.additive import Scorecards, groups
from harness.search.rows.space import Effort, Space


def check_cells(
    lab: Lab, space: Space, evidence: Evidence, effort: Effort, seed: int
) -> tuple[tuple[int, int], str] | None:
    """Compare the rows of every cell, where both forms are proved to be additive: how many cells were
    compared, of how many, and a note; None where nothing can be claimed."""
    reference = lab.reference.additive()
    candidate = lab.candidate.additive() if isinstance(reference, Additive) else reference
    if not isinstance(reference, Additive) or not isinstance(candidate, Additive):
        return None
    forms = (reference, candidate)
    found = groups(space.schema, forms)
    if not found:
        return None
    cards = Scorecards(space, forms, seed, effort.rate, effort.batch, found)
    for batch in cards.batches():
        judged = lab.judge(batch)
        evidence.add(judged)
        cards.note(judged)
    cells = cards.cells()
    return None if cells is None else (cells, in_words(cards, cells))


def in_words(cards: Scorecards, cells: tuple[int, int]) -> str:
    """What the number of cells means."""
    checked, of = cells
    linked = sorted(cards.forms[0].linked | cards.forms[1].linked)
    of_two = any(len(one.names) > 1 for one in cards.groups)
    each = "an input, or of a quantity made of two" if of_two else "an input"
    said = [
        "by their code both forms are additive: every cut (with its neighbours), bin, level, missing, special"
        f" and unseen value of {each} is a cell, and {checked:,} of {of:,} were compared, over different "
        "values of the others" + (" and at both ends of the sum" if cards.ends == 2 else "")
    ]
    differing = int(cards.differ.sum())
    if differing:
        said.append(f"{differing:,} of them differ")
    if linked:
        many = f", compared at {len(cards.sums):,} of its values" if cards.sums else ""
        said.append(
            f"{' and '.join(linked)} {'is' if len(linked) == 1 else 'are'} made from such a sum{many}"
        )
    return "; ".join(said)
