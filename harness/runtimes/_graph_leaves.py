"""The leaves of the tree ensembles in an ONNX graph: between which values of the inputs each is taken.

A leaf deep in a tree is met by few rows; a value of its own that was copied wrongly shows on these alone.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import numpy as np
import onnx
from google.protobuf.message import DecodeError

from harness.model import Form, Model
from harness.protocols import Leaf
from harness.runtimes._graph import Graph, attributes
from harness.runtimes._graph_columns import Column, Tracer

MOST = 4_000
_MODES = (b"BRANCH_LEQ", b"BRANCH_LT", b"BRANCH_GTE", b"BRANCH_GT", b"BRANCH_EQ", b"BRANCH_NEQ", b"MEMBER")
_CONSTANTS = 20_000

Bounds = Mapping[str, tuple[float, float]]


def leaves(model: Model, form: Form, path: Path) -> tuple[Leaf, ...]:
    """The leaves of every tree of a file, at most MOST; none where it cannot be read."""
    try:
        graph = Graph(path, _CONSTANTS)
    except (OSError, DecodeError, ValueError):
        return ()  # absent or corrupt: opening the form says so
    trace = Tracer(graph, form.columns or model.schema.names)
    ordered = {one.name for one in model.schema if one.kind.ordered}
    found: list[Leaf] = []
    for node in graph.nodes:
        read = _READ.get(node.op_type)
        if read is None:
            continue
        try:
            for bounds in read(node, trace.columns(node.input[0]) or ()):
                found.append(Leaf({name: ends for name, ends in bounds.items() if name in ordered}))
                if len(found) == MOST:
                    return tuple(found)
        except (KeyError, IndexError, TypeError, ValueError):
            continue  # a malformed node: opening the form says so
    return tuple(found)


def _leaves(node: onnx.NodeProto, columns: tuple[Column | None, ...]) -> Iterator[Bounds]:
    of = attributes(node)
    count = len(of["nodes_nodeids"])
    values = of["nodes_values_as_tensor"] if "nodes_values_as_tensor" in of else of["nodes_values"]
    cuts = np.ravel(values).tolist()
    at = {(of["nodes_treeids"][i], of["nodes_nodeids"][i]): i for i in range(count)}
    children = [
        {(of["nodes_treeids"][i], of[side][i]) for i in range(count) if of["nodes_modes"][i] != b"LEAF"}
        for side in ("nodes_truenodeids", "nodes_falsenodeids")
    ]
    roots = [key for key in at if key not in children[0] and key not in children[1]]
    pending: list[tuple[tuple[int, int], Bounds]] = [(root, {}) for root in roots]
    steps = 0
    while pending and steps <= 4 * count:  # a graph that leads in a circle is malformed
        steps += 1
        key, bounds = pending.pop()
        i = at[key]
        if of["nodes_modes"][i] == b"LEAF":
            yield bounds
            continue
        feature = of["nodes_featureids"][i]
        column = columns[feature] if 0 <= feature < len(columns) else None
        for side, holds in (("nodes_truenodeids", True), ("nodes_falsenodeids", False)):
            narrowed = _narrowed(bounds, column, of["nodes_modes"][i], cuts[i], holds)
            if narrowed is not None:
                pending.append(((key[0], of[side][i]), narrowed))


def _narrowed(bounds: Bounds, column: Column | None, mode: bytes, cut: float, holds: bool) -> Bounds | None:
    """The bounds on one side of a split; None where nothing is left between them."""
    if column is None or column.scale <= 0:
        return bounds
    value = column.before(cut)
    low, high = bounds.get(column.input, (-math.inf, math.inf))
    under, over = math.nextafter(value, -math.inf), math.nextafter(value, math.inf)
    last_below = {b"BRANCH_LEQ": value, b"BRANCH_GT": value, b"BRANCH_LT": under, b"BRANCH_GTE": under}
    if mode in last_below:
        downwards = mode in (b"BRANCH_LEQ", b"BRANCH_LT")
        if downwards == holds:
            high = min(high, last_below[mode])
        else:
            low = max(low, value if last_below[mode] == under else over)
    elif mode == b"BRANCH_EQ" and holds:
        low, high = max(low, value), min(high, value)
    return {**bounds, column.input: (low, high)} if low <= high else None


def _leaves_of_ensemble(node: onnx.NodeProto, columns: tuple[Column | None, ...]) -> Iterator[Bounds]:
    """``TreeEnsemble`` of ai.onnx.ml 5: inner nodes and leaves are counted apart."""
    of = attributes(node)
    features, cuts = of["nodes_featureids"], np.ravel(of["nodes_splits"]).tolist()
    modes = [_MODES[mode] for mode in np.ravel(of["nodes_modes"]).tolist()]
    sides = [
        (of["nodes_truenodeids"], of["nodes_trueleafs"], True),
        (of["nodes_falsenodeids"], of["nodes_falseleafs"], False),
    ]
    pending: list[tuple[int, Bounds]] = [(root, {}) for root in of["tree_roots"]]
    steps = 0
    while pending and steps <= 4 * len(features):  # a graph that leads in a circle is malformed
        steps += 1
        i, bounds = pending.pop()
        column = columns[features[i]] if 0 <= features[i] < len(columns) else None
        for targets, are_leaves, holds in sides:
            narrowed = _narrowed(bounds, column, modes[i], cuts[i], holds)
            if narrowed is None:
                continue
            if are_leaves[i]:
                yield narrowed
            else:
                pending.append((targets[i], narrowed))


_READ: Mapping[str, Callable[[onnx.NodeProto, tuple[Column | None, ...]], Iterator[Bounds]]] = {
    "TreeEnsembleRegressor": _leaves,
    "TreeEnsembleClassifier": _leaves,
    "TreeEnsemble": _leaves_of_ensemble,
}
