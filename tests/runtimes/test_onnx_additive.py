"""Which graphs are proved to be sums of step functions of one input each, and where their terms change."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnx_files as files
import pytest
from onnx import TensorProto, helper

from harness.additive import Additive, Unproved
from harness.runtimes.onnx import additive
from harness.schema import Input, Kind

AGE = Input("age", Kind.FLOAT, minimum=0.0, maximum=100.0, missing=True)
INCOME = Input("income", Kind.FLOAT, minimum=0.0, maximum=1e6)
GRADE = Input("grade", Kind.CATEGORY, levels=("a", "b"), unseen=True)
COUNT = Input("count", Kind.INT, minimum=0, maximum=3)

Nodes = list[tuple[Any, ...]]


def read(path: Path, nodes: Nodes, element: str = "double", **constants: Any) -> Additive | Unproved:
    """What is proved of a graph whose nodes are (operator, inputs, output, attributes)."""
    made = [
        helper.make_node(
            operator,
            inputs.split(),
            [output],
            domain="ai.onnx.ml" if operator == "LabelEncoder" else "",
            **more,
        )
        for operator, inputs, output, more in nodes
    ]
    inputs = [
        files.tensor("age", element, ("N",)),
        files.tensor("income", element, ("N",)),
        files.tensor("grade", "string", ("N",)),
        files.tensor("count", "int64", ("N",)),
    ]
    outputs = [files.tensor("score", element, ("N",))]
    files.save(path / "score.onnx", made, inputs, outputs, constants)
    model = files.model_of(path / "score.onnx", [AGE, INCOME, GRADE, COUNT], {"score": Kind.FLOAT})
    return additive(model, model.forms[0], None)


def step(name: str, cut: str, output: str, operator: str = "Greater") -> Nodes:
    """One of two numbers, by whether an input exceeds a cut."""
    return [
        (operator, f"{name} {cut}", f"{output}_over", {}),
        ("Where", f"{output}_over ten five", output, {}),
    ]


NUMBERS = {"ten": np.float64(10), "five": np.float64(5), "thirty": np.float64(30), "much": np.float64(1000)}
TERMS = [*step("age", "thirty", "a"), *step("income", "much", "b")]


def test_a_sum_of_choices_is_proved(tmp_path: Path) -> None:
    found = read(tmp_path, [*TERMS, ("Add", "a b", "score", {})], **NUMBERS)
    assert isinstance(found, Additive), found
    assert found.inputs == {"score": frozenset({"age", "income"})}
    assert found.edges["age"] == (float(np.nextafter(30.0, 0.0)), 30.0)
    assert not found.linked


def test_what_is_made_from_the_sum_is_linked(tmp_path: Path) -> None:
    found = read(tmp_path, [*TERMS, ("Add", "a b", "t", {}), ("Sigmoid", "t", "score", {})], **NUMBERS)
    assert isinstance(found, Additive)
    assert found.linked == {"score"}


def test_tables_and_encoders_are_read(tmp_path: Path) -> None:
    nodes: Nodes = [
        (
            "LabelEncoder",
            "grade",
            "code",
            {"keys_strings": ["a", "b"], "values_int64s": [0, 1], "default_int64": 2},
        ),
        ("Gather", "table codes", "g", {}),
        ("Identity", "code", "codes", {}),
        ("Gather", "table count", "c", {}),
        ("Add", "g c", "score", {}),
    ]
    found = read(tmp_path, nodes, table=np.array([1.0, 2.0, 3.0]))
    assert isinstance(found, Additive), found
    assert found.texts == {"grade": frozenset({"a", "b"})}
    assert {0.0, 1.0, 2.0} <= set(found.edges["count"])


def test_bins_counted_over_columns_and_weights_are_read(tmp_path: Path) -> None:
    nodes: Nodes = [
        ("Unsqueeze", "age one", "column", {}),
        ("Greater", "column edges", "above", {}),
        ("Cast", "above", "counted", {"to": TensorProto.INT64}),
        ("ReduceSum", "counted one", "bin", {"keepdims": 0}),
        ("Gather", "table bin", "p", {}),
        *step("income", "much", "b"),
        ("Unsqueeze", "p one", "p2", {}),
        ("Unsqueeze", "b one", "b2", {}),
        ("Concat", "p2 b2", "both", {"axis": 1}),
        ("MatMul", "both weights", "t", {}),
        ("Squeeze", "t one", "score", {}),
    ]
    found = read(
        tmp_path, nodes, one=np.array([1]), edges=np.array([20.0, 30.0]), table=np.array([1.0, 2.0, 3.0]),
        weights=np.array([[0.5], [2.0]]), **NUMBERS,
    )  # fmt: skip
    assert isinstance(found, Additive), found
    assert found.edges["age"][1::2] == (20.0, 30.0)
    assert found.terms == {"age", "income"}


def test_edges_in_single_precision_lie_where_doubles_are_rounded_to_them(tmp_path: Path) -> None:
    nodes: Nodes = [*step("age", "tenth", "score")]
    constants = {"tenth": np.float32(0.1), "ten": np.float32(10), "five": np.float32(5)}
    found = read(tmp_path, nodes, element="float", **constants)
    assert isinstance(found, Additive)
    for edge in found.edges["age"]:
        over = float(np.nextafter(edge, 1.0))
        assert (np.float32(edge) < np.float32(0.1)) != (np.float32(over) < np.float32(0.1)) or (
            (np.float32(edge) <= np.float32(0.1)) != (np.float32(over) <= np.float32(0.1))
        )


HIDDEN: dict[str, Nodes] = {
    "a product": [*TERMS, ("Mul", "a b", "score", {})],
    "the smaller of two": [*TERMS, ("Min", "a b", "score", {})],
    "a condition of two inputs": [
        ("Greater", "age thirty", "x", {}),
        ("Greater", "income much", "y", {}),
        ("And", "x y", "z", {}),
        ("Where", "z ten five", "score", {}),
    ],
    "one input against another": [("Greater", "age income", "x", {}), ("Where", "x ten five", "score", {})],
    "a choice of another's term": [
        *TERMS,
        ("Greater", "age thirty", "x", {}),
        ("Where", "x a b", "score", {}),
    ],
    "an input itself": [("Identity", "age", "score", {})],
    "a linear term": [*TERMS, ("Mul", "age ten", "l", {}), ("Add", "a l", "score", {})],
    "a sum over rows": [
        *TERMS,
        ("ReduceSum", "a", "t", {"keepdims": 1}),
        ("Add", "b t", "score", {}),
    ],
    "rows put in another order": [*TERMS, ("TopK", "a", "t", {}), ("Add", "b t", "score", {})],
    "a sum spread over rows and columns": [
        *TERMS,
        ("Unsqueeze", "a one", "column", {}),
        ("Add", "column b", "score", {}),
    ],
    "a list over the rows": [*TERMS, ("Add", "a three", "score", {})],
    "the sum and an input": [
        *TERMS,
        ("Add", "a b", "t", {}),
        ("Greater", "t ten", "x", {}),
        ("Greater", "age thirty", "y", {}),
        ("Or", "x y", "z", {}),
        ("Where", "z ten five", "score", {}),
    ],
    "truth of two numbers of bytes": [
        *TERMS,
        ("Cast", "a", "a8", {"to": TensorProto.INT8}),
        ("Cast", "b", "b8", {"to": TensorProto.INT8}),
        ("Add", "a8 b8", "s8", {}),
        ("Cast", "s8", "score", {"to": TensorProto.DOUBLE}),
    ],
}


@pytest.mark.parametrize("trick", HIDDEN)
def test_nothing_is_claimed_of(trick: str, tmp_path: Path) -> None:
    extra = {"one": np.array([1]), "three": np.array([1.0, 2.0, 3.0])}
    assert isinstance(read(tmp_path, HIDDEN[trick], **NUMBERS, **extra), Unproved)


def test_nothing_is_claimed_of_an_operator_of_another_domain(tmp_path: Path) -> None:
    node = helper.make_node("Add", ["age", "income"], ["score"], domain="com.example")
    files.save(
        tmp_path / "score.onnx",
        [node],
        [files.tensor("age"), files.tensor("income")],
        [files.tensor("score")],
    )
    model = files.model_of(tmp_path / "score.onnx", [AGE, INCOME], {"score": Kind.FLOAT})
    assert isinstance(additive(model, model.forms[0], None), Unproved)


def test_nothing_is_claimed_of_a_file_that_is_no_graph(tmp_path: Path) -> None:
    (tmp_path / "score.onnx").write_bytes(b"no graph")
    model = files.model_of(tmp_path / "score.onnx", [AGE], {"score": Kind.FLOAT})
    assert isinstance(additive(model, model.forms[0], None), Unproved)
