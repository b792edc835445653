"""Build scorecard.onnx from fixtures/models/german_scorecard/model.json.

    python suites/german_scorecard/build_onnx.py

Bins are counted edges: the number of edges that x exceeds is the index of its bin, closed at the
right. Edges and PD are double precision, points and codes int64: the scores are R's, and the PDs
too up to the last bit of 2^x.
"""

import json
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

HERE = Path(__file__).resolve().parent
MODEL = HERE / "../../fixtures/models/german_scorecard/model.json"
DOUBLES = ("duration_months", "credit_amount")


class Graph:
    """Nodes and constants in the making; `add` returns the name of the node's output."""

    def __init__(self):
        self.nodes = []
        self.constants = []

    def constant(self, name, values, dtype):
        self.constants.append(numpy_helper.from_array(np.array(values, dtype=dtype), name))
        return name

    def add(self, operator, *inputs, output=None, **attributes):
        output = output or f"{operator}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, inputs, [output], **attributes))
        return output


def add_points(graph, name, entry, is_double):
    """Points of one characteristic, as an int64 tensor of shape [N]."""
    # the last element is for what is no level: Gather takes the code -1 as an index from the end
    other = entry.get("unseen", entry.get("missing", 0))
    points = graph.constant(f"{name}.points", [*entry["points"], other], np.int64)
    if "levels" in entry:
        return graph.add("Gather", points, name)
    dtype = np.float64 if is_double else np.int64
    edges = graph.constant(f"{name}.edges", entry["breaks"], dtype)
    above = graph.add("Greater", graph.add("Unsqueeze", name, "axis_1"), edges)
    above = graph.add("Cast", above, to=TensorProto.INT64)
    result = graph.add("Gather", points, graph.add("ReduceSum", above, "axis_1", keepdims=0))
    if "special" in entry:
        special = graph.constant(f"{name}.special", entry["special"], np.int64)
        special_points = graph.constant(f"{name}.special_points", entry["special_points"], np.int64)
        result = graph.add("Where", graph.add("Equal", name, special), special_points, result)
    if "missing" in entry:
        # NaN exceeds no edge, and so would be taken for the first bin; so would the integer -1
        absent = graph.add("IsNaN", name) if is_double else graph.add("Less", name, "zero")
        missing = graph.constant(f"{name}.missing", entry["missing"], np.int64)
        result = graph.add("Where", absent, missing, result)
    return result


def build(model):
    graph = Graph()
    graph.constant("axis_1", [1], np.int64)
    graph.constant("zero", 0, np.int64)
    graph.add("Div", "credit_amount", "duration_months", output="monthly_instalment")
    total = graph.constant("base_points", model["base_points"], np.int64)
    for name, entry in model["characteristics"].items():
        is_double = name in (*DOUBLES, "monthly_instalment")
        total = graph.add("Add", total, add_points(graph, name, entry, is_double))
    graph.add("Identity", total, output="score")

    for name in ("base_score", "pdo", "base_odds"):
        graph.constant(name, model[name], np.float64)
    one, two = graph.constant("one", 1, np.float64), graph.constant("two", 2, np.float64)
    excess = graph.add("Sub", graph.add("Cast", total, to=TensorProto.DOUBLE), "base_score")
    growth = graph.add("Pow", two, graph.add("Div", excess, "pdo"))
    odds = graph.add("Mul", "base_odds", growth)
    graph.add("Div", one, graph.add("Add", one, odds), output="pd")

    def value(name, element_type):
        return helper.make_tensor_value_info(name, element_type, ["N"])

    inputs = [
        value(name, TensorProto.DOUBLE if name in DOUBLES else TensorProto.INT64)
        for name in model["characteristics"]
        if name != "monthly_instalment"
    ]
    outputs = [value("score", TensorProto.INT64), value("pd", TensorProto.DOUBLE)]
    body = helper.make_graph(graph.nodes, "german-scorecard", inputs, outputs, graph.constants)
    # the oldest versions that suffice, so that older runtimes read the file
    built = helper.make_model(body, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(built, full_check=True)
    return built


if __name__ == "__main__":
    table = json.loads(MODEL.read_text(encoding="utf-8"))
    onnx.save(build(table), HERE / "scorecard.onnx")
