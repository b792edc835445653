"""Values that codecs are known to stumble over, by the trait that makes each one hostile.

Nothing here says what a codec does with them: that is found by sending them through it.
"""

from __future__ import annotations

from collections.abc import Callable

from harness.fidelity import hostile_numbers, hostile_texts, hostile_times
from harness.fidelity.columns import Kind
from harness.fidelity.traits import Trait


def traits(kind: Kind) -> tuple[Trait, ...]:
    """All traits of a kind, the plain one first: where plain values are lost, all are."""
    return _TRAITS[kind]()


_TRAITS: dict[Kind, Callable[[], tuple[Trait, ...]]] = {
    Kind.DOUBLE: hostile_numbers.doubles,
    Kind.INTEGER: hostile_numbers.integers,
    Kind.LOGICAL: hostile_numbers.logicals,
    Kind.CHARACTER: hostile_texts.characters,
    Kind.LATIN1: hostile_texts.latin1,
    Kind.FACTOR: lambda: hostile_texts.factors(Kind.FACTOR),
    Kind.ORDERED: lambda: hostile_texts.factors(Kind.ORDERED),
    Kind.DATE: lambda: hostile_times.dates(Kind.DATE),
    Kind.DATE_INTEGER: lambda: hostile_times.dates(Kind.DATE_INTEGER),
    Kind.DATETIME: hostile_times.datetimes,
    Kind.DIFFTIME: hostile_times.difftimes,
    Kind.INTEGER64: hostile_numbers.integers64,
    Kind.NAMES: hostile_texts.names,
    Kind.SHAPE: hostile_texts.shapes,
}
