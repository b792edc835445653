"""ONNX targets as the rest of the harness uses them: asked for, opened, called, mined."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx_files as files
import pytest
from onnx import helper

from harness import installed
from harness.model import Model
from harness.protocols import Limits, OpenError, Outcome, Place, Runtime
from harness.runtimes import onnx as runtime
from harness.schema import Input, Kind

LIMITS = Limits(open_s=60, call_s=30)


@pytest.fixture
def model(tmp_path: Path) -> Model:
    """A float32 line over a column that may be missing, and an integer that may be too."""
    nodes = [
        helper.make_node("Cast", ["n"], ["m"], to=files.TYPES["float"]),
        helper.make_node("Add", ["x", "m"], ["s"]),
        helper.make_node("Mul", ["s", "slope"], ["y"], name="slope"),
        helper.make_node("Greater", ["n", "limit"], ["over"]),
    ]
    path = files.save(
        tmp_path / "line.onnx",
        nodes,
        [files.tensor("x", "float"), files.tensor("n", "int64")],
        [files.tensor("y", "float"), files.tensor("over", "bool")],
        {"slope": np.float32(0.1), "limit": np.int64(40)},
    )
    inputs = [Input("x", Kind.FLOAT, missing=True), Input("n", Kind.INT, missing=True)]
    return files.model_of(path, inputs, {"y": Kind.FLOAT, "over": Kind.BOOL})


def test_the_module_is_a_runtime() -> None:
    assert isinstance(runtime, Runtime)


def test_answers_cross_back_exactly_and_missing_stays_missing(model: Model) -> None:
    session = runtime.open(model, model.forms[0], Place(), LIMITS)
    try:
        reply = session.call(model.schema.batch({"x": [1.0, None, -1.0], "n": [2, 41, 1]}))
        assert reply.failure is None
        assert reply.outputs is not None
        expected = float(np.float32(3.0) * np.float32(0.1))
        assert reply.outputs["y"].to_pylist() == [expected, None, 0.0]
        assert reply.outputs["over"].to_pylist() == [False, True, False]
        assert [one.name for one in reply.spans][:4] == ["encode", "transport", "decode", "compute"]
    finally:
        session.close()


def test_a_row_that_an_integer_tensor_cannot_say_is_unanswerable(model: Model) -> None:
    session = runtime.open(model, model.forms[0], Place(), LIMITS)
    try:
        failure = session.call(model.schema.batch({"x": [1.0, 1.0], "n": [2, None]})).failure
    finally:
        session.close()
    assert failure is not None
    assert (failure.outcome, failure.kind, failure.row) == (Outcome.UNANSWERABLE, "NoMissingValue", 1)
    assert "missing_as = { n = ... } in [targets.onnx]" in failure.message


def test_an_error_of_the_graph_is_an_outcome_and_the_session_lives_on(tmp_path: Path) -> None:
    node = helper.make_node("Gather", ["points", "code"], ["y"])
    path = files.save(
        tmp_path / "lookup.onnx",
        [node],
        [files.tensor("code", "int64")],
        [files.tensor("y")],
        {"points": [5.0, 7.0]},
    )
    model = files.model_of(path, [Input("code", Kind.INT)], {"y": Kind.FLOAT})
    session = runtime.open(model, model.forms[0], Place(), LIMITS)
    try:
        failure = session.call(model.schema.batch({"code": [0, 9]})).failure
        assert failure is not None
        assert (failure.outcome, failure.kind) == (Outcome.RAISED, "InvalidArgument")
        assert "9" in failure.message
        again = session.call(model.schema.batch({"code": [1]}))
        assert again.outputs is not None
        assert again.outputs["y"].to_pylist() == [7.0]
    finally:
        session.close()


def test_a_graph_that_does_not_fit_is_an_open_error_without_a_traceback(model: Model) -> None:
    wrong = replace(model, outputs=(replace(model.outputs[0], name="score"),))
    with pytest.raises(OpenError) as caught:
        runtime.open(wrong, wrong.forms[0], Place(), LIMITS)
    assert "line.onnx: the graph has no output 'score'" in str(caught.value)
    assert "Traceback" not in str(caught.value)


def test_a_corrupt_file_is_an_open_error_without_a_traceback(model: Model) -> None:
    source = model.forms[0].source
    assert source is not None
    source.write_bytes(source.read_bytes()[:50])
    with pytest.raises(OpenError) as caught:
        runtime.open(model, model.forms[0], Place(), LIMITS)
    assert "line.onnx" in str(caught.value)
    assert "Traceback" not in str(caught.value)


@pytest.mark.parametrize(
    ("place", "said"),
    [
        (Place(precision="bf16"), "no precision 'bf16'"),
        (Place(variant="fast"), "no variant 'fast' (there are: 1-thread, 2-threads and so on, all-threads)"),
        (Place(variant="0-threads"), "no variant '0-threads'"),
        (Place(index=1), "the CPU has no number"),
        (Place("rocm", precision="tf32"), "no precision 'tf32' here (there is fp32)"),
    ],
)
def test_what_a_place_cannot_mean_is_refused_not_ignored(model: Model, place: Place, said: str) -> None:
    with pytest.raises(OpenError) as caught:
        runtime.open(model, model.forms[0], place, LIMITS)
    assert said in str(caught.value)


@pytest.mark.parametrize("variant", ["1-thread", "3-threads", "all-threads"])
def test_threads_are_a_variant(model: Model, variant: str) -> None:
    session = runtime.open(model, model.forms[0], Place(variant=variant), LIMITS)
    try:
        outputs = session.call(model.schema.batch({"x": [1.0], "n": [1]})).outputs
    finally:
        session.close()
    assert outputs is not None
    assert len(outputs["y"]) == 1


def test_clues_of_a_file_name_its_inputs(model: Model) -> None:
    found = {(one.value, one.role, one.input) for one in runtime.clues(model, model.forms[0], None)}
    assert found == {
        (40, "threshold", "n"),
        (40, "constant", None),
        (float(np.float32(0.1)), "constant", None),
    }


def test_versions_are_those_of_the_build_that_is_here() -> None:
    assert {"onnxruntime", "onnx"} <= set(runtime.versions())


# what is lacking


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    """What an interpreter says of its ONNX Runtime, in place of asking one."""
    answer: dict[str, object] = {"version": "1.32.0", "providers": ["CPUExecutionProvider"]}
    monkeypatch.setattr(runtime, "said_by", lambda python, code: answer)
    return answer


def test_nothing_is_lacking_where_onnxruntime_is_installed(model: Model) -> None:
    assert runtime.lack(None, Place()) is None
    assert runtime.lack(model.forms[0], Place()) is None


def test_a_build_without_the_provider_is_lacking_with_the_build_to_get(model: Model) -> None:
    lack = runtime.lack(model.forms[0], Place("cuda"))  # the CPU build that tests run with
    assert lack is not None
    assert "is not built for cuda (it has no CUDAExecutionProvider)" in lack.reason
    assert "pip install onnxruntime-gpu" in lack.remedy


def test_a_device_number_beyond_those_there_is_lacking(
    model: Model, said: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    said["providers"] = ["MIGraphXExecutionProvider", "CPUExecutionProvider"]
    monkeypatch.setattr("harness.devices.rocm.count", lambda: 1)
    assert runtime.lack(model.forms[0], Place("rocm", index=0)) is None
    lack = runtime.lack(model.forms[0], Place("rocm", index=3))
    assert lack is not None
    assert lack.reason == "there is no rocm:3 here (there is 1, rocm:0)"


def test_an_interpreter_without_the_package_is_told_how_to_get_it(tmp_path: Path, model: Model) -> None:
    python = tmp_path / "python"
    python.write_text(f'#!/bin/sh\nexec {sys.executable} -S -E "$@"\n')  # without site-packages
    python.chmod(0o755)
    lack = runtime.lack(replace(model.forms[0], python=python), Place())
    assert lack is not None
    assert lack.reason == f"{python} has no package onnxruntime"
    assert lack.remedy == f"`{python} -m pip install onnxruntime`"


def test_a_package_that_cannot_be_imported_is_lacking_with_its_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "brokenpackage.py").write_text(
        "raise ImportError('libgomp.so.1: cannot open shared object file')"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.syspath_prepend(str(tmp_path))
    lack = installed.import_lack(Path(sys.executable), "brokenpackage", "onnx")
    assert lack is not None
    assert "cannot be imported (ImportError: libgomp.so.1: cannot open shared object file)" in lack.reason


@pytest.mark.parametrize(("element", "single"), [("float", True), ("double", False)])
def test_a_graph_says_whether_it_speaks_of_single_precision(
    tmp_path: Path, element: str, single: bool
) -> None:
    path = files.identity(tmp_path / "score.onnx", element)
    form = files.model_of(path, [Input("x", Kind.FLOAT)], {"y": Kind.FLOAT}).forms[0]
    assert runtime.in_single(form) is single
