"""A trait: one way in which values of a type are hostile, and the tables that have it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

import numpy as np

from harness.fidelity.columns import Column, Kind, Specimen, Value

PLAIN = "plain values"
MIXES = 4  # specimens drawn at random for each trait, beside each of its values alone
LONGEST = 7

Draw = Callable[[np.random.Generator], Value]


@dataclass(frozen=True, slots=True)
class Trait:
    """One way in which values of a kind are hostile.

    ``template`` gives the column's attributes, ``plain`` what stands between the hostile values. Where not
    ``alone``, a column of nothing else is another trait (a column of nothing but NA has no type in JSON).
    """

    kind: Kind
    name: str
    template: Column
    values: tuple[Value, ...]
    plain: tuple[Value, ...]
    draw: Draw | None = field(default=None, compare=False)
    alone: bool = True
    fixed: tuple[Specimen, ...] = ()

    def specimens(self, rng: np.random.Generator) -> Iterator[Specimen]:
        """Tables with this trait, the simplest first."""
        yield from self.fixed
        if self.fixed:
            return
        for value in self.values:
            if self.alone:
                yield self._of((value,))
            yield self._of((self.plain[0], value))
        for _ in range(MIXES):
            yield self._of(self._mix(rng))

    def _of(self, values: tuple[Value, ...]) -> Specimen:
        return Specimen.of(replace(self.template, values=values))

    def _mix(self, rng: np.random.Generator) -> tuple[Value, ...]:
        length = int(rng.integers(2, LONGEST))
        hostile = [self._one(rng) for _ in range(max(1, length // 2))]
        rest = [self.plain[int(rng.integers(len(self.plain)))] for _ in range(length - len(hostile))]
        mixed = [*hostile, *rest]
        return tuple(mixed[place] for place in rng.permutation(length))

    def _one(self, rng: np.random.Generator) -> Value:
        if self.draw is not None and rng.integers(2):
            return self.draw(rng)
        return self.values[int(rng.integers(len(self.values)))]


def simple(kind: Kind, plain: tuple[Value, ...], template: Column | None = None) -> Callable[..., Trait]:
    """A maker of traits of one kind: their names, and the hostile values of each."""
    held = template or Column(kind, ())

    def make(
        name: str,
        *values: Value,
        draw: Draw | None = None,
        alone: bool = True,
        among: tuple[Value, ...] = plain,
    ) -> Trait:
        return Trait(kind, name, held, values, among, draw, alone)

    return make


def empty(kind: Kind, template: Column | None = None) -> tuple[Trait, Trait]:
    """The two traits that every type has: nothing but NA, and no rows."""
    held = template or Column(kind, ())
    of = [Specimen.of(replace(held, values=values)) for values in ((None,), (None, None), ())]
    return (
        Trait(kind, "nothing but NA", held, (None,), (None,), fixed=(of[0], of[1])),
        Trait(kind, "no rows", held, (), (), fixed=(of[2],)),
    )
