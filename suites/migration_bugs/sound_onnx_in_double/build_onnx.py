"""Build score.onnx: python suites/migration_bugs/sound_onnx_in_double/build_onnx.py."""

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

constants = {"mean": 0.42, "weight": 1.7, "intercept": -2.9, "edge": 24, "zero": 0, "known": 0.35}
nodes = [
    helper.make_node("IsNaN", ["utilisation"], ["absent"]),
    helper.make_node("Where", ["absent", "mean", "utilisation"], ["filled"]),
    helper.make_node("Mul", ["filled", "weight"], ["of_utilisation"]),
    helper.make_node("Less", ["months", "edge"], ["is_new"]),
    helper.make_node("Where", ["is_new", "zero", "known"], ["of_months"]),
    helper.make_node("Add", ["intercept", "of_utilisation"], ["without_months"]),
    helper.make_node("Sub", ["without_months", "of_months"], ["logit"]),
    helper.make_node("Sigmoid", ["logit"], ["pd"]),
]
graph = helper.make_graph(
    nodes,
    "pd",
    [helper.make_tensor_value_info(name, TensorProto.DOUBLE, ["N"]) for name in ("utilisation", "months")],
    [helper.make_tensor_value_info("pd", TensorProto.DOUBLE, ["N"])],
    [numpy_helper.from_array(np.array(value, np.float64), name) for name, value in constants.items()],
)
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
onnx.checker.check_model(model)
onnx.save(model, Path(__file__).with_name("score.onnx"))
