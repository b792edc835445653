"""Build score.onnx: python suites/migration_bugs/sound_single_precision_agreed/build_onnx.py."""

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

constants = {"income_weight": -0.00013, "age_weight": -0.0173, "intercept": -1.5}
nodes = [
    helper.make_node("Mul", ["income", "income_weight"], ["of_income"]),
    helper.make_node("Mul", ["age", "age_weight"], ["of_age"]),
    helper.make_node("Sum", ["of_income", "of_age", "intercept"], ["logit"]),
]
graph = helper.make_graph(
    nodes,
    "logit",
    [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["N"]) for name in ("income", "age")],
    [helper.make_tensor_value_info("logit", TensorProto.FLOAT, ["N"])],
    [numpy_helper.from_array(np.array(value, np.float32), name) for name, value in constants.items()],
)
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
onnx.checker.check_model(model)
onnx.save(model, Path(__file__).with_name("score.onnx"))
