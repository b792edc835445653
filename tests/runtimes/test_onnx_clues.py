"""What a graph shows of its thresholds, levels and constants, and of which input they are."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnx_files as files
import pytest
from onnx import TensorProto, helper, numpy_helper

from harness.model import Model
from harness.runtimes._graph_clues import CAP, mine
from harness.schema import Input, Kind

FLOAT32 = float(np.float32(0.1))  # 0.10000000149011612


def clues(model: Model) -> set[tuple[Any, str, str | None]]:
    form = model.forms[0]
    assert form.source is not None
    return {(one.value, one.role, one.input) for one in mine(model, form, form.source)}


def of_inputs(model: Model) -> set[tuple[Any, str, str | None]]:
    return {clue for clue in clues(model) if clue[2] is not None}


def graph(
    path: Path,
    nodes: list[onnx.NodeProto],
    inputs: list[Input],
    constants: dict[str, Any] | None = None,
    element: str = "double",
    **form: Any,
) -> Model:
    tensors = [files.tensor(one.name, element) for one in inputs]
    if "columns" in form:
        tensors = [files.tensor("X", element, ("N", len(form["columns"])))]
    files.save(path, nodes, tensors, [files.tensor("y")], constants, ml=5)
    return files.model_of(path, inputs, {"y": Kind.FLOAT}, **form)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "score.onnx"


A, B = Input("a", Kind.FLOAT), Input("b", Kind.FLOAT)


@pytest.mark.parametrize("operator", ["Less", "LessOrEqual", "Greater", "GreaterOrEqual", "Equal"])
@pytest.mark.parametrize("swapped", [False, True])
def test_what_an_input_is_compared_with_is_its_threshold(path: Path, operator: str, swapped: bool) -> None:
    sides = ["edges", "a"] if swapped else ["a", "edges"]
    node = helper.make_node(operator, sides, ["y"])
    assert of_inputs(graph(path, [node], [A], {"edges": [30.0, 40.5]})) == {
        (30.0, "threshold", "a"),
        (40.5, "threshold", "a"),
    }


def test_a_single_precision_threshold_is_given_as_the_double_that_it_is(path: Path) -> None:
    nodes = [
        helper.make_node("Cast", ["a"], ["c"], to=TensorProto.FLOAT),
        helper.make_node("Less", ["c", "t"], ["y"]),
    ]
    assert of_inputs(graph(path, nodes, [A], {"t": np.float32(0.1)})) == {(FLOAT32, "threshold", "a")}


def test_a_threshold_of_a_shifted_and_scaled_input_is_carried_back(path: Path) -> None:
    nodes = [
        helper.make_node("Sub", ["a", "mean"], ["centred"]),
        helper.make_node("Div", ["centred", "deviation"], ["z"]),
        helper.make_node("Less", ["z", "t"], ["y"]),
    ]
    constants = {"mean": 40.0, "deviation": 4.0, "t": -2.5}
    assert of_inputs(graph(path, nodes, [A], constants)) == {(30.0, "threshold", "a")}


def test_columns_are_followed_through_joining_and_picking(path: Path) -> None:
    nodes = [
        helper.make_node("Unsqueeze", ["a", "one"], ["a1"]),
        helper.make_node("Unsqueeze", ["b", "one"], ["b1"]),
        helper.make_node("Concat", ["a1", "b1"], ["both"], axis=1),
        helper.make_node("Gather", ["both", "second"], ["picked"], axis=1),
        helper.make_node("Greater", ["picked", "t"], ["u"]),
        helper.make_node("Less", ["both", "each"], ["y"]),
    ]
    constants = {"one": [1], "second": [1], "t": [7.0], "each": [[1.5, 2.5]]}
    assert of_inputs(graph(path, nodes, [A, B], constants)) == {
        (7.0, "threshold", "b"),
        (1.5, "threshold", "a"),
        (2.5, "threshold", "b"),
    }


def test_an_edge_of_a_quotient_belongs_to_no_input_but_is_a_threshold(path: Path) -> None:
    nodes = [helper.make_node("Div", ["a", "b"], ["q"]), helper.make_node("Less", ["q", "t"], ["y"])]
    assert clues(graph(path, nodes, [A, B], {"t": 86.4})) == {(86.4, "threshold", None)}


def tree(**attributes: Any) -> onnx.NodeProto:
    """Two splits, of features 1 and 0, and three leaves."""
    return helper.make_node(
        "TreeEnsembleRegressor",
        ["X"],
        ["y"],
        name="trees",
        domain="ai.onnx.ml",
        nodes_featureids=[1, 0, 0, 0, 0],
        nodes_modes=["BRANCH_LEQ", "BRANCH_LT", "LEAF", "LEAF", "LEAF"],
        **attributes,
    )


def test_splits_of_a_tree_are_thresholds_of_the_columns_they_test(path: Path) -> None:
    node = tree(nodes_values=[0.1, 30.0, 0.0, 0.0, 0.0])
    model = graph(path, [node], [A, B], columns=("b", "a"))
    assert clues(model) == {(FLOAT32, "threshold", "a"), (30.0, "threshold", "b")}
    origins = {one.origin for one in mine(model, model.forms[0], path)}
    assert origins == {"score.onnx: TreeEnsembleRegressor 'trees'"}


def test_splits_in_double_precision_stay_doubles(path: Path) -> None:
    values = numpy_helper.from_array(np.array([0.1, 30.0, 0, 0, 0]), "v")
    model = graph(path, [tree(nodes_values_as_tensor=values)], [A, B], columns=("b", "a"))
    assert clues(model) == {(0.1, "threshold", "a"), (30.0, "threshold", "b")}


def test_the_newer_tree_operator_is_read_too(path: Path) -> None:
    node = helper.make_node(
        "TreeEnsemble",
        ["X"],
        ["y"],
        domain="ai.onnx.ml",
        nodes_featureids=[1, 0],
        nodes_splits=numpy_helper.from_array(np.array([0.1, 30.0]), "s"),
        membership_values=numpy_helper.from_array(np.array([3.0, np.nan, 5.0]), "m"),
    )
    assert clues(graph(path, [node], [A, B], columns=("b", "a"))) == {
        (0.1, "threshold", "a"),
        (30.0, "threshold", "b"),
        (3.0, "level", None),
        (5.0, "level", None),
    }


def test_a_scaler_before_a_tree_is_undone(path: Path) -> None:
    scaler = helper.make_node(
        "Scaler", ["X"], ["Z"], domain="ai.onnx.ml", offset=[10.0, 20.0], scale=[0.5, 0.25]
    )
    node = tree(nodes_values=[1.0, 2.0, 0.0, 0.0, 0.0])
    node.input[0] = "Z"
    assert of_inputs(graph(path, [scaler, node], [A, B], columns=("a", "b"))) == {
        (24.0, "threshold", "b"),  # (24 - 20) / 4 = 1
        (14.0, "threshold", "a"),  # (14 - 10) / 2 = 2
        (10.0, "constant", "a"),
        (20.0, "constant", "b"),
    }


def test_a_column_that_is_looked_up_does_not_hide_those_beside_it(path: Path) -> None:
    nodes = [
        helper.make_node(
            "LabelEncoder", ["a"], ["code"], domain="ai.onnx.ml", keys_floats=[7.0], values_floats=[0.0]
        ),
        helper.make_node("Cast", ["code"], ["index"], to=TensorProto.INT64),
        helper.make_node("Gather", ["points", "index"], ["looked up"]),
        helper.make_node("Unsqueeze", ["looked up", "one"], ["a1"]),
        helper.make_node("Unsqueeze", ["b", "one"], ["b1"]),
        helper.make_node("Concat", ["a1", "b1"], ["X"], axis=-1),
        tree(nodes_values=[30.0, 0.5, 0.0, 0.0, 0.0]),
    ]
    found = clues(graph(path, nodes, [A, B], {"one": [1], "points": [1.5, 2.5]}))
    assert found >= {(7.0, "level", "a"), (30.0, "threshold", "b"), (0.5, "threshold", None)}


def test_a_codes_threshold_is_given_as_the_level_of_that_code(path: Path) -> None:
    of = Input("a", Kind.CATEGORY, levels=("low", "mid", "high"))
    node = helper.make_node("Equal", ["a", "codes"], ["y"])
    model = graph(path, [node], [of], {"codes": [2, 0, 9, -1]}, element="int64")
    assert of_inputs(model) == {("high", "threshold", "a"), ("low", "threshold", "a")}


def test_days_and_seconds_are_given_as_dates_and_datetimes(path: Path) -> None:
    inputs = [Input("a", Kind.DATE), Input("b", Kind.DATETIME)]
    nodes = [helper.make_node("Less", ["a", "day"], ["u"]), helper.make_node("Less", ["b", "second"], ["y"])]
    constants = {"day": np.int64(365), "second": np.array([90, 2**60])}
    assert of_inputs(graph(path, nodes, inputs, constants, element="int64")) == {
        (dt.date(1971, 1, 1), "threshold", "a"),
        (dt.datetime(1970, 1, 1, 0, 1, 30), "threshold", "b"),
    }


def test_whole_numbers_beyond_double_precision_keep_their_last_digit(path: Path) -> None:
    node = helper.make_node("Less", ["a", "t"], ["y"])
    model = graph(path, [node], [Input("a", Kind.INT)], {"t": np.int64(2**53)}, element="int64")
    ((value, _, _),) = of_inputs(model)
    assert (value, type(value)) == (2**53, int)


def test_keys_that_a_column_is_looked_up_by_are_its_levels(path: Path) -> None:
    nodes = [
        helper.make_node(
            "LabelEncoder",
            ["a"],
            ["u"],
            domain="ai.onnx.ml",
            keys_strings=["new", "Übertrag"],
            values_floats=[1.5, 2.5],
        ),
        helper.make_node("OneHotEncoder", ["b"], ["y"], domain="ai.onnx.ml", cats_strings=["yes", "no"]),
    ]
    inputs = [Input("a", Kind.STRING), Input("b", Kind.STRING)]
    found = clues(graph(path, nodes, inputs, element="string"))
    assert found == {
        *(("new", "level", "a"), ("Übertrag", "level", "a"), ("yes", "level", "b"), ("no", "level", "b")),
        *((1.5, "constant", None), (2.5, "constant", None)),
    }


def test_imputed_and_binarized_values_belong_to_their_columns(path: Path) -> None:
    nodes = [
        helper.make_node(
            "Imputer",
            ["X"],
            ["I"],
            domain="ai.onnx.ml",
            imputed_value_floats=[1.0, 2.0],
            replaced_value_float=-9.0,
        ),
        helper.make_node("Binarizer", ["I"], ["y"], domain="ai.onnx.ml", threshold=0.5),
    ]
    assert of_inputs(graph(path, nodes, [A, B], columns=("a", "b"))) == {
        *((1.0, "constant", "a"), (2.0, "constant", "b"), (-9.0, "constant", "a"), (-9.0, "constant", "b")),
        *((0.5, "threshold", "a"), (0.5, "threshold", "b")),
    }


def test_constants_of_nodes_and_of_both_branches_are_found(path: Path) -> None:
    def branch(name: str, value: float) -> onnx.GraphProto:
        node = helper.make_node("Constant", [], [name], value_float=value)
        return helper.make_graph(
            [node], name, [], [helper.make_tensor_value_info(name, TensorProto.FLOAT, [])]
        )

    nodes = [
        helper.make_node("Constant", [], ["t"], value=numpy_helper.from_array(np.array(620.0))),
        helper.make_node("Less", ["a", "t"], ["under"]),
        helper.make_node(
            "If", ["under"], ["y"], then_branch=branch("then", 1.25), else_branch=branch("else", 2.5)
        ),
    ]
    found = clues(graph(path, nodes, [A]))
    assert found >= {(620.0, "threshold", "a"), (1.25, "constant", None), (2.5, "constant", None)}


def test_weights_kept_in_a_file_of_their_own_are_read(path: Path) -> None:
    model = graph(path, [helper.make_node("Less", ["a", "t"], ["y"])], [A], {"t": np.arange(300.0, 500.0)})
    onnx.save(onnx.load(path), path, save_as_external_data=True, location="weights.bin", size_threshold=0)
    assert (499.0, "threshold", "a") in clues(model)
    (path.parent / "weights.bin").unlink()
    assert clues(model) == set()


def test_clues_are_capped_and_those_of_inputs_come_first(path: Path) -> None:
    nodes = [helper.make_node("Add", ["a", "w"], ["s"]), helper.make_node("Less", ["b", "t"], ["y"])]
    model = graph(path, nodes, [A, B], {"w": np.arange(CAP, dtype=float), "t": [1.5, 2.5]})
    found = mine(model, model.forms[0], path)
    assert len(found) == CAP
    assert [one.input for one in found[:3]] == ["b", "b", None]


def test_weights_of_a_network_are_left_out(path: Path) -> None:
    node = helper.make_node("Add", ["a", "w"], ["y"])
    assert clues(graph(path, [node], [A], {"w": np.arange(CAP + 1.0)})) == set()


@pytest.mark.parametrize("content", [b"", b"no graph", None], ids=["empty", "text", "absent"])
def test_a_file_that_cannot_be_read_shows_nothing(path: Path, content: bytes | None) -> None:
    if content is not None:
        path.write_bytes(content)
    assert clues(files.model_of(path, [A], {"y": Kind.FLOAT})) == set()


def test_a_malformed_node_hides_no_other(path: Path) -> None:
    broken = helper.make_node(
        "TreeEnsembleRegressor", ["a"], ["u"], domain="ai.onnx.ml", nodes_featureids=[0, 0]
    )
    nodes = [broken, helper.make_node("Less", ["a", "t"], ["y"])]
    assert of_inputs(graph(path, nodes, [A], {"t": 3.5})) == {(3.5, "threshold", "a")}
