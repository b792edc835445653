"""Small ONNX files, and models around them, opened in the test's own process."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from harness.model import Form, Model, Output
from harness.schema import Input, Kind, Schema
from harness.tolerance import Tolerance
from harness.workers.columns import to_wire, wire_inputs
from harness.workers.python import graphs
from harness.workers.python.collect import collect
from harness.workers.python.errors import OpenFailure
from harness.workers.python.opening import Opening
from harness.workers.python.opening import Output as WireOutput

TYPES = {
    "float16": TensorProto.FLOAT16,
    "float": TensorProto.FLOAT,
    "double": TensorProto.DOUBLE,
    "int8": TensorProto.INT8,
    "uint8": TensorProto.UINT8,
    "int32": TensorProto.INT32,
    "int64": TensorProto.INT64,
    "bool": TensorProto.BOOL,
    "string": TensorProto.STRING,
    "bfloat16": TensorProto.BFLOAT16,
}


def tensor(name: str, element: str = "double", shape: Sequence[Any] | None = ("N",)) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, TYPES[element], shape)


def save(
    path: Path,
    nodes: Sequence[onnx.NodeProto],
    inputs: Sequence[onnx.ValueInfoProto],
    outputs: Sequence[onnx.ValueInfoProto],
    constants: Mapping[str, Any] | None = None,
    opset: int = 17,
    ml: int = 3,
) -> Path:
    """Write a graph. The file is not checked: some tests want it to be wrong."""
    initializers = [numpy_helper.from_array(np.asarray(v), n) for n, v in (constants or {}).items()]
    graph = helper.make_graph(list(nodes), "test", list(inputs), list(outputs), initializers)
    opsets = [helper.make_opsetid("", opset), helper.make_opsetid("ai.onnx.ml", ml)]
    onnx.save(helper.make_model(graph, opset_imports=opsets, ir_version=8), path)
    return path


def identity(path: Path, element: str, shape: Sequence[Any] | None = ("N",), name: str = "x") -> Path:
    """A graph that gives back its only input as ``y``."""
    node = helper.make_node("Identity", [name], ["y"])
    return save(path, [node], [tensor(name, element, shape)], [tensor("y", element, shape)])


def model_of(
    path: Path, inputs: Sequence[Input], gives: Mapping[str, Kind], name: str = "onnx", **form: Any
) -> Model:
    """A model whose only form is an ONNX file."""
    return Model(
        name="test",
        reference=name,
        schema=Schema(tuple(inputs)),
        outputs=tuple(Output(o, kind, Tolerance(exact=kind is not Kind.FLOAT)) for o, kind in gives.items()),
        forms=(Form(name, "onnx", source=path, **form),),
        folder=path.parent,
    )


def opened(model: Model, **changed: Any) -> graphs.GraphForm:
    form = model.forms[0]
    fields = {
        "source": str(form.source),
        "target": form.name,
        "device": "cpu",
        "index": None,
        "precision": None,
        "threads": 1,
        "columns": json.dumps(form.columns),
        "outputs": json.dumps(dict(form.outputs)),
        "missing_as": json.dumps(dict(form.missing_as)),
        **changed,
    }
    outputs = [WireOutput(one.name, one.kind.value) for one in model.outputs]
    return graphs.open(Opening(fields, wire_inputs(model.schema), outputs))


def fed(model: Model, columns: dict[str, Sequence[Any]]) -> dict[str, Any]:
    batch = model.schema.batch(columns)
    return dict(opened(model).take(to_wire(batch, model.schema, "python"), batch.num_rows))


def asked(model: Model, columns: dict[str, Sequence[Any]]) -> dict[str, list[Any]]:
    """What the graph answers, as it crosses back to the harness; missing is None."""
    batch = model.schema.batch(columns)
    form = opened(model)
    came = form.compute(form.take(to_wire(batch, model.schema, "python"), batch.num_rows))
    outputs = [WireOutput(one.name, one.kind.value) for one in model.outputs]
    return {
        one.name: [
            None if one.missing is not None and m else v for v, m in zip(one.values, _mask(one), strict=True)
        ]
        for one in collect(came, outputs, batch.num_rows)
    }


def _mask(column: Any) -> Any:
    return np.zeros(len(column.values), bool) if column.missing is None else column.missing


def refused(model: Model, **changed: Any) -> str:
    with pytest.raises(OpenFailure) as caught:
        opened(model, **changed)
    return str(caught.value)
