"""Build score.onnx: python suites/migration_bugs/onnx_encoder_default_wraps/build_onnx.py."""

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

TYPES = ["small car", "family car", "van", "motorcycle", "truck"]
POINTS = [34, 28, 16, 8, -12]

nodes = [
    helper.make_node(
        "LabelEncoder",
        ["vehicle"],
        ["code"],
        domain="ai.onnx.ml",
        keys_strings=TYPES,
        values_int64s=list(range(len(TYPES))),
        default_int64=-1,
    ),
    helper.make_node("Gather", ["table", "code"], ["points"]),
]
graph = helper.make_graph(
    nodes,
    "vehicle",
    [helper.make_tensor_value_info("vehicle", TensorProto.STRING, ["N"])],
    [helper.make_tensor_value_info("points", TensorProto.INT64, ["N"])],
    [numpy_helper.from_array(np.array(POINTS, np.int64), "table")],
)
opsets = [helper.make_opsetid("", 17), helper.make_opsetid("ai.onnx.ml", 3)]
model = helper.make_model(graph, opset_imports=opsets, ir_version=8)
onnx.checker.check_model(model)
onnx.save(model, Path(__file__).with_name("score.onnx"))
