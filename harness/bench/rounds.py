"""Whose turn it is: all targets measured by turns, in random order, so that a bad moment hits them alike."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from harness.workload.quiet import collector_paused


@dataclass(frozen=True, slots=True)
class Budget:
    """How long each target is measured at one batch size.

    ``seconds`` of calls for each, spread over ``rounds`` rounds; at most ``samples`` samples. A
    target too slow for ``fewest`` samples in that time gets up to ``patience`` times as long.
    """

    seconds: float = 2.0
    rounds: int = 20
    samples: int = 5_000
    fewest: int = 5
    patience: float = 3.0

    def share_ns(self, round_number: int) -> int:
        """What a target may have spent, in ns, at the end of a round (from 1)."""
        return round(self.seconds * 1e9 * min(1.0, round_number / self.rounds))


@dataclass(slots=True)
class Turns:
    """What one target's turns have given so far: samples in order, and how many in each round."""

    samples_ns: list[int] = field(default_factory=list)
    compute_ns: list[int] = field(default_factory=list)
    rounds: list[int] = field(default_factory=list)
    spent_ns: int = 0
    failure: str | None = None


class Sampler(Protocol):
    """Takes one sample: nanoseconds a call, nanoseconds of it in the form (None: not said), or a failure."""

    def __call__(self) -> Sample | str:
        """Take one sample; a text says why there can be no more."""
        ...


@dataclass(frozen=True, slots=True)
class Sample:
    """One sample: a call as the caller sees it and, of that, what the form itself took; both in ns.

    ``spent_ns`` is what taking it cost: the same, save where a sample is the mean of several calls.
    """

    elapsed_ns: int
    compute_ns: int | None
    spent_ns: int


def interleave(
    samplers: Sequence[Sampler],
    budget: Budget,
    rng: random.Random,
    after_round: Callable[[int], None] | None = None,
) -> tuple[Turns, ...]:
    """Sample every target by turns and give what each turn gave, in the order of ``samplers``.

    In each round every target has a turn, in an order drawn anew, that lasts until it has used its
    share of the time so far. A target whose single call takes longer than a turn sits out rounds until
    its share has caught up, so that it too is spread over the whole time. ``after_round`` is told the
    number of rounds done.
    """
    turns = tuple(Turns() for _ in samplers)
    with collector_paused() as collect:
        number = 0
        while number < budget.rounds or any(_starved(t, budget) for t in turns):
            number += 1
            for which in rng.sample(range(len(turns)), len(turns)):
                _take_turn(samplers[which], turns[which], budget, number)
            collect()
            if after_round is not None:
                after_round(number)
    return turns


def _starved(turns: Turns, budget: Budget) -> bool:
    """Whether a target still has too few samples and may go on beyond its time to get them."""
    too_few = len(turns.samples_ns) < min(budget.fewest, budget.samples)
    return too_few and turns.failure is None and turns.spent_ns < budget.patience * budget.seconds * 1e9


def _take_turn(sampler: Sampler, turns: Turns, budget: Budget, number: int) -> None:
    taken = 0
    extra = number > budget.rounds
    quota = budget.samples * min(1.0, number / budget.rounds)
    while turns.failure is None:
        if extra:
            if taken or not _starved(turns, budget):
                break
        elif turns.spent_ns >= budget.share_ns(number) or len(turns.samples_ns) >= quota:
            break
        sample = sampler()
        if isinstance(sample, str):
            turns.failure = sample
            break
        turns.samples_ns.append(sample.elapsed_ns)
        if sample.compute_ns is not None:
            turns.compute_ns.append(sample.compute_ns)
        turns.spent_ns += sample.spent_ns
        taken += 1
    turns.rounds.append(taken)
