"""What comes out of a graph, as outputs of the model."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnx_files as files
import pytest
from onnx import TensorProto, helper

from harness.schema import Input, Kind
from harness.workers.columns import to_wire
from harness.workers.python.errors import MISALIGNED, Refusal

X = Input("x", Kind.FLOAT, missing=True)


def test_single_precision_comes_back_as_the_double_that_it_is(tmp_path: Path) -> None:
    model = files.model_of(files.identity(tmp_path / "g.onnx", "float"), [X], {"y": Kind.FLOAT})
    assert files.asked(model, {"x": [0.1, None]})["y"][0] == float(np.float32(0.1)) != 0.1


def test_dates_come_back_from_days_and_datetimes_from_seconds(tmp_path: Path) -> None:
    path = files.identity(tmp_path / "g.onnx", "int64")
    inputs = [Input("x", Kind.INT)]
    assert files.asked(files.model_of(path, inputs, {"y": Kind.DATE}), {"x": [-1, 20_000]}) == {
        "y": [-1.0, 20_000.0]
    }
    moments = files.asked(files.model_of(path, inputs, {"y": Kind.DATETIME}), {"x": [-1, 60]})
    assert moments == {"y": [-1_000_000, 60_000_000]}  # microseconds


def classifier(path: Path, labels: dict[str, Any], zipmap: bool) -> Path:
    """A linear classifier of two classes, with scikit-learn's customary ZipMap or without."""
    nodes = [
        helper.make_node(
            "LinearClassifier",
            ["X"],
            ["label", "probabilities"],
            domain="ai.onnx.ml",
            coefficients=[-1.0, 1.0],
            intercepts=[0.0, 0.0],
            post_transform="SOFTMAX",
            **labels,
        )
    ]
    element = "string" if "classlabels_strings" in labels else "int64"
    if zipmap:
        keys = {name.replace("_ints", "_int64s"): values for name, values in labels.items()}
        nodes.append(helper.make_node("ZipMap", ["probabilities"], ["zipped"], domain="ai.onnx.ml", **keys))
        key = TensorProto.STRING if element == "string" else TensorProto.INT64
        mapping = helper.make_map_type_proto(key, helper.make_tensor_type_proto(TensorProto.FLOAT, []))
        last = helper.make_value_info("zipped", helper.make_sequence_type_proto(mapping))
    else:
        last = files.tensor("probabilities", "float", ("N", 2))
    label = files.tensor("label", element)
    return files.save(path, nodes, [files.tensor("X", "float", ("N", 1))], [label, last])


@pytest.mark.parametrize(
    ("labels", "zipmap", "expression"),
    [
        ({"classlabels_ints": [0, 1]}, False, "probabilities[1]"),
        ({"classlabels_ints": [0, 1]}, False, "probabilities[-1]"),
        ({"classlabels_ints": [0, 1]}, True, "zipped[1]"),
        ({"classlabels_strings": ["good", "bad"]}, True, "zipped[bad]"),
        ({"classlabels_strings": ["good", "bad"]}, True, "zipped['bad']"),
        ({"classlabels_strings": ["0", "1"]}, True, "zipped[1]"),
    ],
)
def test_a_probability_is_a_column_or_the_key_of_a_zipmap(
    tmp_path: Path, labels: dict[str, Any], zipmap: bool, expression: str
) -> None:
    path = classifier(tmp_path / "g.onnx", labels, zipmap)
    model = files.model_of(path, [X], {"pd": Kind.FLOAT}, columns=("x",), outputs={"pd": expression})
    (zero, one) = files.asked(model, {"x": [0.0, 1.0]})["pd"]
    assert zero == 0.5
    assert one == pytest.approx(1 / (1 + np.exp(-2)), rel=1e-6)


def test_a_key_that_no_map_has_is_answered_with_those_there_are(tmp_path: Path) -> None:
    path = classifier(tmp_path / "g.onnx", {"classlabels_ints": [0, 1]}, zipmap=True)
    model = files.model_of(path, [X], {"pd": Kind.FLOAT}, columns=("x",), outputs={"pd": "zipped[2]"})
    with pytest.raises(Refusal, match=r"'zipped' has no key 2 \(there are: 0, 1\)"):
        files.asked(model, {"x": [0.0]})


def test_a_map_without_a_key_is_refused_when_the_file_is_opened(tmp_path: Path) -> None:
    path = classifier(tmp_path / "g.onnx", {"classlabels_ints": [0, 1]}, zipmap=True)
    model = files.model_of(path, [X], {"zipped": Kind.FLOAT}, columns=("x",))
    assert "say which key 'zipped' is" in files.refused(model)


def test_an_output_of_another_name_and_a_label_of_text_are_taken(tmp_path: Path) -> None:
    path = classifier(tmp_path / "g.onnx", {"classlabels_strings": ["good", "bad"]}, zipmap=False)
    model = files.model_of(path, [X], {"class": Kind.STRING}, columns=("x",), outputs={"class": "label"})
    batch = model.schema.batch({"x": [-1.0, 1.0]})
    form = files.opened(model)
    came = form.compute(form.take(to_wire(batch, model.schema, "python"), 2))
    assert list(came["class"]) == ["good", "bad"]


def test_a_sequence_of_tensors_is_chosen_from_by_number(tmp_path: Path) -> None:
    nodes = [helper.make_node("SequenceConstruct", ["x", "z"], ["both"])]
    both = helper.make_value_info(
        "both", helper.make_sequence_type_proto(helper.make_tensor_type_proto(TensorProto.DOUBLE, ["N"]))
    )
    path = files.save(tmp_path / "g.onnx", nodes, [files.tensor("x"), files.tensor("z")], [both])
    inputs = [X, Input("z", Kind.FLOAT)]
    model = files.model_of(path, inputs, {"y": Kind.FLOAT}, outputs={"y": "both[1]"})
    assert files.asked(model, {"x": [1.0, 2.0], "z": [3.0, 4.0]}) == {"y": [3.0, 4.0]}


def test_a_graph_that_sums_the_batch_up_is_misaligned_not_an_answer(tmp_path: Path) -> None:
    nodes = [helper.make_node("ReduceSum", ["x"], ["y"], keepdims=1)]
    path = files.save(tmp_path / "g.onnx", nodes, [files.tensor("x")], [files.tensor("y", "double", (None,))])
    with pytest.raises(Refusal) as caught:
        files.asked(files.model_of(path, [X], {"y": Kind.FLOAT}), {"x": [1.0, 2.0, 3.0]})
    assert caught.value.outcome == MISALIGNED
