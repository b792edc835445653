"""The leaves of tree ensembles: between which values each is taken, and that rows are made for every one."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import onnx_files as files
import pytest
from onnx import helper, numpy_helper

from harness.model import Model
from harness.protocols import Leaf
from harness.runtimes.onnx import leaves
from harness.schema import Input, Kind
from harness.search.leaves import leaf_rows, leaves_met
from harness.search.pools import build_pools
from harness.search.rows import Space, make_space

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
    return {tuple(sorted(leaf.bounds.items())) for leaf in leaves(model, model.forms[0])}


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
    assert leaves(model, model.forms[0]) == ()


def test_every_leaf_gets_rows_however_small_it_is(tmp_path: Path) -> None:
    small = Leaf({"a": (41.0, 41.0 + 1e-9), "b": (12.5, 13.4)})
    model = forest(tmp_path / "f.onnx", "BRANCH_LEQ", "BRANCH_LEQ")
    plain = make_space(model.schema, build_pools(model.schema, []), None, 0)
    space = Space(plain.schema, plain.pools, plain.backgrounds, leaves=(small,))
    rows = leaf_rows(space, 0)
    a, b = (rows.column(name).to_numpy() for name in "ab")
    assert ((a >= 41.0) & (a <= 41.0 + 1e-9) & (b == 13)).all()
    assert leaves_met(space, rows, np.array([False, True, False])) == (1, 1)
    assert leaves_met(space, rows, np.zeros(3, dtype=bool)) == (0, 1)


def test_a_leaf_that_legal_rows_cannot_reach_is_not_asked_for(tmp_path: Path) -> None:
    beyond = Leaf({"a": (200.0, 300.0)})
    model = forest(tmp_path / "f.onnx", "BRANCH_LEQ", "BRANCH_LEQ")
    plain = make_space(model.schema, build_pools(model.schema, []), None, 0)
    space = Space(plain.schema, plain.pools, plain.backgrounds, leaves=(beyond,))
    assert leaves_met(space, leaf_rows(space, 0), np.ones(3, dtype=bool)) == (0, 0)


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
