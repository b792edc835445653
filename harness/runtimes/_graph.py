"""An ONNX graph as it lies in its file: nodes and constants."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from google.protobuf.message import DecodeError
from onnx import numpy_helper

Values = npt.NDArray[Any]


def speaks_of_single(path: Path) -> bool:
    """Whether a graph takes, holds or casts to float32; False where there is no graph."""
    try:
        graph = onnx.load(str(path), load_external_data=False).graph
    except (OSError, ValueError, DecodeError):
        return False
    single = onnx.TensorProto.FLOAT
    bodies = list(_bodies(graph))
    casts = (
        attribute.i == single
        for body in bodies
        for node in body.node
        if node.op_type == "Cast"
        for attribute in node.attribute
        if attribute.name == "to"
    )
    held = (tensor.data_type == single for body in bodies for tensor in body.initializer)
    taken = (one.type.tensor_type.elem_type == single for one in graph.input)
    return any(casts) or any(held) or any(taken)


class Graph:
    """The nodes of a graph and of its subgraphs, with the constants that they use.

    Tensors of more than ``cap`` elements are left in the file. Raises OSError, ValueError or protobuf's
    DecodeError where there is no graph in it.
    """

    def __init__(self, path: Path, cap: int) -> None:
        self._folder = path.parent
        self._cap = cap
        self.nodes: list[onnx.NodeProto] = []
        self.constants: dict[str, Values] = {}
        self.producers: dict[str, onnx.NodeProto] = {}
        graph = onnx.load(str(path), load_external_data=False).graph
        for body in _bodies(graph):
            self._read(body)
        self.inputs = tuple(one.name for one in graph.input if one.name not in self.constants)
        self.types = {one.name: one.type.tensor_type.elem_type for one in graph.input}
        self.ranks = {one.name: len(one.type.tensor_type.shape.dim) for one in graph.input}

    def _read(self, body: onnx.GraphProto) -> None:
        for tensor in body.initializer:
            self._keep(tensor.name, tensor)
        for sparse in body.sparse_initializer:
            self._keep(sparse.values.name, sparse.values)
        for node in body.node:
            self.nodes.append(node)
            self.producers.update({output: node for output in node.output if output})
            if node.op_type == "Constant":
                self._keep_constant(node)

    def _keep(self, name: str, tensor: onnx.TensorProto) -> None:
        if int(np.prod(tensor.dims, dtype=np.int64)) > self._cap:
            return
        try:
            self.constants[name] = numpy_helper.to_array(tensor, str(self._folder))
        except (OSError, TypeError, ValueError, onnx.checker.ValidationError):
            return  # damaged or absent data, or a type that numpy has not: the graph then shows less

    def _keep_constant(self, node: onnx.NodeProto) -> None:
        for attribute in node.attribute:
            value = onnx.helper.get_attribute_value(attribute)
            if attribute.name == "value":
                self._keep(node.output[0], value)
            elif attribute.name == "sparse_value":
                self._keep(node.output[0], value.values)
            else:
                self.constants[node.output[0]] = np.asarray(value)

    def input_constant(self, node: onnx.NodeProto, index: int) -> Values | None:
        """The constant that a node takes as its input of that index, or None."""
        return self.constants.get(node.input[index]) if index < len(node.input) else None


def attributes(node: onnx.NodeProto) -> Mapping[str, Any]:
    """A node's attributes as Python values; tensors as arrays."""
    found = {}
    for attribute in node.attribute:
        value = onnx.helper.get_attribute_value(attribute)
        found[attribute.name] = numpy_helper.to_array(value) if isinstance(value, onnx.TensorProto) else value
    return found


def _bodies(graph: onnx.GraphProto) -> Iterator[onnx.GraphProto]:
    """A graph and the bodies of its If, Loop and Scan nodes; names are unique over all of them."""
    yield graph
    for node in graph.node:
        for attribute in node.attribute:
            for inner in (*([attribute.g] if attribute.HasField("g") else []), *attribute.graphs):
                yield from _bodies(inner)
