"""Stored models: numbers are counted by their bits, and what cannot be loaded says why."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from harness.fidelity.model_loads import numbers_in


def loaded(tmp_path, *asked):
    """What the loading process says of these files."""
    request, answer = tmp_path / "request", tmp_path / "answer"
    request.write_text(json.dumps([[kind, str(path)] for kind, path in asked]))
    command = [sys.executable, "-m", "harness.fidelity.model_loads", str(request), str(answer)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(answer.read_text())


def test_numbers_are_found_wherever_they_stand():
    model = {"a": [1, {"b": -0.0}], "c": (0.1, True, None, "7")}
    assert sorted(map(repr, numbers_in(model))) == ["-0.0", "0.1", "1.0"]


def test_formats_of_the_neutral_form_keep_every_bit(tmp_path):
    path = tmp_path / "model.json"
    path.write_text('{"weights": [0.1, 0.30000000000000004, 5e-324, -0.0], "n": 3}')
    as_json, as_pickle = loaded(tmp_path, ("json", path), ("pickle", path))
    assert as_json["numbers"] == as_pickle["numbers"]
    assert len(as_json["numbers"]) == 5
    assert as_json["size_bytes"] == path.stat().st_size
    assert as_json["load_ns"]


def test_skops_keeps_every_bit_of_the_neutral_form(tmp_path):
    pytest.importorskip("skops", reason="skops comes with the extra 'codecs'")
    path = tmp_path / "model.json"
    path.write_text('{"weights": [0.1, 0.30000000000000004, 5e-324], "n": 3}')
    as_json, as_skops = loaded(tmp_path, ("json", path), ("skops", path))
    assert as_skops["numbers"] == as_json["numbers"]


def test_a_graph_in_single_precision_shows_numbers_that_are_not_there(tmp_path):
    onnx = pytest.importorskip("onnx", reason="onnx comes with the extra 'onnx'")
    pytest.importorskip("onnxruntime", reason="onnxruntime comes with the extra 'onnx'")
    from onnx import TensorProto, helper

    def graph(kind):
        weights = helper.make_tensor("w", kind, [2], [0.1, 0.5])
        node = helper.make_node("Mul", ["x", "w"], ["y"])
        ends = [helper.make_tensor_value_info(name, kind, [2]) for name in ("x", "y")]
        opset = [helper.make_opsetid("", 13)]
        made = helper.make_graph([node], "g", ends[:1], ends[1:], [weights])
        path = tmp_path / f"{kind}.onnx"
        onnx.save(helper.make_model(made, opset_imports=opset, ir_version=8), path)
        return path

    path = tmp_path / "model.json"
    path.write_text("[0.1, 0.5]")
    wanted, double, single = (
        set(one["numbers"])
        for one in loaded(
            tmp_path, ("json", path), ("onnx", graph(TensorProto.DOUBLE)), ("onnx", graph(TensorProto.FLOAT))
        )
    )
    assert wanted <= double
    assert len(wanted & single) == 1  # 0.5 is the same in both


def test_a_file_that_is_no_model_is_an_error_of_its_own(tmp_path):
    bad, good = tmp_path / "bad.json", tmp_path / "good.json"
    bad.write_text("{")
    good.write_text("[1]")
    first, second, third = loaded(tmp_path, ("json", bad), ("json", tmp_path / "absent.json"), ("json", good))
    assert first["error"].startswith("JSONDecodeError")
    assert second["error"].startswith("FileNotFoundError")
    assert len(third["numbers"]) == 1
