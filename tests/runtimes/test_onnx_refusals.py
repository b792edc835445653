"""Graphs that do not fit their model are refused when they are opened, with what is there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import onnx_files as files
import pytest
from onnx import helper

from harness.schema import Input, Kind

X = Input("x", Kind.FLOAT, missing=True)


def test_an_unknown_graph_input_is_named_with_the_nearest_input(tmp_path: Path) -> None:
    path = files.identity(tmp_path / "graph.onnx", "double", name="agee")
    message = files.refused(files.model_of(path, [Input("age", Kind.FLOAT)], {"y": Kind.FLOAT}))
    assert "graph.onnx" in message
    assert "'agee', which is no input of the model (did you mean 'age'?)" in message


def test_a_single_matrix_without_columns_is_told_of_them(tmp_path: Path) -> None:
    path = files.identity(tmp_path / "graph.onnx", "float", ("N", 2), name="X")
    inputs = [Input("a", Kind.FLOAT), Input("b", Kind.FLOAT)]
    assert "columns = [...]" in files.refused(files.model_of(path, inputs, {"y": Kind.FLOAT}))


@pytest.mark.parametrize(
    ("element", "shape", "of", "form", "said"),
    [
        pytest.param("double", ("N", 3), X, {}, "'x' has shape [N, 3]", id="wide input"),
        pytest.param(
            "float", ("N", 3), X, {"columns": ("x",)}, "[N, 3], but `columns` lists 1", id="wide matrix"
        ),
        pytest.param("float", ("N",), X, {"columns": ("x",)}, "[N], but `columns`", id="matrix that is none"),
        pytest.param("float", ("N", 1), X, {"columns": ("z",)}, "columns names 'z'", id="unknown column"),
        pytest.param(
            "string", ("N",), X, {}, "'x' takes string, but the model's input 'x' is a float", id="text"
        ),
        pytest.param("float", ("N",), Input("x", Kind.STRING), {}, "is a string", id="text in a number"),
        pytest.param("bfloat16", ("N",), X, {}, "of type tensor(bfloat16)", id="no type of numpy"),
        pytest.param(
            "uint8", ("N",), Input("x", Kind.CATEGORY, levels=("a",)), {}, "is a category", id="unsigned"
        ),
        pytest.param(
            "int64", ("N",), Input("x", Kind.INT), {"missing_as": {"x": "no"}}, "x = 'no'", id="filler"
        ),
    ],
)
def test_an_input_that_does_not_fit_is_refused_when_the_file_is_opened(
    tmp_path: Path, element: str, shape: Any, of: Input, form: dict[str, Any], said: str
) -> None:
    path = files.identity(tmp_path / "graph.onnx", element, shape)
    assert said in files.refused(files.model_of(path, [of], {"y": Kind.FLOAT}, **form))


@pytest.mark.parametrize(
    ("kind", "element", "filler", "fits"),
    [
        (Kind.INT, "int8", -999, False),
        (Kind.INT, "int8", -128, True),
        (Kind.INT, "uint8", -1, False),
        (Kind.INT, "double", -999, True),
        (Kind.BOOL, "bool", -1, False),
        (Kind.BOOL, "bool", False, True),
        (Kind.STRING, "string", 0, False),
    ],
)
def test_missing_as_must_be_a_value_of_the_tensor(
    tmp_path: Path, kind: Kind, element: str, filler: Any, fits: bool
) -> None:
    gives = {"string": Kind.STRING, "bool": Kind.BOOL}.get(element, Kind.FLOAT)
    path = files.identity(tmp_path / "graph.onnx", element)
    model = files.model_of(path, [Input("x", kind, missing=True)], {"y": gives}, missing_as={"x": filler})
    if fits:
        files.opened(model)
    else:
        assert f"missing_as = {{ x = {filler!r} }} is no value of {element}" in files.refused(model)


def test_columns_beside_several_inputs_are_refused(tmp_path: Path) -> None:
    nodes = [helper.make_node("Add", ["x", "z"], ["y"])]
    path = files.save(tmp_path / "g.onnx", nodes, [files.tensor("x"), files.tensor("z")], [files.tensor("y")])
    inputs = [X, Input("z", Kind.FLOAT)]
    assert "takes 2 inputs" in files.refused(
        files.model_of(path, inputs, {"y": Kind.FLOAT}, columns=("x", "z"))
    )


@pytest.mark.parametrize(
    ("outputs", "expressions", "said"),
    [
        ({"pd": Kind.FLOAT}, {}, "no output 'pd'; it gives 'scores' tensor(double) [N, 2]; say which one"),
        ({"pd": Kind.FLOAT}, {"pd": "score[0]"}, "no output 'score' (did you mean 'scores'?)"),
        ({"pd": Kind.FLOAT}, {"pd": "scores[2]"}, "[N, 2]: there is no column 2, the last is 1"),
        (
            {"pd": Kind.FLOAT},
            {"pd": "scores['bad']"},
            "its columns are numbered from 0, and 'bad' is no number",
        ),
        ({"scores": Kind.FLOAT}, {}, "say which column 'scores' is, outputs = { scores = \"scores[1]\" }"),
        ({"pd": Kind.STRING}, {"pd": "scores[0]"}, "but the model's 'pd' is a string"),
        ({"pd": Kind.DATE}, {"pd": "scores[0]"}, "but the model's 'pd' is a date"),
    ],
)
def test_an_output_that_is_not_there_is_refused_with_what_is(
    tmp_path: Path, outputs: dict[str, Kind], expressions: dict[str, str], said: str
) -> None:
    node = helper.make_node("Identity", ["x"], ["scores"])
    shape = ("N", 2)
    path = files.save(
        tmp_path / "g.onnx",
        [node],
        [files.tensor("x", "double", shape)],
        [files.tensor("scores", "double", shape)],
    )
    inputs = [Input("a", Kind.FLOAT), Input("b", Kind.FLOAT)]
    assert said in files.refused(
        files.model_of(path, inputs, outputs, columns=("a", "b"), outputs=expressions)
    )


@pytest.mark.parametrize("content", [b"", b"hello, world\n" * 10, None], ids=["empty", "text", "cut short"])
def test_a_corrupt_file_is_named(tmp_path: Path, content: bytes | None) -> None:
    path = files.identity(tmp_path / "graph.onnx", "double")
    path.write_bytes(path.read_bytes()[:-20] if content is None else content)
    message = files.refused(files.model_of(path, [X], {"y": Kind.FLOAT}))
    assert message.startswith(str(path))
    assert "not an ONNX model, or it was cut short" in message


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    model = files.model_of(tmp_path / "nowhere.onnx", [X], {"y": Kind.FLOAT})
    assert "nowhere.onnx: there is no such file" in files.refused(model)


def test_an_opset_of_the_future_is_refused_with_the_remedy(tmp_path: Path) -> None:
    node = helper.make_node("Identity", ["x"], ["y"])
    path = files.save(tmp_path / "g.onnx", [node], [files.tensor("x")], [files.tensor("y")], opset=999)
    message = files.refused(files.model_of(path, [X], {"y": Kind.FLOAT}))
    assert "Opset 999" in message
    assert "export it for an older opset" in message
