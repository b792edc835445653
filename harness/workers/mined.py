"""What a worker found in its form, as clues."""

from __future__ import annotations

from harness.protocols import Clue
from harness.schema import Scalar
from harness.workers.python.wire import Table


def clues_of(table: Table) -> tuple[Clue, ...]:
    """The clues of a MINED frame's table, each once, in its order."""
    found = table.lists()
    rows = zip(*(found[name] for name in ("number", "text", "whole", "flag")), strict=True)
    values = [_value(*row) for row in rows]
    parts = zip(values, found["role"], found["input"], found["origin"], strict=True)
    # a dict keeps the first of equal ones; True, 1 and 1.0 are equal to Python but not the same clue
    unique = {
        (type(value), value, role, name): (value, role, name, origin) for value, role, name, origin in parts
    }
    return tuple(
        Clue(value, role or "constant", name, origin or "") for value, role, name, origin in unique.values()
    )


def _value(number: float, text: str | None, whole: bool, flag: bool) -> Scalar:
    if text is not None:
        return text
    if flag:
        return bool(number)
    return int(number) if whole else number
