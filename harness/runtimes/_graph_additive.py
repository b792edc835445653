"""Whether an ONNX graph is proved to be additive, and where its terms change."""

from __future__ import annotations

import re
from pathlib import Path

import onnx
from google.protobuf.message import DecodeError

from harness.additive import Additive, Unproved
from harness.model import Form, Model
from harness.runtimes._graph import Graph
from harness.runtimes._graph_steps import FLOATS, WHOLES, Tensor, Terms, single
from harness.schema import Input, Kind
from harness.workers.python.proof.rowwise import (
    BOOL,
    NUMBER,
    TEXT,
    Link,
    NotProved,
    Part,
    Value,
    inputs_of,
    step,
)

_CONSTANTS = 20_000
_T = onnx.TensorProto
_KEYED = re.compile(r"(?P<tensor>.+)\[(?P<key>-?\d+)\]", re.DOTALL)


def prove(model: Model, form: Form, path: Path) -> Additive | Unproved:
    """What can be proved of a graph. Never raises for what it cannot read."""
    try:
        if onnx.load(str(path), load_external_data=False).functions:
            return Unproved(form.name, f"{path.name}: the graph has functions of its own")
        graph = Graph(path, _CONSTANTS)
        terms = Terms(graph, _inputs(model, form, graph))
        outputs = {one.name: _output(terms, form.outputs.get(one.name, one.name)) for one in model.outputs}
    except NotProved as why:
        return Unproved(form.name, f"{path.name}: {why}")
    except (OSError, DecodeError, ValueError, KeyError, IndexError, TypeError) as error:
        # damaged, or malformed: opening the form says so
        return Unproved(form.name, f"{path.name}: it could not be read ({type(error).__name__})")
    return Additive(
        form.name,
        {name: inputs_of(value) for name, value in outputs.items()},
        frozenset(name for name, value in outputs.items() if isinstance(value, Link)),
        {name: tuple(sorted(edges)) for name, edges in terms.ledger.edges.items()},
        {name: frozenset(texts) for name, texts in terms.ledger.texts.items()},
    )


def _inputs(model: Model, form: Form, graph: Graph) -> dict[str, Tensor]:
    """The tensors that the graph takes, by name."""
    schema = model.schema
    if form.columns:
        if len(graph.inputs) != 1:
            raise NotProved("one matrix, and other inputs")
        (name,) = graph.inputs
        columns = [_part(schema[one], graph.types[name]) for one in form.columns]
        return {name: Tensor(tuple(columns), graph.types[name], False)}
    found = {}
    for name in graph.inputs:
        if name in schema.names:
            element = graph.types[name]
            found[name] = Tensor((_part(schema[name], element),), element, graph.ranks[name] == 1)
    return found


def _part(one: Input, element: int) -> Part:
    """An input as the graph gets it."""
    if one.kind in (Kind.FLOAT, Kind.INT):
        whole = element in WHOLES and one.kind is Kind.INT
        if element not in FLOATS and not whole:
            raise NotProved(f"{one.name} as {_T.DataType.Name(element)}")
        if element == _T.FLOAT:
            return Part(one.name, NUMBER, True, chain=(single,))
        return Part(one.name, NUMBER, True, pure=True)
    if one.kind is Kind.BOOL:
        return step(one.name, BOOL if element == _T.BOOL else NUMBER)
    if one.kind is Kind.CATEGORY and (element != _T.STRING or not one.unseen):
        return step(one.name, TEXT if element == _T.STRING else NUMBER)
    if one.kind.textual and element == _T.STRING:
        return Part(one.name, TEXT, True)
    raise NotProved(f"{one.name} is a {one.kind}")


def _output(terms: Terms, name: str) -> Value:
    match = _KEYED.fullmatch(name)
    held = terms.tensor(match["tensor"] if match else name)
    key = int(match["key"]) if match else 0
    if (match is None and len(held.columns) != 1) or not -len(held.columns) <= key < len(held.columns):
        raise NotProved(f"{name} is no column")
    value = held.columns[key]
    if isinstance(value, Part) and value.raw:
        raise NotProved(f"{name} is an input itself")
    return value
