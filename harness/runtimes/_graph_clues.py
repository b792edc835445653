"""What an ONNX graph shows of its thresholds, levels and constants, read from the file alone.

A value that is compared with an input, or with a simple function of one (a cast, a column of a
matrix, a shift, a scale), is attributed to that input, and carried back to the input's own scale.
Values of float32 tensors are given as the doubles that they are: the search adds their neighbours.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from google.protobuf.message import DecodeError

from harness.model import Form, Model
from harness.protocols import Clue
from harness.runtimes._graph import Graph, attributes
from harness.runtimes._graph_columns import Column, Tracer
from harness.schema import Input, Kind, Scalar

#: Values of one form: beyond that a search could not try them all.
CAP = 20_000

_EPOCH = dt.datetime(1970, 1, 1)
_Found = Iterator[tuple[Any, str, Column | None]]  # a value, its role, what it is compared with


def mine(model: Model, form: Form, path: Path) -> tuple[Clue, ...]:
    """The clues of a file, those attributed to an input first; none where it cannot be read."""
    try:
        graph = Graph(path, CAP)
    except (OSError, DecodeError, ValueError):
        return ()  # absent or corrupt: opening the form says so
    clues: dict[tuple[str, Scalar, str | None], Clue] = {}
    for clue in sorted(
        _all(model, Tracer(graph, form.columns or model.schema.names), path.name),
        key=lambda clue: clue.input is None,
    ):
        clues.setdefault((type(clue.value).__name__, clue.value, clue.input), clue)
        if len(clues) == CAP:
            break
    return tuple(clues.values())


def _all(model: Model, trace: Tracer, file: str) -> Iterator[Clue]:
    inputs = {one.name: one for one in model.schema}
    for node in trace.graph.nodes:
        read = _READ.get(node.op_type)
        if read is None:
            continue
        place = f"{file}: {node.op_type} {node.name!r}" if node.name else f"{file}: {node.op_type}"
        try:
            found = list(read(trace, node))
        except (KeyError, IndexError, TypeError, ValueError):
            continue  # a malformed node: opening the form says so
        yield from _clues(found, inputs, place)
    # small tensors first: what is cut off, if anything, are the weights of a network
    for name, values in sorted(trace.graph.constants.items(), key=lambda item: item[1].size):
        constants = ((value, "constant", None) for value in np.ravel(values).tolist())
        yield from _clues(constants, inputs, f"{file}: constant {name!r}")


def _clues(
    found: Iterable[tuple[Any, str, Column | None]], inputs: Mapping[str, Input], place: str
) -> Iterator[Clue]:
    for raw, role, column in found:
        value = raw.decode("utf-8", errors="replace") if isinstance(raw, bytes) else raw
        of = inputs.get(column.input) if column is not None else None
        if column is not None and of is not None and not isinstance(value, str):
            value = _input_value(of, column.before(float(value)), value)
        if isinstance(value, float) and not math.isfinite(value):
            continue  # padding of trees, NaN keys: no value of an input
        if isinstance(value, (bool, int, float, str, dt.date)):
            yield Clue(value, role, of.name if of is not None else None, place)


def _input_value(of: Input, number: float, exact: float) -> Scalar | None:
    """A number as a value of an input: a code as its level, days as a date; None where it is none."""
    if not math.isfinite(number):
        return None
    match of.kind:
        case Kind.CATEGORY | Kind.STRING:
            whole = number.is_integer() and 0 <= number < len(of.levels)
            return of.levels[int(number)] if whole else None
        case Kind.DATE | Kind.DATETIME:
            step = dt.timedelta(days=1) if of.kind is Kind.DATE else dt.timedelta(seconds=1)
            try:
                moment = _EPOCH + math.floor(number) * step
            except OverflowError:
                return None
            return moment.date() if of.kind is Kind.DATE else moment
        case _:
            # an integer beyond 2**53 would lose its last digits on the way through a double
            return exact if exact == number else number


def _column(trace: Tracer, node: onnx.NodeProto, feature: int) -> Column | None:
    columns = trace.columns(node.input[0])
    return columns[feature] if columns is not None and 0 <= feature < len(columns) else None


def _trees(trace: Tracer, node: onnx.NodeProto) -> _Found:
    """``TreeEnsembleRegressor`` and ``-Classifier``: every split."""
    found = attributes(node)
    values = found["nodes_values_as_tensor"] if "nodes_values_as_tensor" in found else found["nodes_values"]
    modes = found.get("nodes_modes", [b"BRANCH_LEQ"] * len(values))
    for mode, feature, value in zip(modes, found["nodes_featureids"], np.ravel(values).tolist(), strict=True):
        if mode != b"LEAF":
            yield value, "threshold", _column(trace, node, feature)


def _tree_ensemble(trace: Tracer, node: onnx.NodeProto) -> _Found:
    """``TreeEnsemble`` of ai.onnx.ml 5: it has splits only; sets of members stand apart."""
    found = attributes(node)
    splits = np.ravel(found["nodes_splits"]).tolist()
    for feature, value in zip(found["nodes_featureids"], splits, strict=True):
        yield value, "threshold", _column(trace, node, feature)
    for value in np.ravel(found.get("membership_values", [])).tolist():
        yield value, "level", None


def _comparison(trace: Tracer, node: onnx.NodeProto) -> _Found:
    for name in node.input:
        values = trace.graph.constants.get(name)
        if values is None:
            continue
        others = (trace.columns(other) for other in node.input if other != name)
        columns = next((found for found in others if found is not None), (None,))
        if values.ndim and values.shape[-1] == len(columns) > 1:  # one value a column, in each row
            yield from (
                (v, "threshold", columns[i % len(columns)]) for i, v in enumerate(values.ravel().tolist())
            )
        else:
            column = columns[0] if len(columns) == 1 else None
            yield from ((value, "threshold", column) for value in np.ravel(values).tolist())


def _keys(*names: str) -> Callable[[Tracer, onnx.NodeProto], _Found]:
    """Attributes that list what an input is looked up as."""

    def read(trace: Tracer, node: onnx.NodeProto) -> _Found:
        found = attributes(node)
        column = _column(trace, node, 0)
        for name in names:
            yield from ((value, "level", column) for value in np.ravel(found.get(name, [])).tolist())

    return read


_label_keys = _keys("keys_strings", "keys_int64s", "keys_floats", "keys_tensor", "classes_strings")


def _label_encoder(trace: Tracer, node: onnx.NodeProto) -> _Found:
    yield from _label_keys(trace, node)
    found = attributes(node)
    for name in ("values_floats", "values_int64s", "values_strings", "values_tensor"):
        yield from ((value, "constant", None) for value in np.ravel(found.get(name, [])).tolist())


def _per_column(*names: str, role: str) -> Callable[[Tracer, onnx.NodeProto], _Found]:
    """Attributes that hold one value a column, or one for all."""

    def read(trace: Tracer, node: onnx.NodeProto) -> _Found:
        found = attributes(node)
        columns = trace.columns(node.input[0]) or (None,)
        for name in filter(found.__contains__, names):
            values = np.ravel(found[name]).tolist()
            if len(values) == 1:
                yield from ((values[0], role, column) for column in columns)
            else:
                yield from ((value, role, column) for value, column in zip(values, columns, strict=True))

    return read


_READ: Mapping[str, Callable[[Tracer, onnx.NodeProto], _Found]] = {
    **dict.fromkeys(("TreeEnsembleRegressor", "TreeEnsembleClassifier"), _trees),
    **dict.fromkeys(
        ("Less", "LessOrEqual", "Greater", "GreaterOrEqual", "Equal", "Min", "Max", "Clip"), _comparison
    ),
    "TreeEnsemble": _tree_ensemble,
    "LabelEncoder": _label_encoder,
    "OneHotEncoder": _keys("cats_strings", "cats_int64s"),
    "CategoryMapper": _keys("cats_strings", "cats_int64s"),
    "Binarizer": _per_column("threshold", role="threshold"),
    "Scaler": _per_column("offset", role="constant"),
    "Imputer": _per_column(
        *("imputed_value_floats", "imputed_value_int64s", "replaced_value_float", "replaced_value_int64"),
        role="constant",
    ),
}
