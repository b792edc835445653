"""What a worker is told of the form that it is to open."""

from __future__ import annotations

from typing import Any, NamedTuple, Sequence

from .wire import Table


class Input(NamedTuple):
    """One column that the form takes: see ``harness.schema.Input``."""

    name: str
    kind: str
    missing: bool = False
    unseen: bool = False
    levels: tuple[str, ...] = ()


class Output(NamedTuple):
    """One column that the form gives back."""

    name: str
    kind: str


class Opening(NamedTuple):
    """The form's fields by name (text, numbers, bools, None), its inputs and its outputs.

    Always among the fields: ``adapter``, ``folder`` (the working directory, absolute). The rest is
    what the runtime of the form gave: for a Python function ``source`` or ``module``, ``call``, ``model``.
    """

    fields: dict[str, Any]
    inputs: list[Input]
    outputs: list[Output]


def read(tables: Sequence[Table]) -> Opening:
    """The opening that the tables of an OPEN frame describe."""
    record, inputs, levels, outputs = tables[:4]
    by_input: dict[str, list[str]] = {}
    pairs = levels.lists()
    for name, level in zip(pairs["input"], pairs["level"]):
        by_input.setdefault(name, []).append(level)
    rows = inputs.lists()
    found = [
        Input(name, kind, missing, unseen, tuple(by_input.get(name, ())))
        for name, kind, missing, unseen in zip(rows["name"], rows["kind"], rows["missing"], rows["unseen"])
    ]
    names = outputs.lists()
    return Opening(record.record(), found, [Output(*one) for one in zip(names["name"], names["kind"])])
