"""Numbers that a form's own types decide: what crosses is neither better nor worse than the graph itself."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnx_files as files
import pytest
from onnx import helper, numpy_helper

from harness.schema import Input, Kind

EDGE = 0.1
ABOVE = float(np.nextafter(EDGE, 1))  # the next double; both are the same float32


def stump(path: Path, element: str) -> Path:
    """``x <= 0.1`` gives 1.5, else 2.5; thresholds and leaves in the input's own precision."""
    if element == "double":
        numbers = {
            "nodes_values_as_tensor": numpy_helper.from_array(np.array([EDGE, 0, 0]), "t"),
            "target_weights_as_tensor": numpy_helper.from_array(np.array([1.5, 2.5]), "w"),
        }
    else:
        numbers = {"nodes_values": [EDGE, 0.0, 0.0], "target_weights": [1.5, 2.5]}
    node = helper.make_node(
        "TreeEnsembleRegressor",
        ["X"],
        ["y"],
        domain="ai.onnx.ml",
        n_targets=1,
        nodes_treeids=[0, 0, 0],
        nodes_nodeids=[0, 1, 2],
        nodes_featureids=[0, 0, 0],
        nodes_modes=["BRANCH_LEQ", "LEAF", "LEAF"],
        nodes_truenodeids=[1, 0, 0],
        nodes_falsenodeids=[2, 0, 0],
        target_treeids=[0, 0],
        target_nodeids=[1, 2],
        target_ids=[0, 0],
        target_weights=numbers.pop("target_weights", None),
        nodes_values=numbers.pop("nodes_values", None),
        **numbers,
    )
    given, came = files.tensor("X", element, ("N", 1)), files.tensor("y", "float", ("N", 1))
    return files.save(path, [node], [given], [came])


@pytest.mark.parametrize(("element", "above"), [("double", 2.5), ("float", 1.5)])
def test_a_split_tells_neighbouring_doubles_apart_only_where_the_tree_is_double(
    tmp_path: Path, element: str, above: float
) -> None:
    path = stump(tmp_path / "tree.onnx", element)
    model = files.model_of(path, [Input("x", Kind.FLOAT)], {"y": Kind.FLOAT}, columns=("x",))
    assert files.asked(model, {"x": [EDGE, ABOVE]}) == {"y": [1.5, above]}


@pytest.mark.parametrize(
    ("ml", "table", "points"),
    [
        (3, {"keys_strings": ["a"], "values_floats": [0.1]}, float(np.float32(0.1))),
        (
            4,
            {
                "keys_tensor": numpy_helper.from_array(np.array(["a"], dtype=object), "k"),
                "values_tensor": numpy_helper.from_array(np.array([0.1]), "v"),
                "default_tensor": numpy_helper.from_array(np.array([-1.0]), "d"),
            },
            0.1,
        ),
    ],
)
def test_a_looked_up_number_has_the_precision_of_the_table(
    tmp_path: Path, ml: int, table: dict[str, Any], points: float
) -> None:
    node = helper.make_node("LabelEncoder", ["x"], ["y"], domain="ai.onnx.ml", **table)
    element = "float" if ml == 3 else "double"
    path = files.save(
        tmp_path / "g.onnx", [node], [files.tensor("x", "string")], [files.tensor("y", element)], ml=ml
    )
    of = Input("x", Kind.CATEGORY, levels=("a", "b"))
    model = files.model_of(path, [of], {"y": Kind.FLOAT})
    assert files.asked(model, {"x": ["a"]}) == {"y": [points]}


def forest(path: Path, trees: int) -> Path:
    """Stumps at random places with random leaves: their float32 sum depends on the order of adding."""
    random = np.random.default_rng(7)
    ids = np.repeat(np.arange(trees), 3).tolist()
    values = np.zeros((trees, 3))
    values[:, 0] = random.uniform(size=trees)
    node = helper.make_node(
        "TreeEnsembleRegressor",
        ["X"],
        ["y"],
        domain="ai.onnx.ml",
        n_targets=1,
        nodes_treeids=ids,
        nodes_nodeids=[0, 1, 2] * trees,
        nodes_featureids=[0] * (3 * trees),
        nodes_modes=["BRANCH_LEQ", "LEAF", "LEAF"] * trees,
        nodes_values=values.ravel().tolist(),
        nodes_truenodeids=[1, 0, 0] * trees,
        nodes_falsenodeids=[2, 0, 0] * trees,
        target_treeids=np.repeat(np.arange(trees), 2).tolist(),
        target_nodeids=[1, 2] * trees,
        target_ids=[0] * (2 * trees),
        target_weights=random.normal(size=2 * trees).tolist(),
    )
    return files.save(
        path, [node], [files.tensor("X", "float", ("N", 1))], [files.tensor("y", "float", ("N", 1))]
    )


def test_with_one_thread_a_forests_answer_does_not_depend_on_the_batch(tmp_path: Path) -> None:
    path = forest(tmp_path / "forest.onnx", 200)
    model = files.model_of(path, [Input("x", Kind.FLOAT)], {"y": Kind.FLOAT}, columns=("x",))
    values = np.random.default_rng(8).uniform(size=300)
    form = files.opened(model)
    feed = values.astype(np.float32)[:, None]
    together = form.compute({"X": feed})["y"]
    alone = np.concatenate([form.compute({"X": feed[row : row + 1]})["y"] for row in range(len(feed))])
    assert together.tolist() == alone.tolist()
