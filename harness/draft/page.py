"""A draft as the text of a model file: what was seen is there, what was guessed says so in a comment."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

from harness.draft import toml
from harness.draft.columns import Guess
from harness.draft.draft import Draft
from harness.draft.graph import Graph
from harness.draft.outputs import OutputGuess
from harness.model import Form
from harness.modelfile.load import FORMAT
from harness.schema import Kind
from harness.tolerance import Tolerance

_HEAD = """Drafted by `parity init` from the sources and from what the data shows. Every guess bears a
comment: read the file once, correct it, and take the comments out."""
_SPECIAL = "a guess, because it stands far from all others: a value with a meaning of its own"
_DECISION = """How the answer is used, if there is a cut-off (a changed decision always disagrees):
[decisions.approve]
output = {output}
at_least = ..."""
_NO_ONNX = "not looked at, because the package onnx is not installed: what the graph takes and gives"


def page(draft: Draft) -> str:
    """The whole model file, as TOML."""
    return "\n".join(
        (
            toml.comment(_HEAD) + f"format = {FORMAT}\n",
            _model(draft),
            *(_input(guess) for guess in draft.inputs.guesses),
            *_left_out(draft),
            *_outputs(draft),
            _decision(draft),
            *(_target(form, draft) for form in draft.forms),
            *_further(draft.forms),
        )
    )


def _table(kind: str, name: str, lines: Sequence[str]) -> str:
    return f"[{kind}.{toml.key(name)}]\n" + "".join(lines)


def _pair(key: str, value: object) -> str:
    return f"{key} = {toml.value(value)}\n"


def _model(draft: Draft) -> str:
    sources = draft.sources
    name = sources.target_folder.resolve().name
    lines = [_pair("name", name if name.isprintable() and name.strip() else "model")]
    lines += [toml.comment("the target that is right by definition"), _pair("reference", draft.forms[0].name)]
    if sources.data is not None:
        lines.append(_pair("data", sources.relative(sources.data)))
    if draft.inputs.key is not None:
        lines.append(toml.comment("a guess, because no value of it comes twice: the column that names a row"))
        lines.append(_pair("key", draft.inputs.key))
    return "[model]\n" + "".join(lines)


def _input(guess: Guess) -> str:
    one = guess.input
    lines = [toml.comment(remark) for remark in guess.remarks]
    lines.append(_pair("type", one.kind.value))
    if one.levels:
        lines += [toml.comment(guess.levels_remark), _pair("levels", one.levels)]
    if one.minimum is not None:
        lines.append(toml.comment(f"{guess.range_remark}; write what is legal"))
        lines += [_pair("min", one.minimum), _pair("max", one.maximum)]
    if one.special:
        lines.append(toml.comment(_SPECIAL))
        lines.append(_pair("special", one.special))
    if one.missing:
        lines.append(_pair("missing", True))
    return _table("inputs", one.name, lines)


def _left_out(draft: Draft) -> Iterator[str]:
    by_reason: dict[str, list[str]] = {}
    for name, reason in draft.inputs.left_out:
        by_reason.setdefault(reason, []).append(name or "(no name)")
    if by_reason:
        lines = ["Columns of the data that are no inputs here:"]
        for reason, names in by_reason.items():
            lines += textwrap.wrap(f"{', '.join(names)}: {reason}", 96, initial_indent="- ")
        yield toml.comment("\n".join(lines))


def _outputs(draft: Draft) -> Iterator[str]:
    for one in draft.outputs:
        yield _table("outputs", one.name, [*_origin(one, draft), _pair("type", one.kind.value), *_rule(one)])


def _origin(one: OutputGuess, draft: Draft) -> Iterator[str]:
    if draft.ran is not None and draft.ran.source is not None:
        rows = "1 row" if draft.rows == 1 else f"{draft.rows} rows"
        yield toml.comment(
            f"seen by running {draft.ran.call}() of {draft.ran.source.name} on {rows} of the data"
        )
    yield from (toml.comment(remark) for remark in one.remarks)


def _rule(one: OutputGuess) -> Iterator[str]:
    if one.kind is Kind.FLOAT:
        yield toml.comment(
            f'compared within {Tolerance()}; or write equal = "exact", or {{ rtol = ..., atol = ... }}'
        )


def _decision(draft: Draft) -> str:
    numbers = [one.name for one in draft.outputs if one.kind in (Kind.FLOAT, Kind.INT)]
    if not numbers:
        return ""
    return toml.comment(_DECISION.format(output=toml.text(numbers[0])))


def _target(form: Form, draft: Draft) -> str:
    assert form.source is not None
    lines = [_pair("runtime", form.runtime), _pair("source", draft.sources.relative(form.source))]
    if form.model is not None:
        lines.append(_pair("model", draft.sources.relative(form.model)))
    if form.call is not None:
        lines.append(_pair("call", form.call))
    if form.runtime == "onnx":
        lines += _graph(draft, draft.graph)
    return _table("targets", form.name, lines)


def _graph(draft: Draft, graph: Graph | None) -> Iterator[str]:
    if graph is None:
        yield toml.comment(_NO_ONNX)
        return
    names = draft.inputs.schema.names
    if len(graph.inputs) == 1 and graph.inputs[0].name not in names:
        tensor = graph.inputs[0]
        width = "" if tensor.columns is None else f" of {tensor.columns} columns"
        yield toml.comment(f"a guess: the graph takes one matrix{width}, {tensor.name!r}; check the order")
        yield _pair("columns", names)
    else:
        for tensor in graph.inputs:
            if tensor.name not in names:
                yield toml.comment(f"TODO: the graph takes {tensor.name!r}, which is no input here")
    yield from _codes(draft, graph)
    yield from _missing_as(draft, graph)
    yield from _graph_outputs(draft, graph)


def _codes(draft: Draft, graph: Graph) -> Iterator[str]:
    kinds = {tensor.name: tensor.kind for tensor in graph.inputs}
    inputs = [guess.input for guess in draft.inputs.guesses]
    coded = [one.name for one in inputs if one.levels and kinds.get(one.name) is Kind.INT]
    if coded:
        yield toml.comment(f"the graph takes codes of {', '.join(coded)}: the order of their levels decides")


def _missing_as(draft: Draft, graph: Graph) -> Iterator[str]:
    kinds = {tensor.name: tensor.kind for tensor in graph.inputs}
    gaps = [g.input.name for g in draft.inputs.guesses if g.input.missing]
    whole = [name for name in gaps if kinds.get(name) in (Kind.INT, Kind.BOOL)]
    if whole:
        yield toml.comment(
            "TODO: what these tensors get where a value is missing\n"
            f"missing_as = {{ {', '.join(f'{toml.key(name)} = -1' for name in whole)} }}"
        )


def _graph_outputs(draft: Draft, graph: Graph) -> Iterator[str]:
    given = [tensor.name for tensor in graph.outputs]
    absent = [one.name for one in draft.outputs if one.name not in given]
    if len(draft.outputs) == 1 and len(given) == 1 and absent:
        yield toml.comment("a guess: the graph's only output is the model's")
        yield _pair("outputs", {absent[0]: given[0]})
    elif absent:
        listed = ", ".join(map(repr, given))
        pairs = ", ".join(f'{toml.key(name)} = "..."' for name in absent)
        yield toml.comment(
            f"TODO: the graph gives {listed}; say where the model's outputs are (such as probabilities[1])\n"
            f"outputs = {{ {pairs} }}"
        )


def _further(forms: Sequence[Form]) -> Iterator[str]:
    if len(forms) == 1:
        language = "python" if forms[0].runtime != "python" else "r"
        source = "score.py" if language == "python" else "score.R"
        yield toml.comment(
            f"TODO: a form to compare with {forms[0].name}\n"
            f'[targets.{language}]\nruntime = "{language}"\nsource = "{source}"\ncall = "score"'
        )
