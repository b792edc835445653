"""Which inputs of a model the tensors of its graph hold, column by column."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import onnx

from harness.runtimes._graph import Graph, Values, attributes

_DEPTH = 100  # of a chain of nodes that is followed back to an input


@dataclass(frozen=True, slots=True)
class Column:
    """An input as a tensor's column holds it: ``scale * input + shift``."""

    input: str
    scale: float = 1.0
    shift: float = 0.0

    def before(self, value: float) -> float:
        """The input's value where the column has this one."""
        return (value - self.shift) / self.scale


#: What the columns of a tensor are, in order; None where a column is no plain function of one input.
Columns = tuple[Column | None, ...]


class Tracer:
    """Follows tensors back to the inputs that they are simple functions of.

    ``columns`` are the inputs that a single matrix takes, in its order.
    """

    def __init__(self, graph: Graph, columns: Sequence[str]) -> None:
        self.graph = graph
        whole = columns if columns and len(graph.inputs) == 1 else None
        self._columns: dict[str, Columns | None] = {
            name: tuple(Column(one) for one in whole or (name,)) for name in graph.inputs
        }

    def columns(self, name: str, depth: int = _DEPTH) -> Columns | None:
        """Which inputs the columns of a tensor hold; None where that cannot be told."""
        if name not in self._columns:
            node = self.graph.producers.get(name)
            follow = _FOLLOW.get(node.op_type) if node is not None else None
            found = follow(self, node, depth - 1) if follow and node is not None and depth else None
            self._columns[name] = found
        return self._columns[name]


def _same(trace: Tracer, node: onnx.NodeProto, depth: int) -> Columns | None:
    return trace.columns(node.input[0], depth)


def _opaque(trace: Tracer, node: onnx.NodeProto, depth: int) -> Columns | None:
    """Something else of each element: no input's own scale any more, but as many columns as before."""
    widths = [len(columns) for name in node.input if (columns := trace.columns(name, depth)) is not None]
    return (None,) * max(widths) if widths else None


def _either(trace: Tracer, node: onnx.NodeProto, depth: int) -> Columns | None:
    """``Where(missing(x), constant, x)``: x, with a value in place of some."""
    chosen = [name for name in node.input[1:] if name not in trace.graph.constants]
    return trace.columns(chosen[0], depth) if len(chosen) == 1 else None


def _join(trace: Tracer, node: onnx.NodeProto, depth: int) -> Columns | None:
    if attributes(node)["axis"] not in (1, -1):
        return None
    parts = [trace.columns(name, depth) for name in node.input]
    known = [part for part in parts if part is not None]
    return None if len(known) < len(parts) else tuple(column for part in known for column in part)


def _join_features(trace: Tracer, node: onnx.NodeProto, depth: int) -> Columns | None:
    widths = attributes(node).get("inputdimensions", ())
    joined: list[Column | None] = []
    for name, width in zip(node.input, widths, strict=False):
        joined.extend(trace.columns(name, depth) or (None,) * width)
    return tuple(joined)


def _pick(trace: Tracer, node: onnx.NodeProto, depth: int) -> Columns | None:
    if node.op_type == "Gather" and node.input[0] in trace.graph.constants:
        return _opaque(trace, node, depth)  # a table, and the input is what is looked up in it
    columns, chosen = trace.columns(node.input[0], depth), trace.graph.input_constant(node, 1)
    along_rows = node.op_type == "Gather" and attributes(node).get("axis", 0) not in (1, -1)
    if columns is None or chosen is None or along_rows:
        return None
    indices = [int(index) for index in np.ravel(chosen)]
    within = all(-len(columns) <= index < len(columns) for index in indices)
    return tuple(columns[index] for index in indices) if within else None


def _slice(trace: Tracer, node: onnx.NodeProto, depth: int) -> Columns | None:
    columns = trace.columns(node.input[0], depth)
    bounds = [trace.graph.input_constant(node, index) for index in (1, 2, 3)]
    known = [np.ravel(bound).tolist() for bound in bounds if bound is not None]
    if columns is None or len(known) < len(bounds) or known[2] != [1] or len(node.input) > 4:
        return None
    return columns[known[0][0] : known[1][0]]


def _scaler(trace: Tracer, node: onnx.NodeProto, depth: int) -> Columns | None:
    found = attributes(node)
    offset, scale = found.get("offset", (0.0,)), found.get("scale", (1.0,))
    columns = trace.columns(node.input[0], depth)
    return _affine(columns, np.asarray(scale), -np.asarray(offset) * np.asarray(scale))


def _arithmetic(trace: Tracer, node: onnx.NodeProto, depth: int) -> Columns | None:
    constants = [name in trace.graph.constants for name in node.input]
    if constants not in ([True, False], [False, True]):
        return _opaque(trace, node, depth)
    columns = trace.columns(node.input[constants.index(False)], depth)
    constant = np.ravel(trace.graph.constants[node.input[constants.index(True)]]).astype(np.float64)
    one = np.ones(1)
    match node.op_type, constants[0]:
        case "Add", _:
            return _affine(columns, one, constant)
        case "Sub", False:
            return _affine(columns, one, -constant)
        case "Sub", True:
            return _affine(columns, -one, constant)
        case "Mul", _:
            return _affine(columns, constant, 0 * one)
        case "Div", False if np.all(constant != 0):
            return _affine(columns, 1 / constant, 0 * one)
    return _opaque(trace, node, depth)


def _affine(columns: Columns | None, scale: Values, shift: Values) -> Columns | None:
    """Columns times a scale plus a shift, each one for all columns or one a column."""
    if columns is None or not {scale.size, shift.size} <= {1, len(columns)}:
        return None
    scales, shifts = (np.broadcast_to(values, len(columns)).tolist() for values in (scale, shift))
    return tuple(
        replace(column, scale=column.scale * a, shift=column.shift * a + b) if column and a else None
        for column, a, b in zip(columns, scales, shifts, strict=True)
    )


_ELEMENTWISE = (
    *(
        "LabelEncoder",
        "Binarizer",
        "Normalizer",
        "Abs",
        "Neg",
        "Exp",
        "Log",
        "Sqrt",
        "Pow",
        "Mod",
        "Reciprocal",
    ),
    *("Sigmoid", "Tanh", "Floor", "Ceil", "Round", "Sign", "IsNaN", "IsInf", "Not", "And", "Or", "Clip"),
    *("Less", "LessOrEqual", "Greater", "GreaterOrEqual", "Equal"),
)
_Follow = Callable[[Tracer, onnx.NodeProto, int], Columns | None]
_FOLLOW: Mapping[str, _Follow] = {
    **dict.fromkeys(("Cast", "CastLike", "Identity", "Reshape", "Unsqueeze", "Squeeze", "Flatten"), _same),
    **dict.fromkeys(("Imputer", "Dropout"), _same),
    **dict.fromkeys(("Add", "Sub", "Mul", "Div"), _arithmetic),
    **dict.fromkeys(_ELEMENTWISE, _opaque),
    **dict.fromkeys(("Gather", "ArrayFeatureExtractor"), _pick),
    "Concat": _join,
    "Where": _either,
    "FeatureVectorizer": _join_features,
    "Scaler": _scaler,
    "Slice": _slice,
}
