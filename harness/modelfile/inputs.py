"""Read ``[inputs.NAME]`` and ``[[constraints]]``: what a model takes."""

from __future__ import annotations

import math

from harness.modelfile.document import Document
from harness.modelfile.problems import show, unknown
from harness.modelfile.rules import RuleError, check_evaluation, check_names, one_line
from harness.modelfile.scalars import KIND_SYNONYMS, UnfitError, sayable, scalar
from harness.modelfile.table import Table, declared, section, sections
from harness.schema import Input, Kind, Scalar

KEYS = ("type", "min", "max", "missing", "special", "edges", "levels", "unseen")
_KINDS = tuple(kind.value for kind in Kind)


def read_inputs(document: Document) -> tuple[Input, ...]:
    """The inputs, in the order of the file. One that cannot be read is a problem, and left out."""
    inputs = [_read_input(name, table) for name, table in section(document, "inputs", "[inputs.NAME] tables")]
    return tuple(one for one in inputs if one is not None)


def read_kind(table: Table) -> Kind | None:
    """The type that an input or output declares."""
    table.require("type", f'type = "float", or another of: {", ".join(_KINDS)}')
    text = table.text("type", f"one of: {', '.join(_KINDS)}")
    if text is not None and text not in _KINDS:
        table.problem("type", f"type = {show(text)} is no type{unknown(text, _KINDS, KIND_SYNONYMS)}")
    return Kind(text) if text in _KINDS else None


def check_name(table: Table, name: str) -> None:
    """Note a problem where a column's name could not be told in every form."""
    if not name.strip():
        table.problem(None, "has an empty name; give the column a name")
    try:
        sayable(name)
    except UnfitError as error:
        table.problem(None, f"has a name that {error}")


def _read_input(name: str, table: Table) -> Input | None:
    table.allow(KEYS)
    check_name(table, name)
    kind = read_kind(table)
    missing, unseen = table.flag("missing"), table.flag("unseen")
    if kind is None:
        return None
    minimum, maximum = _bound(table, kind, "min"), _bound(table, kind, "max")
    if "unseen" in table and kind is not Kind.CATEGORY:
        table.problem("unseen", f'unseen belongs to a category, not to type = "{kind}"; leave it out')
    levels = _levels(table, kind)
    one = Input(
        name=name,
        kind=kind,
        minimum=minimum,
        maximum=maximum,
        missing=missing,
        special=_special(table, kind, levels, unseen),
        edges=_edges(table, kind),
        levels=levels,
        unseen=unseen,
    )
    _check_range(table, one)
    return one


def _scalar(table: Table, kind: Kind, key: str, index: int | None, value: object) -> Scalar | None:
    try:
        return scalar(kind, value)
    except UnfitError as error:
        at = (key,) if index is None else (key, index)
        shown = f"{key} = {show(value)}" if index is None else f"{key}: {show(value)}"
        table.problem(at, f"{shown} {error}")
        return None


def _scalars(table: Table, kind: Kind, key: str) -> tuple[Scalar, ...]:
    values = table.get(key, (list,), "a list")
    if not isinstance(values, list):
        return ()
    read = [_scalar(table, kind, key, index, value) for index, value in enumerate(values)]
    return tuple(value for value in read if value is not None)


def _bound(table: Table, kind: Kind, key: str) -> Scalar | None:
    if key not in table:
        return None
    if not kind.ordered:
        table.problem(key, f'{key} makes no sense for type = "{kind}", which has no order; leave it out')
        return None
    return _scalar(table, kind, key, None, table.values[key])


def _check_range(table: Table, one: Input) -> None:
    if one.bounds is None:
        return
    low, high = one.bounds
    shown_low = show(table.values.get("min", low))
    shown_high = show(table.values.get("max", high))
    if low <= high:  # type: ignore[operator]  # both are of the input's own kind
        return
    if "min" in table and "max" in table:
        table.problem("min", f"min = {shown_low} is above max = {shown_high}; swap them")
    elif "min" in table:
        table.problem("min", f"min = {shown_low} is above the default max, {shown_high}; write max too")
    else:
        table.problem("max", f"max = {shown_high} is below the default min, {shown_low}; write min too")


def _levels(table: Table, kind: Kind) -> tuple[str, ...]:
    if kind is not Kind.CATEGORY:
        if "levels" in table:
            table.problem("levels", f'levels belong to a category, not to type = "{kind}"; leave them out')
        return ()
    table.require("levels", "levels = [...], in the reference's own order")
    levels = table.texts("levels", "a list of texts in quotes")
    for index, level in enumerate(levels):
        if level in levels[:index]:
            table.problem(("levels", index), f"levels: {show(level)} is there twice; take one out")
        try:
            sayable(level)
        except UnfitError as error:
            table.problem(("levels", index), f"levels: {show(level)} {error}")
    return tuple(dict.fromkeys(levels))  # what is read after this, a rule say, can still be checked


def _special(table: Table, kind: Kind, levels: tuple[str, ...], unseen: bool) -> tuple[Scalar, ...]:
    if "special" not in table:
        return ()
    if kind is Kind.BOOL:
        table.problem("special", 'special makes no sense for type = "bool"; leave it out')
        return ()
    special = _scalars(table, kind, "special")
    if kind is Kind.CATEGORY and not unseen:
        for value in special:
            if value not in levels:
                table.problem("special", f"special: {show(value)} is none of the levels; add it to them")
    return special


def _edges(table: Table, kind: Kind) -> tuple[Scalar, ...]:
    if "edges" not in table:
        return ()
    if not kind.ordered:
        table.problem("edges", f'edges make no sense for type = "{kind}", which has no order; leave them out')
        return ()
    if kind is not Kind.INT:
        return _scalars(table, kind, "edges")
    values = table.get("edges", (list,), "a list")
    whole: list[Scalar] = []
    for index, value in enumerate(values if isinstance(values, list) else []):
        read_as = Kind.FLOAT if isinstance(value, float) else Kind.INT
        edge = _scalar(table, read_as, "edges", index, value)
        # an integer may be cut between two values: both neighbours are then worth probing
        whole += (
            [math.floor(edge), math.ceil(edge)]
            if isinstance(edge, float)
            else [edge]
            if edge is not None
            else []
        )
    return tuple(dict.fromkeys(whole))


def read_constraints(document: Document, inputs: tuple[Input, ...]) -> tuple[str, ...]:
    """The rules that rows must keep, each on one line and checked against the inputs."""
    rules: list[str] = []
    for table in sections(document, "constraints"):
        table.allow(("rule",))
        table.require("rule", 'rule = "...", an expression over the inputs')
        rule = read_rule(table, "rule", inputs)
        if rule is not None:
            rules.append(rule)
    return tuple(rules)


def read_rule(table: Table, key: str, inputs: tuple[Input, ...]) -> str | None:
    """The expression under a key, checked against the inputs."""
    text = table.text(key, "an expression in quotes")
    if text is None:
        return None
    rule = one_line(text)
    names = declared(table.document, "inputs")
    try:
        check_names(rule, names)
        if len(inputs) == len(names) and all(one.levels or one.kind is not Kind.CATEGORY for one in inputs):
            check_evaluation(rule, inputs)
    except RuleError as error:
        table.problem(key, f"{key} = {show(rule)} {error}")
    return rule
