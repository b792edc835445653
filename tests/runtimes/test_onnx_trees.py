"""The tree ensembles of a graph: between which values each leaf is taken."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import onnx_files as files
import pytest
from onnx import helper, numpy_helper

from harness.model import Model
from harness.runtimes.onnx import forests
from harness.schema import Input, Kind
from harness.search.rows.regions import END, cells_of, regions

A = Input("a", Kind.FLOAT, minimum=0.0, maximum=100.0)
B = Input("b", Kind.INT, minimum=0, maximum=50)
INF = math.inf
OVER, UNDER = (float(np.nextafter(30.0, way)) for way in (INF, -INF))


def forest(path: Path, *modes: str) -> Model:
    """Two splits, of b at 7 and (where that holds) of a at 30, and three leaves."""
    node = helper.make_node(
        "TreeEnsembleRegressor",
        ["X"],
        ["y"],
        domain="ai.onnx.ml",
        n_targets=1,
        nodes_treeids=[0] * 5,
        nodes_nodeids=[0, 1, 2, 3, 4],
        nodes_featureids=[1, 0, 0, 0, 0],
        nodes_modes=[*modes, "LEAF", "LEAF", "LEAF"],
        nodes_values_as_tensor=numpy_helper.from_array(np.array([7.0, 30.0, 0, 0, 0]), "v"),
        nodes_truenodeids=[1, 3, 0, 0, 0],
        nodes_falsenodeids=[2, 4, 0, 0, 0],
        target_treeids=[0, 0, 0],
        target_nodeids=[2, 3, 4],
        target_ids=[0, 0, 0],
        target_weights=[1.0, 2.0, 3.0],
    )
    files.save(path, [node], [files.tensor("X", "double", ("N", 2))], [files.tensor("y", "float", ("N", 1))])
    return files.model_of(path, [A, B], {"y": Kind.FLOAT}, columns=("a", "b"))


def bounds(model: Model) -> set[tuple[tuple[str, tuple[float, float]], ...]]:
    """The ends of each leaf's interval, by input that is narrowed."""
    (one,) = forests(model, model.forms[0], None)
    cells = cells_of(one, model.schema)
    assert (cells.kind == END).all()
    found = regions(one, model.schema, cells)
    return {
        tuple(
            (name, (low, high))
            for name, low, high in zip(one.inputs, found.low[:, cell], found.high[:, cell], strict=True)
            if (low, high) != (-INF, INF)
        )
        for cell in range(len(cells))
    }


@pytest.mark.parametrize(
    ("mode", "inside", "outside"),
    [
        ("BRANCH_LEQ", (-INF, 30.0), (OVER, INF)),
        ("BRANCH_LT", (-INF, UNDER), (30.0, INF)),
        ("BRANCH_GT", (OVER, INF), (-INF, 30.0)),
        ("BRANCH_GTE", (30.0, INF), (-INF, UNDER)),
    ],
)
def test_every_leaf_lies_between_the_cuts_on_its_path(
    tmp_path: Path, mode: str, inside: tuple[float, float], outside: tuple[float, float]
) -> None:
    below = ("b", (-INF, 7.0))
    assert bounds(forest(tmp_path / "f.onnx", "BRANCH_LEQ", mode)) == {
        (("b", (float(np.nextafter(7.0, INF)), INF)),),
        (("a", inside), below),
        (("a", outside), below),
    }


def test_a_file_that_cannot_be_read_has_none(tmp_path: Path) -> None:
    path = tmp_path / "f.onnx"
    path.write_bytes(b"no graph")
    model = files.model_of(path, [A, B], {"y": Kind.FLOAT})
    assert forests(model, model.forms[0], None) == ()


def test_the_newer_tree_operator_shows_its_leaves_too(tmp_path: Path) -> None:
    node = helper.make_node(
        "TreeEnsemble",
        ["X"],
        ["y"],
        domain="ai.onnx.ml",
        n_targets=1,
        tree_roots=[0],
        nodes_featureids=[1, 0],
        nodes_splits=numpy_helper.from_array(np.array([7.0, 30.0]), "s"),
        nodes_modes=numpy_helper.from_array(np.array([0, 1], dtype=np.uint8), "m"),
        nodes_truenodeids=[1, 0],
        nodes_trueleafs=[0, 1],
        nodes_falsenodeids=[2, 1],
        nodes_falseleafs=[1, 1],
        leaf_targetids=[0, 0, 0],
        leaf_weights=numpy_helper.from_array(np.array([1.0, 2.0, 3.0]), "w"),
    )
    path = tmp_path / "f.onnx"
    files.save(path, [node], [files.tensor("X", "double", ("N", 2))], [files.tensor("y", "double", ("N", 1))])
    below = ("b", (-INF, 7.0))
    assert bounds(files.model_of(path, [A, B], {"y": Kind.FLOAT}, columns=("a", "b"))) == {
        (("b", (float(np.nextafter(7.0, INF)), INF)),),
        (("a", (-INF, UNDER)), below),
        (("a", (30.0, INF)), below),
    }
