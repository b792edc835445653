"""A scorecard: a points table, from which the form of every runtime is written."""

from harness.scorecard.characteristics import Binned, Listed, ScorecardError
from harness.scorecard.table import Scorecard

__all__ = ["Binned", "Listed", "Scorecard", "ScorecardError"]
