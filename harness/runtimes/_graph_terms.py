"""What a tensor of an ONNX graph is, in words that a person reads: ``debt / income``."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import onnx

from harness.runtimes._graph import Graph

_INFIX: Mapping[str, str] = {"Add": "+", "Sub": "-", "Mul": "*", "Div": "/", "And": "and", "Or": "or"}
_TRANSPARENT = frozenset(("Cast", "Identity", "Reshape", "Unsqueeze", "Squeeze", "Flatten", "CastLike"))
_DEPTH = 6  # of operations in operations
_SHOWN = 3  # elements of a constant
_LONGEST = 60  # characters of a term; a longer one is known by its tensor's name


class Terms:
    """Words for the tensors of one graph."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph

    def of_node(self, node: onnx.NodeProto, signs: Mapping[str, str]) -> str:
        """What a node does; comparisons with their sign."""
        terms = [self.of(name) for name in node.input if name]
        sign = signs.get(node.op_type)
        if sign is not None and len(terms) == 2:
            return f"{terms[0]} {sign} {terms[1]}"
        return f"{node.op_type}({', '.join(terms)})"

    def of_columns(self, node: onnx.NodeProto, signs: Mapping[str, str]) -> tuple[str, ...]:
        """What a comparison with a row of constants does in each of its columns; empty for any other node."""
        sign = signs.get(node.op_type)
        values = [self.graph.constants.get(name) for name in node.input]
        widths = {one.size for one in values if one is not None and one.size > 1}
        if sign is None or len(values) != 2 or len(widths) != 1:
            return ()
        sides = [
            [self.of(name)] * width if one is None or one.size == 1 else [_constant(v) for v in one.ravel()]
            for name, one in zip(node.input, values, strict=True)
            for width in widths
        ]
        return tuple(f"{left} {sign} {right}" for left, right in zip(*sides, strict=True))

    def of(self, name: str, depth: int = _DEPTH) -> str:
        """What a tensor is: an input, a constant, an operation on others, or else its name."""
        if name in self.graph.constants:
            return _constant(self.graph.constants[name])
        node = self.graph.producers.get(name)
        if node is None or depth == 0 or not node.input:
            return name
        if node.op_type in _TRANSPARENT:
            return self.of(node.input[0], depth)
        terms = [self.of(one, depth - 1) for one in node.input if one]
        infix = _INFIX.get(node.op_type)
        if infix is not None and len(terms) == 2:
            text = f" {infix} ".join(f"({one})" if " " in one else one for one in terms)
        else:
            text = f"{node.op_type}({', '.join(terms)})"
        return text if len(text) <= _LONGEST else name


def _constant(values: np.ndarray[tuple[int, ...], np.dtype[np.generic]]) -> str:
    flat = [
        one.decode("utf-8", "replace") if isinstance(one, bytes) else one for one in values.ravel().tolist()
    ]
    shown = ", ".join(_plain(one) for one in flat[:_SHOWN])
    return shown if len(flat) == 1 else f"[{shown}{', ...' if len(flat) > _SHOWN else ''}]"


def _plain(value: object) -> str:
    return f"{value:.12g}" if isinstance(value, float) else repr(value)
