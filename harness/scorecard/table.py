"""The points table: characteristics cut into bins or listed by level, and how points become odds.

The scaling is the usual one (Siddiqi, *Credit Risk Scorecards*, chapter 6): ``score = offset + factor *
ln(odds)`` with ``factor = pdo / ln(2)`` and ``offset = base_score - factor * ln(base_odds)``, where the odds
are those of a good outcome. Hence the probability of a bad one: ``pd = 1 / (1 + odds)``.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from harness.scorecard.characteristics import (
    Characteristic,
    Points,
    ScorecardError,
    check_number,
    check_text,
)

OUTPUTS = ("score", "pd")
_LARGEST_SCORE = 2**31 - 1  # of R's integers
_LARGEST_EXPONENT = 709.0


@dataclass(frozen=True, slots=True)
class Scorecard:
    """A points table. The score is ``base_points`` and the points of every characteristic, added in order.

    With ``base_score``, ``base_odds`` and ``pdo`` (points to double the odds) the forms also answer ``pd``.
    ``cutoff`` is the score from which an application is approved. Raises ScorecardError where the table
    contradicts itself.
    """

    name: str
    characteristics: tuple[Characteristic, ...]
    base_points: Points = 0
    base_score: float | None = None
    base_odds: float | None = None
    pdo: float | None = None
    cutoff: float | None = None

    def __post_init__(self) -> None:
        names = [one.name for one in self.characteristics]
        if not names:
            raise ScorecardError(f"{self.name}: no characteristics; add at least one")
        for name in names:
            check_text(self.name, name)
            if names.count(name) > 1:
                raise ScorecardError(f"{name}: this characteristic is there twice; rename one")
            if name in OUTPUTS or not name.strip():
                raise ScorecardError(f"a characteristic cannot be called {name!r}; rename it")
        check_number(self.name, "base_points", self.base_points)
        scaling = {"base_score": self.base_score, "base_odds": self.base_odds, "pdo": self.pdo}
        absent = [key for key, value in scaling.items() if value is None]
        if absent and len(absent) < len(scaling):
            raise ScorecardError(
                f"{self.name}: no {absent[0]}; give base_score, base_odds and pdo, or none of them"
            )
        for key, value in scaling.items():
            if value is not None:
                check_number(self.name, key, value)
                if key != "base_score" and value <= 0:
                    raise ScorecardError(f"{self.name}: {key} = {value:g} is not above 0; correct it")
        if self.cutoff is not None:
            check_number(self.name, "cutoff", self.cutoff)
        largest = abs(self.base_points) + sum(max(map(abs, one.all_points)) for one in self.characteristics)
        if largest > _LARGEST_SCORE:
            raise ScorecardError(
                f"{self.name}: scores up to {largest:g} do not fit into 32 bits; scale the points"
            )

    @classmethod
    def from_json(cls, path: str | Path) -> Scorecard:
        """Read a points table. Raises ScorecardError that names the file and what is wrong in it."""
        from harness.scorecard.reading import read_scorecard

        return read_scorecard(Path(path))

    @property
    def whole(self) -> bool:
        """Whether every score is a whole number."""
        points = [self.base_points, *(p for one in self.characteristics for p in one.all_points)]
        return all(isinstance(one, int) for one in points)

    @property
    def scaling(self) -> tuple[float, float] | None:
        """``(offset, factor)`` of score = offset + factor * ln(odds), or None without a scale."""
        if self.base_score is None or self.base_odds is None or self.pdo is None:
            return None
        factor = self.pdo / math.log(2)
        return self.base_score - factor * math.log(self.base_odds), factor

    def score(self, row: Mapping[str, object]) -> Points | None:
        """The score of one row by input name (None is missing), or None where a value is not legal."""
        total: Points = self.base_points
        for one in self.characteristics:
            points = one.of(row[one.name])
            if points is None:
                return None
            total += points
        return total

    def pd(self, row: Mapping[str, object]) -> float | None:
        """The probability of a bad outcome, or None without a scale or a score."""
        score, scaling = self.score(row), self.scaling
        if score is None or scaling is None:
            return None
        offset, factor = scaling
        exponent = (score - offset) / factor
        # 1 + exp(710) overflows, where the forms answer 0
        return 1 / (1 + math.exp(exponent)) if exponent < _LARGEST_EXPONENT else 0.0

    def write(self, folder: str | Path, *, reference: str = "r") -> Path:
        """Write the model file and every form (R, Python, and ONNX where onnx is installed) into a folder.

        Gives the path of the model file. Files of the same names are replaced.
        """
        from harness.scorecard.writing import write_forms

        return write_forms(self, Path(folder), reference)
