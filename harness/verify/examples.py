"""The row that is shown of a disagreement: as plain as can be, and one on which a decision flips if any."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from harness.search.evidence import Evidence, rows_of
from harness.search.explain.cluster import Cluster, simplicity
from harness.search.explain.pin import blend, differing, disagreeing
from harness.search.lab import Facet, Lab, Row
from harness.verify.questions import sliced

TRIED = 20_000  # rows of a finding on which flips of decisions are looked for
ASKED = 4_096


@dataclass(frozen=True, slots=True)
class Flip:
    """A row of a finding on which a decision flips."""

    row: Row
    decision: str


def plainer(lab: Lab, facet: Facet, row: Row, plain: Row, own: Collection[str]) -> Row:
    """The row with every input that does not matter at its plain value; ``own`` inputs carry the cause and
    are kept. The row itself where the plain row disagrees of its own accord."""
    others = [name for name in differing(row, plain) if name not in own]
    if not others or disagreeing(lab, facet, [plain])[0]:
        return row
    everything = blend(plain, row, others)
    if disagreeing(lab, facet, [everything])[0]:
        return everything
    # those that can be plain by themselves, mostly all at once; else one after the other
    alone = disagreeing(lab, facet, [{**row, name: plain[name]} for name in others])
    free = [name for name, still in zip(others, alone, strict=True) if still]
    together = blend(plain, row, free)
    if disagreeing(lab, facet, [together])[0]:
        return together
    kept = row
    for name in free:
        simpler = {**kept, name: plain[name]}
        if disagreeing(lab, facet, [simpler])[0]:
            kept = simpler
    return kept


def flip_of(
    lab: Lab, facet: Facet, evidence: Evidence, clusters: Sequence[Cluster], example: Row
) -> Flip | None:
    """The simplest disagreeing row of some clusters on which a decision on the output flips (the example
    itself, if it does); None where no decision flips."""
    decisions = [d.name for d in lab.model.decisions if d.output == facet.output]
    if facet.kind != "value" or not decisions:
        return None
    shown = lab.judge_rows([example])
    for name in decisions:
        if shown.comparison.flips[name][0]:
            return Flip(example, name)
    rows = evidence.kept(facet)
    inside = np.zeros(rows.num_rows, dtype=bool)
    for cluster in clusters:
        inside |= cluster.holds(rows)
    rows = rows.filter(pa.array(inside))
    order = np.argsort(simplicity(lab.model.schema, rows, example), kind="stable")[:TRIED]
    for part in sliced(rows.take(pa.array(order)), ASKED):
        judged = lab.judge(part)
        for name in decisions:
            hits = np.flatnonzero(judged.comparison.flips[name] & facet.of(judged.comparison))
            if len(hits):
                return Flip(rows_of(part.slice(int(hits[0]), 1))[0], name)
    return None
