"""One flame graph of a call: the worker's stacks grafted where its caller waits for it.

The width of a phase is its span's, which is exact. The stacks sampled in a phase share that width in
proportion to how often they were seen. So neither samples that a sampler lost nor two samplers that
drifted apart can make a phase look longer or shorter than it was.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import PurePath
from typing import Protocol

from harness.profile.places import WAIT, Placed
from harness.profile.stacks import Frame, Stack

Labels = tuple[str, ...]

LANGUAGES = {"python": "Python", "r": "R"}


class Placer(Protocol):
    """Puts a stack into its phase, or says None."""

    def place(self, frames: tuple[Frame, ...]) -> Placed | None:
        """The phase of a stack; None where it does not belong to the calls."""
        ...


class Samples:
    """Stacks counted by phase; ``unplaced`` counts those of none: other threads, other times, torn ones."""

    def __init__(self, stacks: Iterable[Stack], placer: Placer, folder: PurePath) -> None:
        self.by_phase: dict[str, Counter[Labels]] = {}
        self.unplaced = 0
        for stack in stacks:
            placed = placer.place(stack.frames)
            if placed is None:
                self.unplaced += stack.count
                continue
            labels = tuple(frame.label(folder) for frame in placed.frames)
            self.by_phase.setdefault(placed.phase, Counter())[labels] += stack.count

    @property
    def total(self) -> int:
        """How many samples are in a phase."""
        return sum(counter.total() for counter in self.by_phase.values())

    def of(self, phase: str) -> Counter[Labels]:
        """The stacks of one phase."""
        return self.by_phase.get(phase, Counter())


def fold(
    phases_ns: Mapping[str, int],
    processes: Mapping[str, str],
    caller: Samples,
    worker: Samples | None,
) -> dict[Labels, int]:
    """Stacks with counts: phase first, then frames. They add up to the caller's samples.

    ``phases_ns`` are the phases' wall times, ``processes`` where each ran. Without a worker's samples,
    its phases are single frames that say so.
    """
    where = processes.get("compute", "harness")
    language = LANGUAGES.get(where, where)
    shapes: dict[Labels, float] = {}
    whole = sum(phases_ns.values()) or 1
    for phase, elapsed in phases_ns.items():
        if elapsed == 0:
            continue
        shape = _shape(phase, processes.get(phase, "harness"), language, caller, worker)
        seen = shape.total()
        for labels, count in shape.items():
            shapes[(phase, *labels)] = caller.total * elapsed / whole * count / seen
    return _rounded(shapes, caller.total)


def _shape(
    phase: str, process: str, language: str, caller: Samples, worker: Samples | None
) -> Counter[Labels]:
    """The stacks seen in one phase; one that holds nothing but the phase itself where none was."""
    prefix = _waiting(caller.of(WAIT))
    if process == "harness" and phase != "return":
        return caller.of(phase) or Counter({(): 1})
    found = Counter[Labels]() if worker is None else worker.of(phase)
    if phase == "return" and not found:
        return Counter({prefix: 1})
    unseen = "" if worker is not None else " (its stacks are not sampled)"
    head = (*prefix, f"{language} worker{unseen}")
    return Counter({(*head, *labels): n for labels, n in found.items()}) or Counter({head: 1})


def _waiting(stacks: Counter[Labels]) -> Labels:
    """The frame in which the caller mostly waits, to be shown above the worker's."""
    return stacks.most_common(1)[0][0][:1] if stacks else ()


def _rounded(shapes: Mapping[Labels, float], total: int) -> dict[Labels, int]:
    """Whole numbers that add up to ``total``, by largest remainder; stacks that get none are dropped."""
    counts = {labels: int(share) for labels, share in shapes.items()}
    missing = total - sum(counts.values())
    by_remainder = sorted(shapes, key=lambda labels: (counts[labels] - shapes[labels], labels))
    for labels in by_remainder[: max(0, missing)]:
        counts[labels] += 1
    return {labels: count for labels, count in counts.items() if count > 0}


def folded_text(stacks: Mapping[Labels, int]) -> str:
    """Collapsed stacks, one a line: ``phase;outer;inner 12``. A semicolon in a name becomes a comma."""
    lines = (
        f"{';'.join(label.replace(';', ',') for label in labels)} {count}"
        for labels, count in sorted(stacks.items())
    )
    return "".join(f"{line}\n" for line in lines)
