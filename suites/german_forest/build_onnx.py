"""Build forest.onnx from fixtures/models/german_forest/model.json.

    python suites/german_forest/build_onnx.py

TreeEnsemble (ai.onnx.ml 5) compares and answers in double, and knows splits by sets of levels
(BRANCH_MEMBER). It could add the trees up by itself; with several threads, the order of that sum
and so its last bits depend on the batch. Here each tree answers with the number of its leaf, as a
target of its own, and the graph looks the shares of bad loans up and averages them: the same answer
for a row in whatever batch. ranger splits with <=, hence BRANCH_LEQ.
"""

import json
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

HERE = Path(__file__).resolve().parent
MODEL = HERE / "../../fixtures/models/german_forest/model.json"
CREDIT = HERE / "../../fixtures/german_credit/columns.json"
INTEGERS = ("installment_rate",)
BRANCH_LEQ, BRANCH_MEMBER = 0, 6
AGGREGATE_SUM = 1


def array(values, dtype, name=None):
    return numpy_helper.from_array(np.array(values, dtype=dtype), name)


def forest_attributes(trees, names, levels_of):
    """The forest as ai.onnx.ml 5 wants it: splits numbered apart from leaves, over all trees."""
    places, splits, leaves = {}, [], []
    for tree, nodes in enumerate(trees):
        for i, node in enumerate(nodes):
            kind = leaves if "pd" in node else splits
            places[tree, i] = len(kind)
            kind.append((tree, node))

    members = []
    for _, node in splits:
        if "yes_levels" in node:
            codes = [levels_of[node["input"]].index(level) for level in node["yes_levels"]]
            members += [*codes, np.nan]

    def child(side):
        found = [(tree, node[side]) for tree, node in splits]
        is_leaf = [int("pd" in trees[tree][i]) for tree, i in found]
        return [places[key] for key in found], is_leaf

    yes, yes_is_leaf = child("yes")
    no, no_is_leaf = child("no")
    modes = [BRANCH_LEQ if "at_most" in node else BRANCH_MEMBER for _, node in splits]
    return {
        "n_targets": len(trees),
        "aggregate_function": AGGREGATE_SUM,
        "tree_roots": [places[tree, 0] for tree in range(len(trees))],
        "nodes_modes": array(modes, np.uint8),
        "nodes_featureids": [names.index(node["input"]) for _, node in splits],
        "nodes_splits": array([node.get("at_most", 0) for _, node in splits], np.float64),
        "membership_values": array(members, np.float64),
        "nodes_truenodeids": yes,
        "nodes_trueleafs": yes_is_leaf,
        "nodes_falsenodeids": no,
        "nodes_falseleafs": no_is_leaf,
        "leaf_targetids": [tree for tree, _ in leaves],
        "leaf_weights": array(range(len(leaves)), np.float64),
    }


def build(trees, levels_of):
    names = sorted({node["input"] for nodes in trees for node in nodes if "input" in node})
    shares = [node["pd"] for nodes in trees for node in nodes if "pd" in node]
    nodes, columns, inputs = [], [], []
    for name in names:
        is_integer = name in levels_of or name in INTEGERS
        kind = TensorProto.INT64 if is_integer else TensorProto.DOUBLE
        inputs.append(helper.make_tensor_value_info(name, kind, ["N"]))
        nodes += [
            helper.make_node("Cast", [name], [f"{name}.double"], to=TensorProto.DOUBLE),
            helper.make_node("Unsqueeze", [f"{name}.double", "axis_1"], [f"{name}.column"]),
        ]
        columns.append(f"{name}.column")
    attributes = forest_attributes(trees, names, levels_of)
    nodes += [
        helper.make_node("Concat", columns, ["rows"], axis=1),
        helper.make_node("TreeEnsemble", ["rows"], ["leaf"], domain="ai.onnx.ml", **attributes),
        helper.make_node("Cast", ["leaf"], ["leaf_number"], to=TensorProto.INT64),
        helper.make_node("Gather", ["shares", "leaf_number"], ["answers"]),
        helper.make_node("ReduceSum", ["answers", "axis_1"], ["sum"], keepdims=0),
        helper.make_node("Div", ["sum", "trees"], ["pd"]),
    ]
    constants = [
        array([1], np.int64, "axis_1"),
        array(shares, np.float64, "shares"),
        array(len(trees), np.float64, "trees"),
    ]
    output = helper.make_tensor_value_info("pd", TensorProto.DOUBLE, ["N"])
    graph = helper.make_graph(nodes, "german-forest", inputs, [output], constants)
    versions = [helper.make_opsetid("", 17), helper.make_opsetid("ai.onnx.ml", 5)]
    built = helper.make_model(graph, opset_imports=versions, ir_version=8)
    onnx.checker.check_model(built, full_check=True)
    return built


def read_levels():
    columns = json.loads(CREDIT.read_text(encoding="utf-8"))["columns"]
    categories = [column for column in columns if column["type"] == "category"]
    return {column["name"]: [x["level"] for x in column["levels"]] for column in categories}


if __name__ == "__main__":
    model = json.loads(MODEL.read_text(encoding="utf-8"))
    onnx.save(build(model["trees"], read_levels()), HERE / "forest.onnx")
