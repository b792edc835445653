"""The tensors of an ONNX graph, column by column, as sums of step functions of the model's inputs.

The nodes that are known are listed at the end; any other, or a use that is not read, raises NotProved.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import onnx

from harness.runtimes._graph import Graph, attributes
from harness.workers.python.proof.rowwise import (
    ANY,
    BOOL,
    NUMBER,
    OF_TWO,
    TEXT,
    Known,
    Ledger,
    NotProved,
    Part,
    Total,
    Value,
    add,
    choose,
    combine,
    kind_of,
    named,
    negated,
    scale,
    step,
)

_T = onnx.TensorProto
FLOATS: Mapping[int, Any] = {_T.FLOAT: np.float32, _T.DOUBLE: np.float64}
WHOLES = (_T.INT64, _T.INT32)
_MOST_PLACES = 5_000


@dataclass(frozen=True)
class Tensor:
    """One value a row in each of some columns; ``flat`` where its shape is [N], not [N, columns]."""

    columns: tuple[Value, ...]
    element: int
    flat: bool

    def of(self, columns: Sequence[Value], element: int | None = None) -> Tensor:
        """Other columns in the same shape."""
        return Tensor(tuple(columns), self.element if element is None else element, self.flat)


class Terms:
    """Follows tensors back to the inputs, and notes in ``ledger`` where these are compared."""

    def __init__(self, graph: Graph, inputs: Mapping[str, Tensor]) -> None:
        self.graph = graph
        self.ledger = Ledger()
        self._known: dict[str, Tensor] = dict(inputs)

    def tensor(self, name: str) -> Tensor:
        """What a tensor that depends on the rows holds."""
        waiting = [name]
        while waiting:
            at = waiting[-1]
            if at in self._known:
                waiting.pop()
                continue
            node = self.graph.producers.get(at)
            if node is None or node.domain not in ("", "ai.onnx", "ai.onnx.ml"):
                raise NotProved(f"there is no {at!r}" if node is None else f"{node.op_type} of {node.domain}")
            above = [
                one
                for one in node.input
                if one and one not in self.graph.constants and one not in self._known
            ]
            if above:
                if len(waiting) > 10_000:
                    raise NotProved("the graph goes in a circle")
                waiting.extend(above)
                continue
            read = _READ.get(node.op_type)
            if read is None:
                raise NotProved(f"a node that is not read: {node.op_type}")
            if node.op_type not in _SEVERAL and len([one for one in node.output if one]) != 1:
                raise NotProved(f"{node.op_type} with several outputs")
            self._known[at] = read(self, node)
        return self._known[name]

    def constant(self, node: onnx.NodeProto, index: int, attribute: str = "") -> Any:
        """A constant that a node takes, as an input or as an attribute; None where it takes none."""
        if index < len(node.input) and node.input[index]:
            found = self.graph.input_constant(node, index)
            if found is None:
                raise NotProved(f"{node.op_type} with something that is no constant")
            return found
        found = attributes(node).get(attribute)
        return None if found is None else np.asarray(found)

    def operands(self, node: onnx.NodeProto) -> tuple[Tensor, list[tuple[Value, ...]]]:
        """The operands of a node that works element by element, by column; the first tensor for its shape."""
        held = [name not in self.graph.constants for name in node.input]
        tensors = [self.tensor(name) for name, row in zip(node.input, held, strict=True) if row]
        if not tensors or len({one.flat for one in tensors}) > 1:
            raise NotProved(f"{node.op_type} of tensors of different shapes")
        width = max(len(one.columns) for one in tensors)
        if tensors[0].flat is False:
            for name, row in zip(node.input, held, strict=True):
                if not row:
                    width = max(width, self.graph.constants[name].size)
        lists = []
        rest = iter(tensors)
        for name, row in zip(node.input, held, strict=True):
            values = next(rest).columns if row else self._spread(self.graph.constants[name], tensors[0].flat)
            if len(values) not in (1, width):
                raise NotProved(f"{node.op_type} of tensors of different shapes")
            lists.append(values * width if len(values) == 1 else values)
        shape = Tensor(tuple([Part(None)] * width), tensors[0].element, tensors[0].flat)
        return shape, list(zip(*lists, strict=True))

    @staticmethod
    def _spread(constant: Any, flat: bool) -> tuple[Value, ...]:
        if flat and (constant.ndim > 1 or constant.size != 1):
            raise NotProved("a list is spread over the rows")
        if constant.ndim > 2 or (constant.ndim == 2 and constant.shape[0] != 1):
            raise NotProved("a list is spread over the rows")
        return tuple(Known(_plain(one)) for one in constant.ravel())


def _plain(one: Any) -> Any:
    plain = one.item() if isinstance(one, np.generic) else one
    return plain.decode("utf-8") if isinstance(plain, bytes) else plain


# -- shapes


def _same(terms: Terms, node: onnx.NodeProto) -> Tensor:
    return terms.tensor(node.input[0])


def _reshape(terms: Terms, node: onnx.NodeProto) -> Tensor:
    held, shape = terms.tensor(node.input[0]), np.ravel(terms.constant(node, 1, "shape")).tolist()
    width = len(held.columns)
    if shape == [-1] and width == 1:
        return Tensor(held.columns, held.element, True)
    if shape in ([-1, width], [0, width], [0, -1]) and (not held.flat or shape != [0, -1]):
        return Tensor(held.columns, held.element, False)
    raise NotProved(f"a tensor is given the shape {shape}")


def _unsqueeze(terms: Terms, node: onnx.NodeProto) -> Tensor:
    held, axes = terms.tensor(node.input[0]), np.ravel(terms.constant(node, 1, "axes")).tolist()
    if held.flat and axes in ([1], [-1]):
        return Tensor(held.columns, held.element, False)
    raise NotProved("a tensor is given another axis")


def _squeeze(terms: Terms, node: onnx.NodeProto) -> Tensor:
    held, axes = terms.tensor(node.input[0]), terms.constant(node, 1, "axes")
    if (
        not held.flat
        and len(held.columns) == 1
        and axes is not None
        and np.ravel(axes).tolist() in ([1], [-1])
    ):
        return Tensor(held.columns, held.element, True)
    raise NotProved("a tensor loses an axis")


def _flatten(terms: Terms, node: onnx.NodeProto) -> Tensor:
    held = terms.tensor(node.input[0])
    if attributes(node).get("axis", 1) != 1:
        raise NotProved("a tensor is given another shape")
    return Tensor(held.columns, held.element, False)


def _concat(terms: Terms, node: onnx.NodeProto) -> Tensor:
    parts = [terms.tensor(name) for name in node.input]
    if attributes(node).get("axis") not in (1, -1) or any(one.flat for one in parts):
        raise NotProved("tensors are put one after the other")
    return Tensor(tuple(column for part in parts for column in part.columns), parts[0].element, False)


def _slice(terms: Terms, node: onnx.NodeProto) -> Tensor:
    held = terms.tensor(node.input[0])
    starts, ends, axes = (
        terms.constant(node, place, name) for place, name in ((1, "starts"), (2, "ends"), (3, "axes"))
    )
    steps = terms.constant(node, 4, "")
    plain = [None if one is None else np.ravel(one).tolist() for one in (starts, ends, axes)]
    if held.flat or plain[2] not in ([1], [-1]) or (steps is not None and np.ravel(steps).tolist() != [1]):
        raise NotProved("rows are left out")
    assert plain[0] is not None
    assert plain[1] is not None
    return Tensor(held.columns[plain[0][0] : plain[1][0]], held.element, False)


# -- element by element


def _cast(terms: Terms, node: onnx.NodeProto) -> Tensor:
    held, to = terms.tensor(node.input[0]), attributes(node)["to"]
    return held.of([cast(one, held.element, to) for one in held.columns], to)


def cast(value: Value, element: int, to: int) -> Value:
    """A value as another element type."""
    if to not in (*FLOATS, *WHOLES, _T.BOOL, element):
        raise NotProved(f"values as {_T.DataType.Name(to)}")
    if to == element:
        return value
    raw = isinstance(value, Part) and value.raw
    if raw and kind_of(value) == NUMBER and to != _T.BOOL:
        if to == _T.FLOAT:
            return _chained(value, single)
        if to in WHOLES and element in FLOATS:
            return _chained(value, lambda x: float(np.trunc(x)))
        return value
    if isinstance(value, Total) and to == _T.DOUBLE:
        return value
    if isinstance(value, Total) and to in FLOATS:
        return value
    return combine([value], BOOL if to == _T.BOOL else NUMBER)


def single(x: float) -> float:
    """A double rounded to single precision."""
    with np.errstate(over="ignore"):
        return float(np.float32(x))


def _chained(value: Value, function: Callable[[float], float]) -> Part:
    assert isinstance(value, Part)
    return value._replace(chain=(*value.chain, function), pure=False)


def _compare(terms: Terms, node: onnx.NodeProto) -> Tensor:
    shape, rows = terms.operands(node)
    return shape.of([_compared(terms, node.op_type, a, b) for a, b in rows], _T.BOOL)


def _compared(terms: Terms, operator: str, a: Value, b: Value) -> Value:
    for one, other in ((a, b), (b, a)):
        if isinstance(one, Part) and one.raw and isinstance(other, Known):
            if one.kind == TEXT and operator != "Equal":
                raise NotProved(f"{named(one.input)} is text, and ordered")
            terms.ledger.compare(one, other.value)
            return step(one.input, BOOL)
    return combine([a, b], BOOL)


def _logic(terms: Terms, node: onnx.NodeProto) -> Tensor:
    shape, rows = terms.operands(node)
    return shape.of([combine(row, BOOL) for row in rows], _T.BOOL)


def _missing(terms: Terms, node: onnx.NodeProto) -> Tensor:
    held = terms.tensor(node.input[0])
    return held.of([_is_missing(one) for one in held.columns], _T.BOOL)


def _is_missing(value: Value) -> Value:
    if isinstance(value, Part):
        # a chain of functions of finite numbers gives none that is missing
        return step(value.input, BOOL)
    return combine([value], BOOL)


def _where(terms: Terms, node: onnx.NodeProto) -> Tensor:
    shape, rows = terms.operands(node)
    chosen = node.input[1]
    constant = terms.graph.constants.get(chosen)
    element = terms.tensor(chosen).element if constant is None else _element_of(constant)
    return shape.of([choose(*row) for row in rows], element)


def _element_of(constant: Any) -> int:
    return int(onnx.helper.np_dtype_to_tensor_dtype(constant.dtype))


def _elementwise(terms: Terms, node: onnx.NodeProto) -> Tensor:
    shape, rows = terms.operands(node)
    return shape.of([combine(row, NUMBER) for row in rows])


def _stepped(terms: Terms, node: onnx.NodeProto) -> Tensor:
    held = terms.tensor(node.input[0])
    functions: Mapping[str, Callable[[float], Any]] = {"Floor": np.floor, "Ceil": np.ceil, "Round": np.round}
    function = functions[node.op_type]
    columns = [
        _chained(one, lambda x: float(function(x)))
        if isinstance(one, Part) and one.raw
        else combine([one], NUMBER)
        for one in held.columns
    ]
    return held.of(columns)


def _clip(terms: Terms, node: onnx.NodeProto) -> Tensor:
    held = terms.tensor(node.input[0])
    low, high = terms.constant(node, 1, "min"), terms.constant(node, 2, "max")
    least = -np.inf if low is None else float(np.ravel(low)[0])
    most = np.inf if high is None else float(np.ravel(high)[0])
    columns = [
        _chained(one, lambda x: min(max(x, least), most))
        if isinstance(one, Part) and one.raw
        else combine([one], NUMBER)
        for one in held.columns
    ]
    return held.of(columns)


def _negative(terms: Terms, node: onnx.NodeProto) -> Tensor:
    held = terms.tensor(node.input[0])
    columns = [
        _chained(one, lambda x: -x) if isinstance(one, Part) and one.raw else scale(one, Known(-1))
        for one in held.columns
    ]
    return held.of(columns)


# -- arithmetic


def _arithmetic(terms: Terms, node: onnx.NodeProto) -> Tensor:
    shape, rows = terms.operands(node)
    _check_element(shape.element)
    return shape.of([_reckoned(node.op_type, row, shape.element) for row in rows])


def _check_element(element: int) -> None:
    if element not in (*FLOATS, *WHOLES):
        raise NotProved(f"arithmetic of {_T.DataType.Name(element)}")


def _reckoned(operator: str, row: Sequence[Value], element: int) -> Value:
    result = row[0]
    for other in row[1:]:
        result = _two(operator, result, other, element)
    return result


_SIGNS = {"Add": "+", "Sub": "-", "Mul": "*", "Div": "/"}


def _two(operator: str, a: Value, b: Value, element: int) -> Value:
    for one, other in ((a, b), (b, a)):
        if isinstance(one, Part) and one.raw and isinstance(other, Known):
            return _by_number(operator, one, other.value, element, first=one is a)
    if isinstance(a, Part) and isinstance(b, Part) and a.raw and b.raw and a.input != b.input:
        return _derived(operator, a, b, element)
    if operator in ("Add", "Sub", "Sum"):
        return add(a, negated(b) if operator == "Sub" else b)
    if operator == "Mul" or (operator == "Div" and isinstance(b, Known) and element in FLOATS):
        return scale(a, b)
    return combine([a, b], NUMBER)


def _by_number(operator: str, part: Part, number: Any, element: int, first: bool) -> Part:
    kind: Any = FLOATS.get(element, np.float64)
    k = kind(number)
    functions: Mapping[str, Callable[[Any], Any] | None] = {
        "Add": lambda x: x + k,
        "Sum": lambda x: x + k,
        "Sub": (lambda x: x - k) if first else (lambda x: k - x),
        "Mul": (lambda x: x * k) if k != 0 else None,
        "Div": (lambda x: x / k) if k != 0 and first and element in FLOATS else None,
    }
    function = functions.get(operator)
    if function is None or part.kind != NUMBER or not np.isfinite(k):
        raise NotProved(f"{named(part.input)} is reckoned with otherwise than by a plain number")

    def reckon(x: float) -> float:
        with np.errstate(over="ignore"):
            return float(function(kind(x)))

    return _chained(part, reckon)


def _derived(operator: str, a: Part, b: Part, element: int) -> Part:
    """A quantity made of two inputs, in double precision."""
    sign = _SIGNS.get(operator)
    if sign is None or not (a.pure and b.pure) or element != _T.DOUBLE or OF_TWO in f"{a.input}{b.input}":
        raise NotProved(f"{named(a.input)} and {named(b.input)} are put together")
    first, second = str(a.input), str(b.input)
    if sign in "+*":
        first, second = sorted((first, second))
    return Part(OF_TWO.join((first, sign, second)), NUMBER, True, pure=True)


def _sum_columns(terms: Terms, node: onnx.NodeProto) -> Tensor:
    held, axes = terms.tensor(node.input[0]), terms.constant(node, 1, "axes")
    if held.flat or axes is None or np.ravel(axes).tolist() not in ([1], [-1]):
        raise NotProved("a sum over rows")
    _check_element(held.element)
    keeps = attributes(node).get("keepdims", 1)
    if node.op_type == "ReduceSum":
        result = _reckoned("Add", held.columns, held.element)
    else:
        result = combine(held.columns, NUMBER)
    return Tensor((result,), held.element, not keeps)


def _matrix(terms: Terms, node: onnx.NodeProto) -> Tensor:
    """``MatMul`` and ``Gemm`` with constant weights."""
    said = attributes(node)
    held, weights = terms.tensor(node.input[0]), terms.constant(node, 1)
    if held.flat or weights is None or weights.ndim != 2 or said.get("transA", 0):
        raise NotProved(f"{node.op_type} of other shapes")
    _check_element(held.element)
    weights = (weights.T if said.get("transB", 0) else weights) * said.get("alpha", 1.0)
    if weights.shape[0] != len(held.columns):
        raise NotProved(f"{node.op_type} of other shapes")
    constant = terms.constant(node, 2)
    columns = []
    for place in range(weights.shape[1]):
        parts = [scale(one, Known(float(w))) for one, w in zip(held.columns, weights[:, place], strict=True)]
        result = _reckoned("Add", parts, held.element)
        columns.append(result if constant is None else add(result, Known(0.0)))
    return Tensor(tuple(columns), held.element, False)


# -- tables


def _gather(terms: Terms, node: onnx.NodeProto) -> Tensor:
    axis = attributes(node).get("axis", 0)
    table = terms.graph.constants.get(node.input[0])
    if table is None:
        return _columns_picked(terms, node, axis)
    held = terms.tensor(node.input[1])
    if axis != 0 or table.ndim > 2 or (table.ndim == 2 and not held.flat):
        raise NotProved("a table of several dimensions")
    width = 1 if table.ndim == 1 else table.shape[1]
    columns = [_looked_up(terms, one, table) for one in held.columns for _ in range(width)]
    return Tensor(tuple(columns), _element_of(table), held.flat and table.ndim == 1)


def _looked_up(terms: Terms, place: Value, table: Any) -> Value:
    kind = NUMBER if _element_of(table) in (*FLOATS, *WHOLES) else TEXT if table.dtype.kind in "OU" else ANY
    if isinstance(place, Part) and place.raw:
        if len(table) > _MOST_PLACES:
            raise NotProved("a table is too long")
        for one in range(-len(table), len(table)):
            terms.ledger.compare(place, one)
        return step(place.input, kind)
    return combine([place], kind)


def _columns_picked(terms: Terms, node: onnx.NodeProto, axis: int) -> Tensor:
    held, chosen = terms.tensor(node.input[0]), terms.constant(node, 1)
    if held.flat or (node.op_type == "Gather" and axis not in (1, -1)):
        raise NotProved("rows are picked")
    places = [int(one) for one in np.ravel(chosen)]
    if not all(-len(held.columns) <= one < len(held.columns) for one in places):
        raise NotProved("a column that is not there")
    flat = node.op_type == "Gather" and chosen.ndim == 0
    return Tensor(tuple(held.columns[one] for one in places), held.element, flat)


def _feature(terms: Terms, node: onnx.NodeProto) -> Tensor:
    if node.input[0] in terms.graph.constants:
        raise NotProved("a table of several dimensions")
    return _columns_picked(terms, node, 1)


def _encoder(terms: Terms, node: onnx.NodeProto) -> Tensor:
    said = attributes(node)
    keys = next((said[one] for one in said if one.startswith("keys_")), None)
    values = next((said[one] for one in said if one.startswith("values_")), None)
    if keys is None or values is None:
        raise NotProved("an encoder of another version")
    held = terms.tensor(node.input[0])
    plain = [_plain(one) for one in keys]
    texts = isinstance(_plain(values[0]), str)
    columns: list[Value] = []
    for one in held.columns:
        if isinstance(one, Part) and one.raw:
            for key in plain:
                terms.ledger.compare(one, key)
            columns.append(step(one.input, TEXT if texts else NUMBER))
        else:
            columns.append(combine([one], TEXT if texts else NUMBER))
    whole = _T.INT64 if isinstance(_plain(values[0]), int) else _T.FLOAT
    if getattr(np.asarray(values), "dtype", None) == np.float64 and said.get("values_tensor") is not None:
        whole = _T.DOUBLE
    return held.of(columns, _T.STRING if texts else whole)


_Reader = Callable[[Terms, onnx.NodeProto], Tensor]
_LINKS = [
    "Exp",
    "Log",
    "Sqrt",
    "Sigmoid",
    "Tanh",
    "Softplus",
    "Erf",
    "Abs",
    "Sign",
    "Reciprocal",
    "Pow",
    "Mod",
    "Min",
    "Max",
    "Mean",
    "Sin",
    "Cos",
    "Elu",
    "Relu",
]
_SEVERAL = ("Dropout",)
_READ: Mapping[str, _Reader] = {
    **dict.fromkeys(("Identity", "Dropout"), _same),
    "Reshape": _reshape,
    "Unsqueeze": _unsqueeze,
    "Squeeze": _squeeze,
    "Flatten": _flatten,
    "Concat": _concat,
    "Slice": _slice,
    "Cast": _cast,
    **dict.fromkeys(("Less", "LessOrEqual", "Greater", "GreaterOrEqual", "Equal"), _compare),
    **dict.fromkeys(("And", "Or", "Xor", "Not"), _logic),
    "IsNaN": _missing,
    "Where": _where,
    **dict.fromkeys(_LINKS, _elementwise),
    **dict.fromkeys(("Floor", "Ceil", "Round"), _stepped),
    "Clip": _clip,
    "Neg": _negative,
    **dict.fromkeys(("Add", "Sub", "Mul", "Div", "Sum"), _arithmetic),
    **dict.fromkeys(("ReduceSum", "ReduceMax", "ReduceMin", "ReduceMean"), _sum_columns),
    **dict.fromkeys(("MatMul", "Gemm"), _matrix),
    "Gather": _gather,
    "ArrayFeatureExtractor": _feature,
    "LabelEncoder": _encoder,
}
