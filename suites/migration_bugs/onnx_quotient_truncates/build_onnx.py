"""Build score.onnx: python suites/migration_bugs/onnx_quotient_truncates/build_onnx.py."""

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

graph = helper.make_graph(
    [helper.make_node("Div", ["month", "twelve"], ["year"])],
    "years",
    [helper.make_tensor_value_info("month", TensorProto.INT64, ["N"])],
    [helper.make_tensor_value_info("year", TensorProto.INT64, ["N"])],
    [numpy_helper.from_array(np.array(12, np.int64), "twelve")],
)
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
onnx.checker.check_model(model)
onnx.save(model, Path(__file__).with_name("score.onnx"))
