"""Build score.onnx: python suites/migration_bugs/onnx_missing_dependents/build_onnx.py."""

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

constants = {"zero": 0, "two": 2, "low": 30, "middle": 22, "high": 9}
nodes = [
    helper.make_node("LessOrEqual", ["dependents", "zero"], ["is_low"]),
    helper.make_node("LessOrEqual", ["dependents", "two"], ["is_middle"]),
    helper.make_node("Where", ["is_middle", "middle", "high"], ["others"]),
    helper.make_node("Where", ["is_low", "low", "others"], ["points"]),
]
graph = helper.make_graph(
    nodes,
    "dependents",
    [helper.make_tensor_value_info("dependents", TensorProto.INT64, ["N"])],
    [helper.make_tensor_value_info("points", TensorProto.INT64, ["N"])],
    [numpy_helper.from_array(np.array(value, np.int64), name) for name, value in constants.items()],
)
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
onnx.checker.check_model(model)
onnx.save(model, Path(__file__).with_name("score.onnx"))
