"""The scorecard as an ONNX graph, in double precision throughout: exact at every edge."""

from __future__ import annotations

from typing import Any

from harness.scorecard.characteristics import Binned, Listed, Points
from harness.scorecard.table import Scorecard

#: The code of a missing category; an unseen one is -1.
MISSING_CODE = -2
_OPSET = 17
_IR_VERSION = 8


def onnx_graph(card: Scorecard) -> bytes:
    """A graph with one input of shape [N, 1] a characteristic: doubles (missing: NaN) or codes of levels.

    Its outputs are ``score`` and ``pd``, of shape [N]. A value that is not legal looks up an entry that
    is not there, so that the runtime raises. Needs the package onnx.
    """
    return _Graph(card).serialized()


class _Graph:
    def __init__(self, card: Scorecard) -> None:
        import onnx

        self._onnx = onnx
        self._card = card
        self._nodes: list[Any] = []
        self._constants: list[Any] = []
        self._inputs: list[Any] = []

    def serialized(self) -> bytes:
        helper, types = self._onnx.helper, self._onnx.TensorProto
        score = types.INT64 if self._card.whole else types.DOUBLE
        outputs = [helper.make_tensor_value_info("score", score, ["N"])]
        self._score()
        if self._card.scaling is not None:
            self._pd(*self._card.scaling)
            outputs.append(helper.make_tensor_value_info("pd", types.DOUBLE, ["N"]))
        graph = helper.make_graph(self._nodes, "scorecard", self._inputs, outputs, self._constants)
        opset = helper.make_opsetid("", _OPSET)
        model = helper.make_model(graph, opset_imports=[opset], ir_version=_IR_VERSION)
        self._onnx.checker.check_model(model, full_check=True)
        content: bytes = model.SerializeToString()
        return content

    def _score(self) -> None:
        total = self._points([self._card.base_points])
        for one in self._card.characteristics:
            index = self._bin(one) if isinstance(one, Binned) else self._level(one)
            table = self._points(_entries(one))
            total = self._node("Add", total, self._node("Gather", table, index))
        self._nodes.append(self._onnx.helper.make_node("Identity", [total], ["score"]))

    def _pd(self, offset: float, factor: float) -> None:
        score = self._node("Cast", "score", to=self._onnx.TensorProto.DOUBLE)
        exponent = self._node("Div", self._node("Sub", score, self._doubles(offset)), self._doubles(factor))
        odds = self._node("Exp", exponent)
        below = self._node("Add", odds, self._doubles(1.0))
        self._nodes.append(self._onnx.helper.make_node("Div", [self._doubles(1.0), below], ["pd"]))

    def _bin(self, one: Binned) -> str:
        """The place of each value in the table: its bin, then the special values, then missing."""
        x = self._input(one.name, self._onnx.TensorProto.DOUBLE)
        row = self._node("Squeeze", x, self._integers(1))
        index = self._integers(0)
        if one.breaks:
            comparison = "Less" if one.closed == "right" else "LessOrEqual"
            beyond = self._node(comparison, self._doubles(*one.breaks), x)
            counted = self._node("Cast", beyond, to=self._onnx.TensorProto.INT64)
            index = self._node("ReduceSum", counted, self._integers(1), keepdims=0)
        for place, value in enumerate(one.special, start=len(one.points)):
            special = self._node("Equal", row, self._doubles(value))
            index = self._node("Where", special, self._integers(place), index)
        last = self._integers(len(one.points) + len(one.special))
        return self._node("Where", self._node("IsNaN", row), last, index)

    def _level(self, one: Listed) -> str:
        """The place of each value in the table: its level, then missing, then unseen."""
        codes = self._input(one.name, self._onnx.TensorProto.INT64)
        code = self._node("Squeeze", codes, self._integers(1))
        for value, place in ((MISSING_CODE, len(one.levels)), (-1, len(one.levels) + 1)):
            found = self._node("Equal", code, self._integers(value))
            code = self._node("Where", found, self._integers(place), code)
        return code

    def _input(self, name: str, kind: int) -> str:
        self._inputs.append(self._onnx.helper.make_tensor_value_info(name, kind, ["N", 1]))
        return name

    def _node(self, operator: str, *inputs: str, **attributes: Any) -> str:
        # no characteristic can bear such a name: that of a model's input has no line break
        name = f"\n{operator}\n{len(self._nodes)}"
        self._nodes.append(self._onnx.helper.make_node(operator, list(inputs), [name], **attributes))
        return name

    def _constant(self, kind: int, values: tuple[Points, ...]) -> str:
        name = f"\nconstant\n{len(self._constants)}"
        self._constants.append(self._onnx.helper.make_tensor(name, kind, [len(values)], values))
        return name

    def _doubles(self, *values: float) -> str:
        return self._constant(self._onnx.TensorProto.DOUBLE, values)

    def _integers(self, *values: int) -> str:
        return self._constant(self._onnx.TensorProto.INT64, values)

    def _points(self, values: list[Points]) -> str:
        types = self._onnx.TensorProto
        return self._constant(types.INT64 if self._card.whole else types.DOUBLE, tuple(values))


def _entries(one: Binned | Listed) -> list[Points]:
    """The points in the order of the places that the graph looks up; the end lacks what is not legal."""
    if isinstance(one, Binned):
        last = [] if one.missing is None else [one.missing]
        return [*one.points, *one.special.values(), *last]
    if one.unseen is not None:
        # no row has the code of a missing value where that is not legal
        return [*one.points, 0 if one.missing is None else one.missing, one.unseen]
    return [*one.points, *([] if one.missing is None else [one.missing])]
