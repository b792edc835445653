"""The fidelity matrix: codec by type by direction, found by sending hostile values through every codec."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from harness.fidelity.columns import Kind, Specimen
from harness.fidelity.difference import Difference, Refused
from harness.fidelity.ends import Language, Member
from harness.fidelity.hostile import traits
from harness.fidelity.shrink import simpler, size
from harness.fidelity.traits import PLAIN, Trait
from harness.fidelity.trials import Direction, Lab, Trial

_MOST_STEPS = 12


class Fidelity(StrEnum):
    """What becomes of a type in one direction."""

    EXACT = "exact"
    REFUSES = "refuses"  # some values, and alters none
    LOSSY = "lossy"
    UNSUPPORTED = "unsupported"
    MISSING = "missing"
    NOTHING = "nothing to carry"  # the sender has no such type


@dataclass(frozen=True, slots=True)
class Loss:
    """What becomes of values with one trait: how they come back, and the smallest table that shows it."""

    trait: str
    result: Difference | Refused
    specimen: Specimen


@dataclass(frozen=True, slots=True)
class Cell:
    """One type through one codec in one direction. ``tried`` counts the tables that were sent."""

    codec: str
    kind: Kind
    direction: Direction
    fidelity: Fidelity
    reason: str = ""
    losses: tuple[Loss, ...] = ()
    tried: int = 0

    @property
    def every_value(self) -> bool:
        """Whether plain values, too, come back otherwise: the type is lost, not only some of its values."""
        return any(loss.trait == PLAIN for loss in self.losses)


Tell = Callable[[str], None]
_Place = tuple[str, Kind, Direction]


def matrix(
    members: Sequence[Member],
    kinds: Iterable[Kind],
    lab: Lab,
    seed: int = 0,
    tell: Tell = lambda words: None,
) -> tuple[Cell, ...]:
    """One cell for each codec, type and direction."""
    places = [(m, kind, direction) for m in members for kind in kinds for direction in Direction]
    sent = {kind: _sent(kind, seed) for kind in dict.fromkeys(kind for _, kind, _ in places)}
    asked = [
        (trait, Trial(member, direction, specimen))
        for member, kind, direction in places
        if member.end(direction.sender).here and member.end(direction.receiver).here
        for trait, specimen in sent[kind]
        if not (direction.sender is Language.PYTHON and specimen.is_of_r_alone)
    ]
    results = lab.run([trial for _, trial in asked], lambda done: tell(f"{done:,} tables through R"))
    found: dict[_Place, list[tuple[Trait, Trial, Difference | Refused | None]]] = {}
    for (trait, trial), result in zip(asked, results, strict=True):
        found.setdefault((trial.member.name, trait.kind, trial.direction), []).append((trait, trial, result))
    losses = {place: _told_apart(tried) for place, tried in found.items()}
    tell("shrinking the examples")
    shrunk = _shrink([(place, loss) for place, these in losses.items() for loss in these], members, lab)
    return tuple(
        _cell(m, k, d, found.get((m.name, k, d), []), shrunk.get((m.name, k, d), [])) for m, k, d in places
    )


def _sent(kind: Kind, seed: int) -> list[tuple[Trait, Specimen]]:
    rng = np.random.default_rng(seed)
    return [(trait, specimen) for trait in traits(kind) for specimen in trait.specimens(rng)]


def _told_apart(tried: list[tuple[Trait, Trial, Difference | Refused | None]]) -> list[Loss]:
    """The smallest example of each way in which each trait is lost, without those that plain values share."""
    smallest: dict[tuple[str, str], Loss] = {}
    for trait, trial, result in tried:
        if result is None:
            continue
        key = (trait.name, _way(result))
        if key not in smallest or size(trial.specimen) < size(smallest[key].specimen):
            smallest[key] = Loss(trait.name, result, trial.specimen)
    of_plain = {_way(loss.result) for loss in smallest.values() if loss.trait == PLAIN}
    return [loss for loss in smallest.values() if loss.trait == PLAIN or _way(loss.result) not in of_plain]


def _way(result: Difference | Refused) -> str:
    """In which way a table was lost: two losses of one way have one cause."""
    if isinstance(result, Refused):
        return "refused"
    types = f" {result.now}" if result.of_the_type else ""
    return f"{result.aspect}{types}"


def _shrink(
    losses: list[tuple[_Place, Loss]], members: Sequence[Member], lab: Lab
) -> dict[_Place, list[Loss]]:
    """All losses at once, a step at a time: each step is one batch of questions to R."""
    by_name = {member.name: member for member in members}
    open_at = list(range(len(losses)))
    for _ in range(_MOST_STEPS):
        steps = [
            (at, Trial(by_name[losses[at][0][0]], losses[at][0][2], smaller))
            for at in open_at
            for smaller in simpler(losses[at][1].specimen)
        ]
        if not steps:
            break
        moved = set()
        for (at, trial), result in zip(steps, lab.run([trial for _, trial in steps]), strict=True):
            place, loss = losses[at]
            same = result is not None and _way(result) == _way(loss.result)
            if same and result is not None and size(trial.specimen) < size(loss.specimen):
                losses[at] = (place, replace(loss, result=result, specimen=trial.specimen))
                moved.add(at)
        open_at = [at for at in open_at if at in moved]
    shrunk: dict[_Place, list[Loss]] = {}
    for place, loss in losses:
        shrunk.setdefault(place, []).append(loss)
    return shrunk


def _cell(
    member: Member,
    kind: Kind,
    direction: Direction,
    tried: list[tuple[Trait, Trial, Difference | Refused | None]],
    losses: list[Loss],
) -> Cell:
    fidelity, reason = _without_trial(member, direction)
    if fidelity is None and not tried:
        fidelity, reason = Fidelity.NOTHING, f"{direction.sender.value} has no such type"
    if fidelity is None:
        plain = [result for trait, _, result in tried if trait.name == PLAIN]
        if all(isinstance(result, Refused) for result in plain):
            fidelity, reason = Fidelity.UNSUPPORTED, str(losses[0].result)
        else:
            altered = any(isinstance(loss.result, Difference) for loss in losses)
            fidelity = Fidelity.LOSSY if altered else Fidelity.REFUSES if losses else Fidelity.EXACT
    return Cell(member.name, kind, direction, fidelity, reason, tuple(losses), len(tried))


def _without_trial(member: Member, direction: Direction) -> tuple[Fidelity | None, str]:
    """Why nothing could be tried in this direction."""
    ends = [(language, member.end(language)) for language in dict.fromkeys(direction.value)]
    for language, end in ends:
        if not end.exists:
            return Fidelity.UNSUPPORTED, f"no end in {language.value}"
    for _, end in ends:
        if end.lack is not None:
            return Fidelity.MISSING, str(end.lack)
    return None, ""
