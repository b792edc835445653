"""Read ``[outputs.NAME]`` and ``[decisions.NAME]``: what a model gives back, and how it is used."""

from __future__ import annotations

import itertools

from harness.model import Decision, Output
from harness.modelfile.document import Document
from harness.modelfile.inputs import check_name, read_kind
from harness.modelfile.problems import kind_of, show, unknown
from harness.modelfile.scalars import is_finite
from harness.modelfile.table import Table, declared, section
from harness.schema import Input, Kind
from harness.tolerance import DEFAULT_ATOL, DEFAULT_RTOL, Tolerance

_NUMBERS = (Kind.FLOAT, Kind.INT)
_EQUAL = '"exact", { rtol = 1e-9, atol = 1e-12 } or { ulp = 4 }'
_DOUBLE_EPSILON = 2.0**-52
_MOST_ULP = 2**52


def read_outputs(document: Document, inputs: tuple[Input, ...]) -> tuple[Output, ...]:
    """The outputs, in the order of the file. One that cannot be read is a problem, and left out."""
    outputs = []
    for name, table in section(document, "outputs", "[outputs.NAME] tables"):
        table.allow(("type", "equal", "monotone"))
        check_name(table, name)
        kind = read_kind(table)
        if kind is not None:
            outputs.append(Output(name, kind, _tolerance(table, kind), _monotone(table, kind, inputs)))
    return tuple(outputs)


def _tolerance(table: Table, kind: Kind) -> Tolerance:
    default = Tolerance(exact=kind is not Kind.FLOAT)
    equal = table.get("equal", (str, dict), _EQUAL)
    if equal is None:
        return default
    if equal == "exact":
        return Tolerance(exact=True)
    if isinstance(equal, str):
        table.problem("equal", f"equal = {show(equal)} is no rule; write {_EQUAL}")
        return default
    if kind not in _NUMBERS:
        table.problem("equal", f'equal = {show(equal)}: type = "{kind}" is compared exactly; write "exact"')
        return default
    rule = table.mapping("equal", _EQUAL)
    return default if rule is None else _numeric_rule(rule, default)


def _numeric_rule(rule: Table, default: Tolerance) -> Tolerance:
    rule.allow(("rtol", "atol", "ulp", "why"))
    why = rule.text("why")
    if "ulp" in rule:
        for key in ("rtol", "atol"):
            if key in rule:
                rule.problem(key, f"has {key} beside ulp; write either ulp, or rtol and atol")
        ulp = rule.get("ulp", (int,), "a whole number of units in the last place")
        if isinstance(ulp, int) and ulp < 0:
            rule.problem("ulp", f"ulp = {ulp} is negative; write 0 or more")
        if isinstance(ulp, int) and ulp > _MOST_ULP:
            rule.problem("ulp", f"ulp = {show(ulp)} is more than the whole number; write 4, or rtol and atol")
        tolerance = Tolerance(ulp=ulp if isinstance(ulp, int) else 0, why=why)
        loose = (tolerance.ulp or 0) > DEFAULT_RTOL / _DOUBLE_EPSILON
    else:
        rtol, atol = _margin(rule, "rtol", "atol"), _margin(rule, "atol", "rtol")
        if rtol is None or atol is None:
            return default
        tolerance = Tolerance(rtol=rtol, atol=atol, why=why)
        loose = rtol > DEFAULT_RTOL or atol > DEFAULT_ATOL
    if loose and why is None:
        column = Table(rule.document, rule.path[:-1], {})
        column.note(
            "equal", f'equal ({tolerance}) is looser than the default and does not say why; add why = "..."'
        )
    return tolerance


def _margin(rule: Table, key: str, other: str) -> float | None:
    rule.require(key, f"{key} = 0, or more" if other in rule else "rtol and atol together, or ulp")
    value = rule.get(key, (int, float), "a number, 0 or more")
    if not isinstance(value, int | float):
        return None
    if not (is_finite(value) and value >= 0):
        rule.problem(key, f"{key} = {show(value)} is no margin; write a finite number, 0 or more")
        return None
    return float(value)


def _monotone(table: Table, kind: Kind, inputs: tuple[Input, ...]) -> dict[str, str]:
    laws = table.mapping("monotone", '{ INPUT = "up" }, or "down"')
    if laws is None:
        return {}
    if kind not in _NUMBERS:
        table.problem(
            "monotone", f'monotone needs a number, and this output has type = "{kind}"; leave it out'
        )
    kinds = {one.name: one.kind for one in inputs}
    for name, direction in laws.values.items():
        if name not in declared(table.document, "inputs"):
            laws.problem(name, f"{show(name)} is no input{unknown(name, declared(table.document, 'inputs'))}")
        elif name in kinds and not kinds[name].ordered:
            laws.problem(name, f'input {name} has type = "{kinds[name]}", which has no order; leave it out')
        if direction not in ("up", "down"):
            laws.problem(name, f'{name} = {show(direction)} is no direction; write "up" or "down"')
    return {name: str(direction) for name, direction in laws.values.items()}


def read_decisions(document: Document, outputs: tuple[Output, ...]) -> tuple[Decision, ...]:
    """The decisions: each the cuts of an output that is a number."""
    decisions = []
    for name, table in section(document, "decisions", "[decisions.NAME] tables"):
        table.allow(("output", "at_least", "cuts"))
        output = _decided_output(table, outputs)
        if ("at_least" in table) == ("cuts" in table):
            have = "both at_least and cuts" if "cuts" in table else "neither at_least nor cuts"
            table.problem(None, f"has {have}; write one of them")
        cuts = _cuts(table)
        if output is not None and cuts:
            decisions.append(Decision(name, output, cuts))
    return tuple(decisions)


def _decided_output(table: Table, outputs: tuple[Output, ...]) -> str | None:
    table.require("output", 'output = "...", the name of an output')
    name = table.text("output", "the name of an output")
    if name is None:
        return None
    names = declared(table.document, "outputs")
    kinds = {one.name: one.kind for one in outputs}
    if name not in names:
        table.problem("output", f"output = {show(name)} is no output{unknown(name, names)}")
    elif name in kinds and kinds[name] not in _NUMBERS:
        table.problem("output", f'output {name} has type = "{kinds[name]}"; a decision needs a number')
    return name


def _cuts(table: Table) -> tuple[float, ...]:
    if "at_least" in table:
        cut = table.get("at_least", (int, float), "a number")
        return _finite(table, "at_least", [] if cut is None else [cut])
    values = table.get("cuts", (list,), "a list of numbers, rising")
    if not isinstance(values, list):
        return ()
    if not values:
        table.problem("cuts", "cuts = [] is empty; write at least one number")
    cuts = _finite(table, "cuts", values)
    for low, high in itertools.pairwise(cuts):
        if low >= high:
            table.problem("cuts", f"cuts: {show(high)} comes after {show(low)}; write them rising, each once")
    return cuts


def _finite(table: Table, key: str, values: list[object]) -> tuple[float, ...]:
    cuts = []
    for value in values:
        if isinstance(value, bool) or not isinstance(value, int | float):
            table.problem(key, f"{key}: {show(value)} is {kind_of(value)}; write a number")
        elif not is_finite(value):
            table.problem(key, f"{key}: {show(value)} is not finite; write a finite number")
        else:
            cuts.append(float(value))
    return tuple(cuts)
