"""The tree ensembles in an ONNX graph, as forests over the inputs of the model.

A leaf deep in a tree is met by few rows; a value of its own that was copied wrongly shows on these alone.
An ensemble is shown where each of its splits compares an input, or a plain multiple of one, with a number.
Where missing values go is not: what the graph puts in their place is not followed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from google.protobuf.message import DecodeError

from harness.forest import DEAD, HIGH, LOW, Forest, last_low, sound
from harness.model import Form, Model
from harness.runtimes._graph import Graph, attributes
from harness.runtimes._graph_columns import Column, Tracer
from harness.schema import Kind, Schema

_CONSTANTS = 20_000
_MODES = (b"BRANCH_LEQ", b"BRANCH_LT", b"BRANCH_GTE", b"BRANCH_GT")
#: Whether the true side is the low one, and whether the threshold itself is high.
_READING = {
    b"BRANCH_LEQ": (True, False),
    b"BRANCH_LT": (True, True),
    b"BRANCH_GTE": (False, True),
    b"BRANCH_GT": (False, False),
}

Numbers = npt.NDArray[Any]


@dataclass(frozen=True)
class _Nodes:
    """The nodes of an ensemble; of a leaf, ``modes`` is LEAF and ``true`` and ``false`` are -1."""

    modes: list[bytes]
    features: list[int]
    cuts: Numbers
    true: Numbers
    false: Numbers
    value: Numbers


def forests(model: Model, form: Form, path: Path) -> tuple[Forest, ...]:
    """The ensembles of a file that can be followed to the inputs; none where it cannot be read."""
    try:
        graph = Graph(path, _CONSTANTS)
    except (OSError, DecodeError, ValueError):
        return ()  # absent or corrupt: opening the form says so
    trace = Tracer(graph, form.columns or model.schema.names)
    found = []
    for node in graph.nodes:
        read = _READ.get(node.op_type)
        if read is None:
            continue
        try:
            columns = trace.columns(node.input[0]) or ()
            single = _is_single(graph, node.input[0])
            forest = _forest(read(attributes(node)), columns, single, model.schema, form.name, node)
        except (KeyError, IndexError, TypeError, ValueError):
            continue  # a malformed node: opening the form says so
        if forest is not None and sound(forest):
            found.append(forest)
    return tuple(found)


def _is_single(graph: Graph, name: str) -> bool:
    """Whether a tensor is of single precision: by the last cast before it, else by the graph's input."""
    while (node := graph.producers.get(name)) is not None:
        if node.op_type == "Cast":
            return bool(attributes(node)["to"] == onnx.TensorProto.FLOAT)
        held = [one for one in node.input if one not in graph.constants]
        if not held:
            return False
        name = held[0]
    return graph.types.get(name) == onnx.TensorProto.FLOAT


def _forest(
    nodes: _Nodes,
    columns: tuple[Column | None, ...],
    single: bool,
    schema: Schema,
    target: str,
    node: onnx.NodeProto,
) -> Forest | None:
    inner = [i for i, mode in enumerate(nodes.modes) if mode != b"LEAF"]
    used = [columns[nodes.features[i]] for i in inner]
    if not inner or any(column is None or column.scale == 0 for column in used):
        return None
    if not {nodes.modes[i] for i in inner} <= _READING.keys():
        return None
    inputs = sorted({column.input for column in used if column is not None})
    if any(schema[name].kind is Kind.STRING or schema[name].unseen for name in inputs):
        return None
    up, strict, cut = [], [], []
    for i, column in zip(inner, used, strict=True):
        assert column is not None
        low_is_true, threshold_is_high = _READING[nodes.modes[i]]
        up.append(low_is_true == (column.scale > 0))
        strict.append(threshold_is_high == (column.scale > 0))
        cut.append(column.before(float(nodes.cuts[i])))
    input_of = np.array([inputs.index(column.input) for column in used if column is not None], dtype=np.int32)
    cuts = np.array(cut, dtype=np.float64)
    last = last_low(cuts, np.array(strict), np.full(len(cuts), single))
    low, high = np.full((2, len(nodes.modes)), -1, dtype=np.int32)
    low[inner] = np.where(up, nodes.true[inner], nodes.false[inner])
    high[inner] = np.where(up, nodes.false[inner], nodes.true[inner])
    is_inner = np.array([mode != b"LEAF" for mode in nodes.modes])
    levels, group, sides = _by_code(schema, inputs, input_of, last)
    return Forest(
        target=target,
        origin=node.name or node.op_type,
        inputs=tuple(inputs),
        levels=levels,
        low=low,
        high=high,
        otherwise=np.full(len(low), DEAD, dtype=np.int8),
        value=np.asarray(nodes.value, dtype=np.float64),
        first=np.concatenate([[0], np.cumsum(is_inner)]).astype(np.int32),
        input=input_of,
        cut=cuts,
        last=last,
        flip=np.zeros(len(cuts), dtype=bool),
        group=group,
        sides=sides,
    )


def _by_code(
    schema: Schema, inputs: list[str], input_of: Numbers, last: Numbers
) -> tuple[tuple[tuple[str, ...] | None, ...], Numbers, Numbers]:
    """Splits of categories, which a graph takes as the numbers of their levels."""
    levels = tuple(schema[name].levels if schema[name].kind is Kind.CATEGORY else None for name in inputs)
    widest = max((len(one) for one in levels if one is not None), default=0)
    group = np.full(len(input_of), -1, dtype=np.int32)
    of_levels = [t for t, i in enumerate(input_of) if levels[i] is not None]
    group[of_levels] = np.arange(len(of_levels))
    sides = np.full((len(of_levels), widest + 1), DEAD, dtype=np.int8)
    for row, t in enumerate(of_levels):
        codes = np.arange(len(levels[input_of[t]] or ()))
        sides[row, : len(codes)] = np.where(codes <= last[t], LOW, HIGH)
    return levels, group, sides


def _ensemble(of: Mapping[str, Any]) -> _Nodes:
    """``TreeEnsembleRegressor`` and ``TreeEnsembleClassifier``: nodes bear numbers within their trees."""
    keys = list(zip(of["nodes_treeids"], of["nodes_nodeids"], strict=True))
    at = {key: i for i, key in enumerate(keys)}
    values = of["nodes_values_as_tensor"] if "nodes_values_as_tensor" in of else of["nodes_values"]
    modes = list(of["nodes_modes"])
    true, false = (
        np.array(
            [-1 if modes[i] == b"LEAF" else at[(tree, below)] for i, (tree, below) in enumerate(pairs)],
            dtype=np.int32,
        )
        for pairs in (
            list(zip(of["nodes_treeids"], of[side], strict=True))
            for side in ("nodes_truenodeids", "nodes_falsenodeids")
        )
    )
    value = np.full(len(keys), np.nan)
    for part in ("target", "class"):
        if f"{part}_nodeids" in of:
            weights = of.get(f"{part}_weights_as_tensor", of.get(f"{part}_weights"))
            owners = zip(
                of[f"{part}_treeids"], of[f"{part}_nodeids"], np.ravel(weights).tolist(), strict=True
            )
            for tree, node, weight in owners:
                value[at[(tree, node)]] = weight
    return _Nodes(modes, list(of["nodes_featureids"]), np.ravel(values), true, false, value)


def _ensemble_5(of: Mapping[str, Any]) -> _Nodes:
    """``TreeEnsemble`` of ai.onnx.ml 5: inner nodes and leaves are counted apart; leaves come last here."""
    features = list(of["nodes_featureids"])
    count, leaves = len(features), len(of["leaf_targetids"])
    numbers = np.ravel(of["nodes_modes"]).tolist()
    modes = [_MODES[one] if one < len(_MODES) else b"" for one in numbers] + [b"LEAF"] * leaves
    none = np.full(leaves, -1)
    true, false = (
        np.concatenate(
            [np.array(of[f"nodes_{side}nodeids"]) + count * np.array(of[f"nodes_{side}leafs"]), none]
        )
        for side in ("true", "false")
    )
    cuts = np.concatenate([np.ravel(of["nodes_splits"]), np.zeros(leaves)])
    value = np.concatenate([np.full(count, np.nan), np.ravel(of["leaf_weights"]).astype(np.float64)])
    return _Nodes(modes, features + [0] * leaves, cuts, true, false, value)


_READ: Mapping[str, Callable[[Mapping[str, Any]], _Nodes]] = {
    "TreeEnsembleRegressor": _ensemble,
    "TreeEnsembleClassifier": _ensemble,
    "TreeEnsemble": _ensemble_5,
}
