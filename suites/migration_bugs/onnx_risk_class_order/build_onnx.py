"""Build score.onnx: python suites/migration_bugs/onnx_risk_class_order/build_onnx.py."""

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

MARGINS = {"low": 0.011, "medium": 0.018, "high": 0.034}

table = np.array([MARGINS[risk] for risk in sorted(MARGINS)])
nodes = [
    helper.make_node("Gather", ["table", "risk"], ["of_class"]),
    helper.make_node("Mul", ["of_class", "amount"], ["margin"]),
]
graph = helper.make_graph(
    nodes,
    "margin",
    [
        helper.make_tensor_value_info("risk", TensorProto.INT64, ["N"]),
        helper.make_tensor_value_info("amount", TensorProto.DOUBLE, ["N"]),
    ],
    [helper.make_tensor_value_info("margin", TensorProto.DOUBLE, ["N"])],
    [numpy_helper.from_array(table, "table")],
)
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
onnx.checker.check_model(model)
onnx.save(model, Path(__file__).with_name("score.onnx"))
