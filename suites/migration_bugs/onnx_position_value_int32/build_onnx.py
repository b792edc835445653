"""Build score.onnx: python suites/migration_bugs/onnx_position_value_int32/build_onnx.py."""

from pathlib import Path

import onnx
from onnx import TensorProto, helper

graph = helper.make_graph(
    [helper.make_node("Mul", ["units", "price"], ["value"])],
    "value",
    [helper.make_tensor_value_info(name, TensorProto.INT32, ["N"]) for name in ("units", "price")],
    [helper.make_tensor_value_info("value", TensorProto.INT32, ["N"])],
)
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
onnx.checker.check_model(model)
onnx.save(model, Path(__file__).with_name("score.onnx"))
