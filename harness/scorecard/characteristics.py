"""The parts of a points table: numbers cut into bins, and categories listed by level."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from harness.modelfile.scalars import UnfitError, sayable

Points = int | float


class ScorecardError(ValueError):
    """A points table cannot be used. The message names the characteristic, the value and what to do."""


@dataclass(frozen=True, slots=True)
class Binned:
    """A number cut into bins: ``points[k]`` where it lies beyond exactly k of the ``breaks``.

    ``closed`` is the end that belongs to a bin: "right" for (a, b], R's default, or "left" for [a, b). The
    outer bins are open towards infinity. ``missing`` is what a missing value gets, or None where it is not
    legal; ``special`` are values with points of their own. ``whole`` says that it is an integer;
    ``minimum`` and ``maximum`` are the legal range.
    """

    name: str
    breaks: tuple[float, ...]
    points: tuple[Points, ...]
    closed: str = "right"
    missing: Points | None = None
    special: Mapping[float, Points] = field(default_factory=dict)
    whole: bool = False
    minimum: float | None = None
    maximum: float | None = None

    def __post_init__(self) -> None:
        for one in (*self.breaks, *self.special, *given(self.minimum, self.maximum)):
            check_number(self.name, "value", one)
            if self.whole and one not in self.breaks and not float(one).is_integer():
                raise ScorecardError(f"{self.name}: {one!r} is no whole number, but this characteristic is")
        if any(low >= high for low, high in itertools.pairwise(self.breaks)):
            raise ScorecardError(f"{self.name}: breaks {list(self.breaks)} do not rise; sort them, each once")
        if len(self.points) != len(self.breaks) + 1:
            raise ScorecardError(
                f"{self.name}: {len(self.breaks)} breaks make {len(self.breaks) + 1} bins, "
                f"but there are {len(self.points)} points; give each bin its own"
            )
        if self.closed not in ("right", "left"):
            raise ScorecardError(
                f'{self.name}: closed = {self.closed!r}; write "right" for (a, b] or "left" for [a, b)'
            )
        if self.minimum is not None and self.maximum is not None and self.minimum > self.maximum:
            raise ScorecardError(
                f"{self.name}: min {self.minimum:g} is above max {self.maximum:g}; swap them"
            )
        for one in (*self.points, *self.special.values(), *given(self.missing)):
            check_number(self.name, "points", one)

    @property
    def all_points(self) -> tuple[Points, ...]:
        """Every number of points that this characteristic can give."""
        return (*self.points, *self.special.values(), *given(self.missing))

    def of(self, value: object) -> Points | None:
        """The points of one value; None is missing."""
        if value is None:
            return self.missing
        number = float(value)  # type: ignore[arg-type]  # anything that is no number raises here
        if number in self.special:
            return self.special[number]
        beyond = (number > cut if self.closed == "right" else number >= cut for cut in self.breaks)
        return self.points[sum(beyond)]


@dataclass(frozen=True, slots=True)
class Listed:
    """A category: ``points[k]`` for ``levels[k]``.

    ``missing`` and ``unseen`` are what a missing value and a value outside the levels get, or None where
    these are not legal.
    """

    name: str
    levels: tuple[str, ...]
    points: tuple[Points, ...]
    missing: Points | None = None
    unseen: Points | None = None

    def __post_init__(self) -> None:
        if not self.levels:
            raise ScorecardError(f"{self.name}: no levels; list them")
        for level in self.levels:
            check_text(self.name, level)
        twice = next((level for level in self.levels if self.levels.count(level) > 1), None)
        if twice is not None:
            raise ScorecardError(f"{self.name}: level {twice!r} is there twice; take one out")
        if len(self.points) != len(self.levels):
            raise ScorecardError(
                f"{self.name}: {len(self.levels)} levels, but {len(self.points)} points; "
                "give each level its own"
            )
        for one in self.all_points:
            check_number(self.name, "points", one)

    @property
    def all_points(self) -> tuple[Points, ...]:
        """Every number of points that this characteristic can give."""
        return (*self.points, *given(self.missing, self.unseen))

    def of(self, value: object) -> Points | None:
        """The points of one value; None is missing."""
        if value is None:
            return self.missing
        return self.points[self.levels.index(str(value))] if value in self.levels else self.unseen


Characteristic = Binned | Listed


def given(*values: Points | None) -> Sequence[Points]:
    """The values that are there."""
    return [value for value in values if value is not None]


def check_number(name: str, what: str, value: object) -> None:
    """Raise ScorecardError unless a value is a finite number."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ScorecardError(f"{name}: {what} {value!r} is no finite number; write one")


def check_text(name: str, text: object) -> None:
    """Raise ScorecardError unless a value is text that every form can hold."""
    try:
        if not isinstance(text, str):
            raise UnfitError("is no text; write text in quotes")
        sayable(text)
    except UnfitError as error:
        raise ScorecardError(f"{name}: {text!r} {error}") from None
