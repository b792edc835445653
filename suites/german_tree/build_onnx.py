"""Build tree.onnx from fixtures/models/german_tree/model.json.

    python suites/german_tree/build_onnx.py

TreeEnsembleRegressor (ai.onnx.ml 3) compares in double, if both its input and its thresholds are
double, but always answers in float32. So its leaves answer with their numbers, which float32 holds
exactly, and the PD and the class are looked up by that number. rpart splits with <, hence
BRANCH_LT.

A split by levels becomes a column of its own: 0 where the level goes to the node's `yes`, 1 where
it goes to `no`, NaN where it goes to neither. NaN follows the node's `missing`, in every split.
"""

import json
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

HERE = Path(__file__).resolve().parent
MODEL = HERE / "../../fixtures/models/german_tree/model.json"
CREDIT = HERE / "../../fixtures/german_credit/columns.json"


def array(values, dtype, name=None):
    return numpy_helper.from_array(np.array(values, dtype=dtype), name)


def membership(node, levels):
    """The column's value for each level, and last for a missing one."""
    side = dict.fromkeys(node["yes_levels"], 0.0) | dict.fromkeys(node["no_levels"], 1.0)
    return [*(side.get(level, np.nan) for level in levels), np.nan]


def tree_attributes(nodes, feature_of):
    """The node as ai.onnx.ml wants it: one list for each property of the nodes."""
    numbers = list(range(len(nodes)))
    leaves = [i for i in numbers if "pd" in nodes[i]]
    is_leaf = set(leaves)
    return {
        "n_targets": 1,
        "nodes_treeids": [0] * len(nodes),
        "nodes_nodeids": numbers,
        "nodes_modes": ["LEAF" if i in is_leaf else "BRANCH_LT" for i in numbers],
        "nodes_featureids": [feature_of.get(i, 0) for i in numbers],
        "nodes_values_as_tensor": array([node.get("below", 0.5) for node in nodes], np.float64),
        "nodes_truenodeids": [node.get("yes", 0) for node in nodes],
        "nodes_falsenodeids": [node.get("no", 0) for node in nodes],
        "nodes_missing_value_tracks_true": [
            int(i not in is_leaf and nodes[i]["missing"] == nodes[i]["yes"]) for i in numbers
        ],
        "target_treeids": [0] * len(leaves),
        "target_nodeids": leaves,
        "target_ids": [0] * len(leaves),
        "target_weights_as_tensor": array(leaves, np.float64),
    }


def build(nodes, levels_of):
    graph_nodes, constants, columns, feature_of, inputs = [], [], [], {}, {}

    def add(operator, *operands, output=None, **attributes):
        output = output or f"{operator}_{len(graph_nodes)}"
        graph_nodes.append(helper.make_node(operator, operands, [output], **attributes))
        return output

    def constant(name, values, dtype):
        constants.append(array(values, dtype, name))
        return name

    constant("axis_1", [1], np.int64)
    for i, node in enumerate(nodes):
        name = node.get("input")
        if name is None:
            continue
        if "below" in node:
            if name not in inputs:
                inputs[name] = (TensorProto.DOUBLE, len(columns))
                columns.append(add("Unsqueeze", name, "axis_1"))
            feature_of[i] = inputs[name][1]
            continue
        if name not in inputs:
            # the empty text stands for missing; it is no key, and gets -1: the last of each table
            code = add(
                "LabelEncoder",
                name,
                domain="ai.onnx.ml",
                keys_strings=levels_of[name],
                values_int64s=range(len(levels_of[name])),
                default_int64=-1,
            )
            inputs[name] = (TensorProto.STRING, code)
        table = constant(f"{name}.sides_{i}", membership(node, levels_of[name]), np.float64)
        feature_of[i] = len(columns)
        columns.append(add("Unsqueeze", add("Gather", table, inputs[name][1]), "axis_1"))

    leaf = add(
        "TreeEnsembleRegressor",
        add("Concat", *columns, axis=1),
        domain="ai.onnx.ml",
        **tree_attributes(nodes, feature_of),
    )
    leaf = add("Squeeze", add("Cast", leaf, to=TensorProto.INT64), "axis_1")
    add(
        "Gather",
        constant("pds", [n.get("pd", np.nan) for n in nodes], np.float64),
        leaf,
        output="pd",
    )
    classes = [node.get("class", "") for node in nodes]
    add("Gather", constant("classes", classes, object), leaf, output="class")

    graph = helper.make_graph(
        graph_nodes,
        "german-tree",
        [helper.make_tensor_value_info(name, kind, ["N"]) for name, (kind, _) in inputs.items()],
        [
            helper.make_tensor_value_info("pd", TensorProto.DOUBLE, ["N"]),
            helper.make_tensor_value_info("class", TensorProto.STRING, ["N"]),
        ],
        constants,
    )
    versions = [helper.make_opsetid("", 17), helper.make_opsetid("ai.onnx.ml", 3)]
    built = helper.make_model(graph, opset_imports=versions, ir_version=8)
    onnx.checker.check_model(built, full_check=True)
    return built


def read_levels():
    columns = json.loads(CREDIT.read_text(encoding="utf-8"))["columns"]
    categories = [column for column in columns if column["type"] == "category"]
    return {column["name"]: [x["level"] for x in column["levels"]] for column in categories}


if __name__ == "__main__":
    model = json.loads(MODEL.read_text(encoding="utf-8"))
    onnx.save(build(model["trees"][0], read_levels()), HERE / "tree.onnx")
