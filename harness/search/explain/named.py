"""Numbers and texts that one form names and the other does not: a cell, an entry or a list that was copied
with a mistake."""

from __future__ import annotations

import math
from typing import Any

from harness.search.explain.cluster import Cluster
from harness.search.lab import Lab, Respondent

MOST = 400  # numbers that one form alone names, beyond which pairs of them say nothing


def named_apart(lab: Lab, cluster: Cluster, reference: Any, candidate: Any) -> str | None:
    """In words, what the two forms name differently where it makes just this difference; None otherwise."""
    entry = _entry(lab, cluster)
    if entry is not None:
        return entry
    if not (_number(reference) and _number(candidate)):
        return None
    own, other = _alone(numbers_named(lab.reference), numbers_named(lab.candidate))
    if not own or not other or len(own) > MOST or len(other) > MOST:
        return None
    for first in own:
        for second in other:
            if math.isclose(candidate - reference, second - first, rel_tol=1e-9):
                names = lab.reference.target.form.name, lab.candidate.target.form.name
                return f"{names[0]} names {first:g} and {names[1]} names {second:g}"
    return None


def _entry(lab: Lab, cluster: Cluster) -> str | None:
    """Texts of the cluster that only one of the forms names."""
    named = [_texts(one) for one in (lab.reference, lab.candidate)]
    for region in cluster.regions:
        declared = lab.model.schema[region.name].levels
        values = [v for v in region.values or () if isinstance(v, str) and v not in declared]
        if values and all((v in named[0]) != (v in named[1]) for v in values):
            value = min(values, key=len)
            where = lab.reference if value in named[0] else lab.candidate
            return f"only {where.target.form.name} names {value!r}"
    return None


def _texts(respondent: Respondent) -> frozenset[str]:
    return frozenset(c.value for c in respondent.clues() if isinstance(c.value, str))


def numbers_named(respondent: Respondent) -> frozenset[float]:
    """The numbers that a form names."""
    found = (c.value for c in respondent.clues())
    return frozenset(float(v) for v in found if isinstance(v, int | float) and not isinstance(v, bool))


def _alone(first: frozenset[float], second: frozenset[float]) -> tuple[list[float], list[float]]:
    return sorted(first - second), sorted(second - first)


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
