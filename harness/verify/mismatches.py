"""From clusters to mismatches: one for each cause and output, confirmed in fresh workers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from harness.causes import Cause
from harness.comparison import compare
from harness.isolation import Together
from harness.protocols import Outcome
from harness.search.batchwise import Law
from harness.search.evidence import Evidence, rows_of
from harness.search.explain.cluster import Found, spoken
from harness.search.lab import Facet, Judgement, Lab, Row
from harness.verify.examples import flip_of, plainer
from harness.verify.verdict import Mismatch

MOST_EXAMPLES = 8  # of which the most telling is shown
MOST_PLACES = 4  # regions named in the sentence of evidence

_BY_KIND = {
    "raised": Cause.ERROR,
    "lost": Cause.ERROR,
    "misaligned": Cause.ROW_ALIGNMENT,
    "unanswerable": Cause.MISSING_VALUE,
}


def cause_of(found: Found) -> Cause:
    """How a row came out decides its cause; a value's cause is what was found."""
    return _BY_KIND.get(found.cluster.facet.kind, found.cluster.cause)


def mismatches(lab: Lab, evidence: Evidence, found: Iterable[Found], plain: Row) -> list[Mismatch]:
    """One mismatch for each cause and output, the one with the most rows first."""
    grouped: dict[tuple[str, Cause], list[Found]] = {}
    for each in found:
        grouped.setdefault((each.cluster.facet.output, cause_of(each)), []).append(each)
    lab.reference.renew()
    lab.candidate.renew()
    listed = [_mismatch(lab, evidence, key, members, plain) for key, members in grouped.items()]
    return sorted(listed, key=lambda m: -m.rows)


def merged(found: Sequence[Mismatch]) -> list[Mismatch]:
    """One mismatch for each cause and output, where parts of the evidence were explained by themselves."""
    by_cause: dict[tuple[str, str], Mismatch] = {}
    for each in found:
        key = (each.output, each.cause)
        known = by_cause.get(key)
        by_cause[key] = each if known is None else replace(known, rows=known.rows + each.rows)
    return sorted(by_cause.values(), key=lambda m: -m.rows)


def _mismatch(
    lab: Lab, evidence: Evidence, key: tuple[str, Cause], members: Sequence[Found], plain: Row
) -> Mismatch:
    output, cause = key
    rows = sum(_scaled(evidence, member) for member in members)
    batches = [m for m in members if m.cluster.batch]
    if batches:
        return _of_batch(lab, output, cause, batches[0], rows)
    judged = [(m, lab.judge_rows([m.cluster.example])) for m in _simplest_first(members)[:MOST_EXAMPLES]]
    again = [(m, j) for m, j in judged if m.cluster.facet.of(j.comparison)[0]]
    if not again:
        return _not_again(lab, output, members[0], rows)
    chosen, shown = min(again, key=lambda pair: _telling(pair[1], output))
    facet = chosen.cluster.facet
    own = {region.name for region in chosen.cluster.regions}
    example = plainer(lab, facet, rows_of(shown.batch)[0], plain, own)
    flipping = flip_of(lab, facet, evidence, [m.cluster for m in members], example)
    if flipping is not None:
        example = flipping.row
    shown = lab.judge_rows([example])
    mismatch = _of_row(lab, shown, facet, cause, members, rows)
    return mismatch if flipping is None else replace(mismatch, decision=flipping.decision)


def _telling(judged: Judgement, output: str) -> int:
    """How little an example tells: two values tell most, then a value and nothing."""
    said = (judged.said(side, output, 0) for side in ("reference", "candidate"))
    return sum(value is None or isinstance(value, dict) for value in said)


def _not_again(lab: Lab, output: str, member: Found, rows: int) -> Mismatch:
    """What a fresh worker does not show again depends on what was asked before: it is no law of the row."""
    words = f"seen in the search ({member.cluster.where}), and not again in a fresh worker"
    example = member.cluster.example
    cluster = replace(member.cluster, where=words, batch=(example,))
    return _of_batch(lab, output, Cause.NONDETERMINISM, replace(member, cluster=cluster), rows)


def _scaled(evidence: Evidence, member: Found) -> int:
    """Rows explained, scaled from those that were kept to all that were seen."""
    facet = member.cluster.facet
    kept: int = max(1, evidence.kept(facet).num_rows)
    return max(1, round(member.rows * evidence.disagreeing.get(facet, kept) / kept))


def _simplest_first(members: Sequence[Found]) -> list[Found]:
    return sorted(members, key=lambda m: len(repr(list(m.cluster.example.values()))))


def _of_row(
    lab: Lab, judged: Judgement, facet: Facet, cause: Cause, members: Sequence[Found], rows: int
) -> Mismatch:
    said = {side: judged.said(side, facet.output, 0) for side in ("reference", "candidate")}
    flipped = [
        d.name for d in lab.model.decisions if d.output == facet.output and judged.comparison.flips[d.name][0]
    ]
    return Mismatch(
        output=facet.output,
        cause=str(cause.value),
        because=_because(lab, cause, members, said),
        rows=rows,
        inputs=rows_of(judged.batch)[0],
        reference=said["reference"],
        candidate=said["candidate"],
        decision=flipped[0] if flipped else None,
    )


def _because(lab: Lab, cause: Cause, members: Sequence[Found], said: dict[str, Any]) -> str:
    places = list(dict.fromkeys(m.cluster.where for m in sorted(members, key=lambda m: -m.rows)))
    named = places[:MOST_PLACES]
    more = f", and {len(places) - MOST_PLACES} more such places" if len(places) > MOST_PLACES else ""
    names = {"reference": str(lab.reference.target), "candidate": str(lab.candidate.target)}
    texts = [f"{names[side]} {_speech(said[side])}" for side in ("reference", "candidate")]
    at = ": " if len(places) == 1 else "; in the example "
    shown = next((f"{m.cluster.evidence}: " for m in members if m.cluster.evidence), "")
    return f"{shown}{'; '.join(named)}{more}{at}{texts[0]}, {texts[1]}"


def _speech(said: Any) -> str:
    if isinstance(said, dict):
        return f"raises {said['error']}"
    return f"answers {spoken(said)}"


def _of_batch(lab: Lab, output: str, cause: Cause, member: Found, rows: int) -> Mismatch:
    batch = member.cluster.batch
    judged = lab.judge_rows(batch)
    answers = {
        side: [judged.said(side, output, row) for row in range(len(batch))]
        for side in ("reference", "candidate")
    }
    return Mismatch(
        output=output,
        cause=str(cause.value),
        because=member.cluster.where,
        rows=rows,
        inputs=dict(batch[0]),
        reference=answers["reference"],
        candidate=answers["candidate"],
        batch=tuple(dict(row) for row in batch),
    )


def of_batch_failure(lab: Lab, failing: Together) -> Mismatch:
    """Rows that fail together and not alone: lost rows where the number of values is wrong, else dependence
    on the batch."""
    misaligned = failing.failure.outcome is Outcome.MISALIGNED
    cause = Cause.ROW_ALIGNMENT if misaligned else Cause.BATCH_DEPENDENCE
    rows = rows_of(failing.batch)
    output = lab.model.outputs[0].name
    expected = lab.reference.ask(failing.batch)
    judged = Judgement(failing.batch, expected, expected, compare(lab.model, expected, expected))
    reference = [judged.said("reference", output, row) for row in range(len(rows))]
    return Mismatch(
        output=output,
        cause=str(cause.value),
        because=f"{len(rows)} rows in one batch: {failing.failure}; each of them alone is answered",
        rows=len(rows),
        inputs=rows[0],
        reference=reference,
        candidate=[{"error": str(failing.failure)}] * len(rows),
        batch=tuple(dict(row) for row in rows),
    )


def of_law(lab: Lab, law: Law) -> Mismatch:
    """A target that contradicts itself, as a mismatch: the batch, with the reference's answers beside it."""
    judged = lab.judge(law.batch)
    output = _odd_output(lab, judged)
    rows = law.batch.num_rows
    return Mismatch(
        output=output,
        cause=str(law.cause.value),
        because=law.words,
        rows=rows,
        inputs=rows_of(law.batch)[-1],
        reference=[judged.said("reference", output, row) for row in range(rows)],
        candidate=[judged.said("candidate", output, row) for row in range(rows)],
        batch=tuple(dict(row) for row in rows_of(law.batch)),
    )


def _odd_output(lab: Lab, judged: Judgement) -> str:
    wrong = [name for name, mask in judged.comparison.wrong.items() if np.any(mask)]
    return wrong[0] if wrong else lab.model.outputs[0].name
