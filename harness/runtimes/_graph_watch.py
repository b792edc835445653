"""An ONNX graph rewritten so that its comparisons are seen, and can be made to come out otherwise.

Each comparison ``c = Less(a, b)`` becomes ``c = And(Or(Less(a, b), yes), keep)``, with two new inputs, and
``a`` and ``b`` become outputs as well (ONNX Runtime has no ``Where`` for truth values). What steps (a
rounding, a cast to integers, a cap) shows what it takes and gives. The worker feeds and reads them: see
``harness/workers/python/watched_graphs.py``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

import onnx
from google.protobuf.message import DecodeError
from onnx import helper, shape_inference

from harness.runtimes._graph import Graph
from harness.runtimes._graph_terms import Terms
from harness.workers.python.graphs import ADDED

SIGNS: Mapping[str, str] = {
    "Less": "<",
    "LessOrEqual": "<=",
    "Greater": ">",
    "GreaterOrEqual": ">=",
    "Equal": "==",
}
COUNTED = frozenset(("Add", "Sub", "Mul", "Sum", "ReduceSum"))  # which overflow, of integers
STEPS = frozenset(("And", "Or", "Floor", "Ceil", "Round", "Mod", "Min", "Max", "Clip", "ArgMax", "ArgMin"))
CAP = 20_000  # elements of the constants that are kept to name things by
MOST_SITES = 200
MOST_BYTES = 64 << 20
WHOLE = frozenset(
    getattr(onnx.TensorProto, f"{sign}INT{bits}") for sign in ("", "U") for bits in (8, 16, 32, 64)
)


@dataclass(frozen=True, slots=True)
class Site:
    """One node that is watched, said to a person by ``text``, or column by column by ``texts``. ``taken``
    and ``given`` are the tensors to read; ``yes`` and ``keep`` those to feed, empty where it cannot be made
    to come out otherwise."""

    text: str
    texts: tuple[str, ...]
    operator: str
    taken: tuple[str, ...]
    given: str
    yes: str = ""
    keep: str = ""


def watched_graph(path: Path) -> tuple[bytes, list[dict[str, object]]] | None:
    """The rewritten graph as the content of a file, and its sites; None where it cannot be read, shows
    nothing, or keeps its weights in other files."""
    try:
        proto = onnx.load(str(path), load_external_data=False)
        elsewhere = any(one.data_location == onnx.TensorProto.EXTERNAL for one in proto.graph.initializer)
        if elsewhere or proto.ByteSize() > MOST_BYTES:
            return None
        known = shape_inference.infer_shapes(proto, data_prop=True).graph
        terms = Terms(Graph(path, CAP))
    except (OSError, ValueError, DecodeError, shape_inference.InferenceError):
        return None
    types = {one.name: one.type.tensor_type for one in (*known.value_info, *known.input, *known.output)}
    rewriting = _Rewriting(proto.graph, types, terms)
    rewriting.run()
    sites = [asdict(site) for site in rewriting.sites]
    return (proto.SerializeToString(), sites) if sites else None


@dataclass(slots=True)
class _Rewriting:
    """Changes a graph in place, and gathers its sites in its order."""

    graph: onnx.GraphProto
    types: Mapping[str, onnx.TypeProto.Tensor]
    terms: Terms
    sites: list[Site] = field(default_factory=list)

    def run(self) -> None:
        """Make every comparison and step seen, up to MOST_SITES."""
        nodes: list[onnx.NodeProto] = []
        for node in self.graph.node:
            nodes.append(node)
            wanted = not node.domain and (node.op_type in SIGNS or self._steps(node))
            if wanted and len(self.sites) < MOST_SITES:
                nodes += self._seen(node)
        del self.graph.node[:]
        self.graph.node.extend(nodes)

    def _steps(self, node: onnx.NodeProto) -> bool:
        """Whether a node makes steps, or overflows; most do so only where whole numbers come out."""
        if node.op_type == "Cast":
            to = next((one.i for one in node.attribute if one.name == "to"), 0)
            return to in WHOLE and self._element(node.input[0]) not in (*WHOLE, onnx.TensorProto.BOOL)
        if node.op_type == "Div" or node.op_type in COUNTED:
            return self._element(node.output[0]) in WHOLE
        return node.op_type in STEPS

    def _element(self, name: str) -> int:
        """The element type of a tensor; 0 where it is not known."""
        typed = self.types.get(name)
        return 0 if typed is None else typed.elem_type

    def _seen(self, node: onnx.NodeProto) -> list[onnx.NodeProto]:
        """The nodes to put after one, so that it is seen."""
        prefix, came = f"{ADDED}{len(self.sites)}", node.output[0]
        read = [name for name in node.input if name]
        taken = tuple(f"{prefix}:taken {place}" for place in range(len(read)))
        more = [helper.make_node("Identity", [one], [copy]) for one, copy in zip(read, taken, strict=True)]
        given, yes, keep = f"{prefix}:given", "", ""
        typed = self.types.get(came)
        # truth values of one dimension leave the shape of any result of one or more as it is
        if node.op_type in SIGNS and typed is not None and len(typed.shape.dim):
            yes, keep, raw, either = (f"{prefix}:{word}" for word in ("yes", "keep", "raw", "either"))
            node.output[0] = raw
            more.append(helper.make_node("Or", [raw, yes], [either]))
            more.append(helper.make_node("And", [either, keep], [came]))
            for name in (yes, keep):
                self.graph.input.append(helper.make_tensor_value_info(name, onnx.TensorProto.BOOL, [None]))
        more.append(helper.make_node("Identity", [came], [given]))
        self.graph.output.extend(onnx.ValueInfoProto(name=name) for name in (*taken, given))
        texts = self.terms.of_columns(node, SIGNS)
        self.sites.append(Site(self.terms.of_node(node, SIGNS), texts, node.op_type, taken, given, yes, keep))
        return more
