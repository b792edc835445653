"""How a table came back: exactly, with a first difference, or not at all."""

from __future__ import annotations

from dataclasses import dataclass

#: What may differ, in the order in which it is looked at. The first difference is the one that is told.
ASPECTS = (
    *("frame", "columns", "names", "rows", "type", "type and values"),
    *("levels", "tzone", "units", "attributes", "values", "mark"),
)


@dataclass(frozen=True, slots=True)
class Difference:
    """The first thing that is not as it was. ``row`` counts from 1; 0 where it is of the whole column."""

    aspect: str
    was: str
    now: str
    row: int = 0

    @property
    def of_the_type(self) -> bool:
        """Whether the type itself is another, whatever the values."""
        return self.aspect in ("frame", "type", "type and values", "attributes", "mark")

    def __str__(self) -> str:
        if self.aspect == "values":
            return f"{self.was} → {self.now}"
        if self.aspect == "type":
            return f"{self.was} → {self.now}, values the same"
        if self.aspect == "type and values":
            return f"{self.was} → {self.now}"
        return f"{self.aspect.replace('tzone', 'zone')} {self.was} → {self.now}"


@dataclass(frozen=True, slots=True)
class Refused:
    """One end would not: what it said."""

    says: str

    def __str__(self) -> str:
        return f"refused: {self.says}"


#: None is: exactly as it was.
Result = Difference | Refused | None
