"""Collapsed stacks as a tree of frames, in the flat form that a page can draw."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from harness.record import RunError
from harness.trace import PHASES

Stack = tuple[tuple[str, ...], int]

_PYTHON = re.compile(r"\.pyx?\b|<(module|listcomp|lambda|genexpr|dictcomp|setcomp)>")
_R = re.compile(r"\.[rR]\b|\[R\]|^R:|\(R\)")
_NATIVE = re.compile(r"\.so\b|\.(c|cc|cpp|cxx|rs|S)\b|::|\b0x[0-9a-f]+|\[(unknown|native|kernel)\]")


@dataclass(frozen=True, slots=True)
class Flame:
    """A tree of frames in preorder, as parallel lists; frame 0 is the whole.

    ``names[name_of[i]]`` is frame i's name, ``samples[i]`` its samples with its callees', ``depth[i]``
    its distance from the whole. ``kinds`` says of each name where it stems from.
    """

    names: tuple[str, ...]
    kinds: tuple[str, ...]
    name_of: tuple[int, ...]
    samples: tuple[int, ...]
    depth: tuple[int, ...]
    omitted: int


@dataclass(frozen=True, slots=True)
class Hot:
    """A function, the samples that hit it itself, and those that hit it or what it called."""

    name: str
    own: int
    total: int


def parse_folded(text: str, where: str = "stacks") -> tuple[Stack, ...]:
    """Read lines of ``outer;inner 12``. Raises RunError that names the line."""
    return tuple(_stacks(text, where))


def _stacks(text: str, where: str) -> Iterator[Stack]:
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        path, _, samples = line.strip().rpartition(" ")
        if not path or not samples.isdecimal():
            raise RunError(f"{where}:{number}: not a collapsed stack (frame;frame samples): {line[:80]!r}")
        yield tuple(path.split(";")), int(samples)


def hottest(stacks: Sequence[Stack], most: int = 12) -> tuple[Hot, ...]:
    """The functions that were hit themselves most often."""
    own: dict[str, int] = defaultdict(int)
    total: dict[str, int] = defaultdict(int)
    for frames, samples in stacks:
        own[frames[-1]] += samples
        for name in set(frames):  # a recursive function counts once a sample
            total[name] += samples
    ranked = sorted(own, key=lambda name: (-own[name], name))[:most]
    return tuple(Hot(name, own[name], total[name]) for name in ranked)


class _Tree:
    """Frames as numbers, each with its name, its samples and its callees by name."""

    def __init__(self) -> None:
        self.names = ["all"]
        self.samples = [0]
        self.callees: list[dict[str, int]] = [{}]

    def add(self, frames: tuple[str, ...], samples: int) -> None:
        frame = 0
        self.samples[0] += samples
        for name in frames:
            callee = self.callees[frame].setdefault(name, len(self.names))
            if callee == len(self.names):
                self.names.append(name)
                self.samples.append(0)
                self.callees.append({})
            self.samples[callee] += samples
            frame = callee

    def preorder(self, above: int) -> Iterator[tuple[int, int]]:
        """Frames with more samples than that, and their depths; callees widest first."""
        waiting = [(0, 0)]
        while waiting:
            frame, depth = waiting.pop()
            yield frame, depth
            callees = [c for c in self.callees[frame].values() if self.samples[c] > above]
            callees.sort(key=lambda c: (-self.samples[c], self.names[c]), reverse=True)
            waiting.extend((callee, depth + 1) for callee in callees)


def flame_of(stacks: Sequence[Stack], most_frames: int = 3000) -> Flame:
    """Merge stacks into a tree. Where it has more than ``most_frames``, the smallest are left out."""
    tree = _Tree()
    for frames, samples in stacks:
        tree.add(frames, samples)
    # a frame has at least the samples of each callee: what lies above a bound is a tree
    above = sorted(tree.samples, reverse=True)[most_frames] if len(tree.samples) > most_frames else 0
    kept = list(tree.preorder(above))
    names: dict[str, int] = {}
    name_of = tuple(names.setdefault(tree.names[frame], len(names)) for frame, _ in kept)
    return Flame(
        names=tuple(names),
        kinds=tuple(kind_of(name) for name in names),
        name_of=name_of,
        samples=tuple(tree.samples[frame] for frame, _ in kept),
        depth=tuple(depth for _, depth in kept),
        omitted=len(tree.samples) - len(kept),
    )


def kind_of(name: str) -> str:
    """Where a frame stems from, as far as its name tells: phase, python, r, native or other."""
    if name in PHASES:
        return "phase"
    for kind, pattern in (("python", _PYTHON), ("r", _R), ("native", _NATIVE)):
        if pattern.search(name):
            return kind
    return "other"
