"""Build score.onnx: python suites/migration_bugs/onnx_cash_report_cents/build_onnx.py."""

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

graph = helper.make_graph(
    [helper.make_node("Greater", ["cents", "limit"], ["report"])],
    "report",
    [helper.make_tensor_value_info("cents", TensorProto.FLOAT, ["N"])],
    [helper.make_tensor_value_info("report", TensorProto.BOOL, ["N"])],
    [numpy_helper.from_array(np.array(100_000_000, np.float32), "limit")],
)
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
onnx.checker.check_model(model)
onnx.save(model, Path(__file__).with_name("score.onnx"))
