"""A form that is proved to be additive: which inputs its outputs are sums over, where their terms change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

#: Separates the parts of a derived quantity's name, ``first \n operator \n second``.
OF_TWO = "\n"


@dataclass(frozen=True, slots=True)
class Unproved:
    """Why nothing is claimed of a form: the first thing in it that is no sum of steps, in words."""

    target: str
    why: str


@dataclass(frozen=True, slots=True)
class Additive:
    """What was proved of a form for any row alone.

    ``inputs``: by output, the inputs (or quantities made of two, see :func:`parts_of`) that it depends on;
    it is a sum of one step function of each, or, where it is among ``linked``, a function of one such sum.
    ``edges``: by input, the doubles just above which a term may change (and nowhere between two of them);
    ``texts``: by input, the texts that it is compared with: all others are alike. Of missing values, levels
    and truth values nothing is said: each is a case of its own.
    """

    target: str
    inputs: Mapping[str, frozenset[str]]
    linked: frozenset[str] = frozenset()
    edges: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    texts: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @property
    def terms(self) -> frozenset[str]:
        """Every input and derived quantity that some output depends on."""
        return frozenset().union(*self.inputs.values())


def parts_of(term: str) -> tuple[str, str, str] | None:
    """First input, operator and second input of a quantity made of two; None for an input itself."""
    parts = term.split(OF_TWO)
    return (parts[0], parts[1], parts[2]) if len(parts) == 3 else None
