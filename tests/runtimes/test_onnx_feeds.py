"""What goes into a graph's tensors."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import numpy as np
import onnx_files as files
import pytest
from onnx import helper

from harness.schema import Input, Kind
from harness.workers.python.errors import UNANSWERABLE, Refusal

X = Input("x", Kind.FLOAT, missing=True)


@pytest.mark.parametrize(
    ("kind", "element", "given", "tensor"),
    [
        (Kind.FLOAT, "double", [0.1, None, -0.0], np.array([0.1, np.nan, -0.0])),
        (Kind.FLOAT, "float", [0.1, None, 1e300], np.array([np.float32(0.1), np.nan, np.inf], np.float32)),
        (Kind.FLOAT, "float16", [0.1, None, 2049.0], np.array([np.float16(0.1), np.nan, 2048], np.float16)),
        (Kind.FLOAT, "int64", [2.9, -2.9], np.array([2, -2])),
        (Kind.INT, "int64", [2**62 + 1, -1], np.array([2**62 + 1, -1])),
        (Kind.INT, "int32", [3, -1], np.array([3, -1], np.int32)),
        (Kind.INT, "float", [2**24 + 1, None], np.array([2**24, np.nan], np.float32)),
        (Kind.INT, "string", [7, -1], np.array(["7", "-1"], object)),
        (Kind.BOOL, "bool", [True, False], np.array([True, False])),
        (Kind.BOOL, "int64", [True, False], np.array([1, 0])),
        (Kind.BOOL, "float", [True, None], np.array([1, np.nan], np.float32)),
        (Kind.STRING, "string", ["a", None, ""], np.array(["a", "", ""], object)),
        (Kind.DATE, "int64", [dt.date(1970, 1, 2), dt.date(1969, 12, 31)], np.array([1, -1])),
        (Kind.DATE, "float", [dt.date(1970, 1, 2), None], np.array([1, np.nan], np.float32)),
        (
            Kind.DATETIME,
            "int64",
            [dt.datetime(1970, 1, 1, 0, 1), dt.datetime(1969, 12, 31, 23, 59, 59)],
            np.array([60, -1]),
        ),
    ],
)
def test_values_are_cast_to_the_element_type_of_the_graph(
    tmp_path: Path, kind: Kind, element: str, given: list[Any], tensor: Any
) -> None:
    output = {"string": Kind.STRING, "bool": Kind.BOOL}.get(element, Kind.FLOAT)
    path = files.identity(tmp_path / "graph.onnx", element)
    model = files.model_of(path, [Input("x", kind, missing=True)], {"y": output})
    found = files.fed(model, {"x": given})["x"]
    assert found.dtype == tensor.dtype
    assert found.shape == tensor.shape
    if element == "string":
        assert found.tolist() == tensor.tolist()
    else:
        np.testing.assert_array_equal(found, tensor)
        np.testing.assert_array_equal(np.signbit(found), np.signbit(tensor))


@pytest.mark.parametrize(
    ("element", "tensor"),
    [
        ("string", ["high", "low", "", "other"]),
        ("int64", [1, 0, 7, -1]),
        ("int32", [1, 0, 7, -1]),
        ("float", [1.0, 0.0, 7.0, -1.0]),
    ],
)
def test_a_category_is_its_text_or_its_code_and_an_unseen_one_is_minus_one(
    tmp_path: Path, element: str, tensor: list[Any]
) -> None:
    path = files.identity(tmp_path / "graph.onnx", element)
    of = Input("x", Kind.CATEGORY, levels=("low", "high"), unseen=True, missing=True)
    missing_as = {} if element == "string" else {"x": 7}
    output = Kind.STRING if element == "string" else Kind.FLOAT
    model = files.model_of(path, [of], {"y": output}, missing_as=missing_as)
    assert files.fed(model, {"x": ["high", "low", None, "other"]})["x"].tolist() == tensor


@pytest.mark.parametrize(
    ("of", "element", "filler", "expected"),
    [
        (Input("x", Kind.INT, missing=True), "int64", -1, -1),
        (Input("x", Kind.BOOL, missing=True), "bool", True, True),
        (Input("x", Kind.STRING, missing=True), "string", "none", "none"),
        (Input("x", Kind.CATEGORY, levels=("a", "b"), missing=True), "int64", "b", 1),
        (Input("x", Kind.INT, missing=True), "float", -9, -9.0),
        (Input("x", Kind.DATE, missing=True), "int64", -1, -1),
    ],
)
def test_a_missing_value_becomes_what_missing_as_says(
    tmp_path: Path, of: Input, element: str, filler: Any, expected: Any
) -> None:
    path = files.identity(tmp_path / "graph.onnx", element)
    output = {"string": Kind.STRING, "bool": Kind.BOOL}.get(element, Kind.FLOAT)
    model = files.model_of(path, [of], {"y": output}, missing_as={"x": filler})
    assert files.fed(model, {"x": [None]})["x"].tolist() == [expected]


def test_a_row_whose_missing_value_has_no_value_is_refused_with_the_remedy(tmp_path: Path) -> None:
    nodes = [helper.make_node("Add", ["x", "z"], ["y"])]
    inputs = [files.tensor("x", "int64"), files.tensor("z", "int64")]
    path = files.save(tmp_path / "graph.onnx", nodes, inputs, [files.tensor("y", "int64")])
    whole = [Input("x", Kind.INT, missing=True), Input("z", Kind.INT, missing=True)]
    model = files.model_of(path, whole, {"y": Kind.INT})
    with pytest.raises(Refusal) as caught:
        files.fed(model, {"x": [1, 2, 3, None], "z": [1, 2, None, None]})
    assert caught.value.outcome == UNANSWERABLE
    assert caught.value.kind == "NoMissingValue"
    assert caught.value.row == 2  # the first row of either input
    assert "z is missing" in caught.value.message
    assert "int64" in caught.value.message
    assert "missing_as = { z = ... } in [targets.onnx]" in caught.value.message


def test_a_matrix_takes_its_columns_in_the_order_of_the_model_file(tmp_path: Path) -> None:
    path = files.identity(tmp_path / "graph.onnx", "float", ("N", 2), name="X")
    inputs = [Input("a", Kind.FLOAT), Input("b", Kind.INT, missing=True), Input("c", Kind.FLOAT)]
    model = files.model_of(path, inputs, {"y": Kind.FLOAT}, columns=("c", "b"), outputs={"y": "y[0]"})
    found = files.fed(model, {"a": [9.0, 9.0], "b": [1, None], "c": [0.5, 0.25]})["X"]
    assert found.dtype == np.float32
    np.testing.assert_array_equal(found, [[0.5, 1], [0.25, np.nan]])
    assert files.asked(model, {"a": [9.0, 9.0], "b": [1, None], "c": [0.5, 0.25]}) == {"y": [0.5, 0.25]}


@pytest.mark.parametrize("shape", [("N",), ("N", 1), (None, None)])
def test_an_input_may_be_a_vector_or_a_matrix_of_one_column(tmp_path: Path, shape: Any) -> None:
    model = files.model_of(files.identity(tmp_path / "g.onnx", "double", shape), [X], {"y": Kind.FLOAT})
    assert files.fed(model, {"x": [1.0, 2.0]})["x"].shape == ((2,) if len(shape) == 1 else (2, 1))
    assert files.asked(model, {"x": [1.0, 2.0]}) == {"y": [1.0, 2.0]}


@pytest.mark.parametrize("size", [1, 3])
def test_a_graph_of_a_fixed_batch_size_answers_any_number_of_rows(tmp_path: Path, size: int) -> None:
    path = files.identity(tmp_path / "graph.onnx", "double", (size, 1))
    model = files.model_of(path, [X], {"y": Kind.FLOAT})
    for rows in (1, 2, 3, 7):
        values = [float(row) for row in range(rows)]
        assert files.asked(model, {"x": values}) == {"y": values}
