"""One sentence on a whole run that a person who reads nothing else may rely on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from harness.digest.verdicts import Finding, Standing, Verdict
from harness.digest.words import clip, first_clause, listing, plural, visible


class Tone(StrEnum):
    """How a run came out as a whole. Nothing ran is never good."""

    GOOD = "agrees"
    BAD = "does not agree"
    INCOMPLETE = "incomplete"
    NOTHING = "nothing was compared"


@dataclass(frozen=True, slots=True)
class Headline:
    """The outcome in a word, and the sentence."""

    tone: Tone
    sentence: str


def headline_of(verdicts: Sequence[Verdict]) -> Headline:
    """Sum up the verdicts of a run."""
    findings = [f for v in verdicts for f in v.findings]
    if not findings:
        return Headline(Tone.NOTHING, "No model was compared with its reference in this run.")
    if not any(f.standing.ran for f in findings):
        all_missing = "its only target is" if len(findings) == 1 else f"{_every(len(findings))} targets are"
        return Headline(Tone.NOTHING, f"Nothing ran: {all_missing} missing ({_reasons(findings)}).")
    clauses = [
        *_agreeing(verdicts),
        *_troubled(verdicts, Standing.DISAGREES, _disagreement),
        *_troubled(verdicts, Standing.UNEXPECTED, _against_expectation),
        *_troubled(verdicts, Standing.FAILED, _failure),
        *_troubled(verdicts, Standing.EXPECTED, _as_expected),
        *_absent(verdicts),
    ]
    sentence = "; ".join(clauses) + "."
    return Headline(
        _tone(verdicts), sentence[0].upper() + sentence[1:] if _starts_plainly(verdicts) else sentence
    )


def _every(count: int) -> str:
    return "both" if count == 2 else f"all {count}"


def _name(name: str) -> str:
    return clip(visible(name), 60)


def _starts_plainly(verdicts: Sequence[Verdict]) -> bool:
    # a model's name is spelled as it is, even where it begins the sentence
    return len(verdicts) > 1 and any(_agrees(v) for v in verdicts)


def _tone(verdicts: Sequence[Verdict]) -> Tone:
    if any(f.standing.ran and not f.standing.good for v in verdicts for f in v.findings):
        return Tone.BAD
    return Tone.GOOD if all(v.ran for v in verdicts) else Tone.INCOMPLETE


def _agrees(verdict: Verdict) -> bool:
    return bool(verdict.ran) and all(f.standing is Standing.AGREES for f in verdict.ran)


def _agreeing(verdicts: Sequence[Verdict]) -> list[str]:
    agreeing = sum(_agrees(v) for v in verdicts)
    every = "on every target that ran here"
    if len(verdicts) == 1:
        return [f"{_name(verdicts[0].model)} agrees {every}"] if agreeing else []
    if agreeing == 0:
        return []
    number = _every(agreeing) if agreeing == len(verdicts) else f"{agreeing} of {len(verdicts)}"
    return [f"{number} models agree {every}"]


def _troubled(
    verdicts: Sequence[Verdict], standing: Standing, say: Callable[[Verdict, tuple[Finding, ...]], str]
) -> list[str]:
    found = [(v, v.of(standing)) for v in verdicts if v.of(standing)]
    said = [say(verdict, findings) for verdict, findings in found[:3]]
    if len(found) > 3:
        said.append(f"{plural(len(found) - 3, 'more model')} {_summed[standing]}")
    return said


_summed = {
    Standing.EXPECTED: "disagree as expected",
    Standing.DISAGREES: "disagree",
    Standing.UNEXPECTED: "agree against expectation",
    Standing.FAILED: "failed",
}


def _as_expected(verdict: Verdict, _: tuple[Finding, ...]) -> str:
    return f"{_name(verdict.model)} disagrees, as expected ({listing(verdict.expect)})"


def _disagreement(verdict: Verdict, findings: tuple[Finding, ...]) -> str:
    causes = list(dict.fromkeys(c for f in findings for c in f.causes))
    where = listing([_name(f.target) for f in findings])
    said = f"{_name(verdict.model)} disagrees on {where}"
    if verdict.expect:
        return f"{said}, but not as expected (found {listing(causes)}; expected {listing(verdict.expect)})"
    return f"{said} ({listing(causes)})" if causes else said


def _against_expectation(verdict: Verdict, _: tuple[Finding, ...]) -> str:
    return f"{_name(verdict.model)} agrees, although it is expected to disagree ({listing(verdict.expect)})"


def _failure(verdict: Verdict, findings: tuple[Finding, ...]) -> str:
    return f"{_name(verdict.model)} failed on {listing([_name(f.target) for f in findings])}"


def _absent(verdicts: Sequence[Verdict]) -> list[str]:
    idle = [_name(v.model) for v in verdicts if not v.ran]
    said = [f"nothing ran of {listing(idle)}"] if idle else []
    missing = [f for v in verdicts for f in v.of(Standing.MISSING)]
    if missing:
        verb = "is" if len(missing) == 1 else "are"
        said.append(f"{plural(len(missing), 'target')} {verb} missing ({_reasons(missing)})")
    return said


def _reasons(missing: Sequence[Finding]) -> str:
    """``cuda: no driver; rocm: no device``: each reason once, under the device or form that lacks it."""
    by_reason: dict[str, list[str]] = {}
    for finding in missing:
        reason = clip(visible(first_clause(finding.reason)) or "no reason given", 90)
        form, _, device = finding.target.partition("@")
        names = by_reason.setdefault(reason, [])
        name = _name(form if device in ("", "cpu") else device)
        if name not in names:
            names.append(name)
    return "; ".join(f"{listing(names)}: {reason}" for reason, names in list(by_reason.items())[:4])
