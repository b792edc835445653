"""What a worker proved of its form: the tables of a PROVED frame as a value."""

from __future__ import annotations

from collections.abc import Sequence

from harness.additive import Additive, Unproved
from harness.workers.python.wire import Table


def additive_of(tables: Sequence[Table], target: str) -> Additive | Unproved:
    """What the tables say. Raises KeyError for tables that make no sense."""
    said = tables[0].record()
    if not said["proved"]:
        return Unproved(target, said["why"] or "")
    terms, places = tables[1].lists(), tables[2].lists()
    inputs: dict[str, set[str]] = {}
    for output, name in zip(terms["output"], terms["input"], strict=True):
        inputs.setdefault(output, set()).update(() if name is None else (name,))
    linked = {one for one, far in zip(terms["output"], terms["linked"], strict=True) if far}
    edges: dict[str, set[float]] = {}
    texts: dict[str, set[str]] = {}
    for name, edge, text in zip(places["input"], places["edge"], places["text"], strict=True):
        if text is None:
            edges.setdefault(name, set()).add(edge)
        else:
            texts.setdefault(name, set()).add(text)
    return Additive(
        target,
        {name: frozenset(one) for name, one in inputs.items()},
        frozenset(linked),
        {name: tuple(sorted(one)) for name, one in edges.items()},
        {name: frozenset(one) for name, one in texts.items()},
    )
