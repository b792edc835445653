"""Build score.onnx: python suites/migration_bugs/onnx_tree_branch_mode/build_onnx.py."""

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

SPLITS = [27.5, 1250.5, 143.25, 0, 0, 0, 0]  # usage, bill, usage; then four leaves
WEIGHTS = [80, 55, 30, 10]

nodes = [
    helper.make_node("Concat", ["usage", "bill"], ["x"], axis=1),
    helper.make_node(
        "TreeEnsembleRegressor",
        ["x"],
        ["points"],
        domain="ai.onnx.ml",
        n_targets=1,
        nodes_treeids=[0] * 7,
        nodes_nodeids=list(range(7)),
        nodes_modes=["BRANCH_LEQ"] * 3 + ["LEAF"] * 4,
        nodes_featureids=[0, 1, 0, 0, 0, 0, 0],
        nodes_values_as_tensor=numpy_helper.from_array(np.array(SPLITS, np.float64)),
        nodes_truenodeids=[1, 3, 5, 0, 0, 0, 0],
        nodes_falsenodeids=[2, 4, 6, 0, 0, 0, 0],
        target_treeids=[0] * 4,
        target_nodeids=[3, 4, 5, 6],
        target_ids=[0] * 4,
        target_weights_as_tensor=numpy_helper.from_array(np.array(WEIGHTS, np.float64)),
    ),
]
inputs = [helper.make_tensor_value_info(name, TensorProto.DOUBLE, ["N", 1]) for name in ("usage", "bill")]
outputs = [helper.make_tensor_value_info("points", TensorProto.FLOAT, ["N", 1])]
graph = helper.make_graph(nodes, "churn", inputs, outputs)
opsets = [helper.make_opsetid("", 17), helper.make_opsetid("ai.onnx.ml", 3)]
model = helper.make_model(graph, opset_imports=opsets, ir_version=8)
onnx.checker.check_model(model)
onnx.save(model, Path(__file__).with_name("score.onnx"))
