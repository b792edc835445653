"""A graph runs where it was asked to run, or not at all."""

from __future__ import annotations

import itertools
import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import onnx_files as files
import pytest
from onnx import helper

from harness.schema import Input, Kind
from harness.workers.python import graph_session, graph_words
from harness.workers.python.errors import OpenFailure

X = Input("x", Kind.FLOAT, missing=True)


def test_a_profile_says_which_provider_ran_each_node() -> None:
    recorded = Path(__file__).with_name("data") / "onnx_profile_of_a_mixed_session.json"
    placed = list(graph_session.placements(json.loads(recorded.read_text(encoding="utf-8"))))
    assert placed == [
        ("product/MatMulAddFusion", "Gemm", "WebGpuExecutionProvider"),
        ("Memcpy", "MemcpyToHost", "WebGpuExecutionProvider"),
        ("widen", "Cast", "CPUExecutionProvider"),
        ("link", "Sigmoid", "CPUExecutionProvider"),
    ]


def created(path: Path, provider: str, feed: dict[str, Any]) -> Any:
    choice = graph_session.Choice(provider, {}, 1)
    return graph_session.create(str(path), choice, lambda session: (None, feed))


def test_nodes_that_fall_back_to_the_cpu_are_named_and_refused(tmp_path: Path) -> None:
    # this provider is in every build, runs no such node, and so shows a true silent fall-back
    nodes = [
        helper.make_node("Exp", ["x"], ["e"], name="grow"),
        helper.make_node("Neg", ["e"], ["y"], name="turn"),
    ]
    path = files.save(tmp_path / "g.onnx", nodes, [files.tensor("x")], [files.tensor("y")])
    with pytest.raises(OpenFailure) as caught:
        created(path, "AzureExecutionProvider", {"x": np.zeros(1)})
    assert "2 of 2 nodes do not run on AzureExecutionProvider" in str(caught.value)
    assert "grow (Exp) on CPUExecutionProvider, turn (Neg) on CPUExecutionProvider" in str(caught.value)


def test_many_misplaced_nodes_are_named_in_part_and_counted(tmp_path: Path) -> None:
    names = ["x", *(f"t{i}" for i in range(19)), "y"]
    nodes = [
        helper.make_node("Exp", [a], [b], name=f"step {i}")
        for i, (a, b) in enumerate(itertools.pairwise(names))
    ]
    path = files.save(tmp_path / "g.onnx", nodes, [files.tensor("x")], [files.tensor("y")])
    with pytest.raises(OpenFailure, match=r"20 of 20 nodes .* and 12 more"):
        created(path, "AzureExecutionProvider", {"x": np.zeros(1)})


@pytest.mark.filterwarnings("ignore:Specified provider:UserWarning")
def test_a_provider_that_is_not_there_is_refused_not_replaced(tmp_path: Path) -> None:
    path = files.save(
        tmp_path / "g.onnx", [helper.make_node("Exp", ["x"], ["y"])], [files.tensor("x")], [files.tensor("y")]
    )
    model = files.model_of(path, [X], {"y": Kind.FLOAT})
    message = files.refused(model, device="cuda", index=0)
    assert "CUDAExecutionProvider" in message
    assert "did not start" in message


def test_the_number_of_threads_is_the_one_that_was_asked_for(tmp_path: Path) -> None:
    model = files.model_of(files.identity(tmp_path / "g.onnx", "double"), [X], {"y": Kind.FLOAT})
    options = files.opened(model, threads=3).session.get_session_options()
    assert options.intra_op_num_threads == 3


LOG = """\
\x1b[0;93m2026-11-24 21:48:18.236 [W:onnxruntime:Default, state.cc:856 find()] No registered device\x1b[m
\x1b[1;31m2026-11-24 21:48:18.240 [E:onnxruntime:Default, bridge.cc:2458 operator()] \
/onnxruntime_src/onnxruntime/core/session/bridge.cc:2043 onnxruntime::Provider& onnxruntime::Library::Get() \
[ONNXRuntimeError] : 1 : FAIL : Failed to load library libonnxruntime_providers_cuda.so with error: \
libcublasLt.so.13: cannot open shared object file: No such file or directory
\x1b[m
\x1b[0;93m2026-11-24 21:48:18.241 [W:onnxruntime:Default, state.cc:1295 make] Failed to start it.\x1b[m
"""


def test_the_reason_is_what_native_code_logged_first_as_an_error(capfd: pytest.CaptureFixture[str]) -> None:
    with graph_words.native_words() as words:
        os.write(2, LOG.encode())
    assert graph_words.reason(words) == (
        "Failed to load library libonnxruntime_providers_cuda.so with error: "
        "libcublasLt.so.13: cannot open shared object file: No such file or directory"
    )
    assert capfd.readouterr().err == LOG  # what was held back is passed on


def test_a_warning_of_a_failure_is_a_reason_where_there_is_no_error() -> None:
    with graph_words.native_words() as words:
        os.write(2, LOG.encode())
    assert graph_words.reason([line for line in words if "[E:" not in line]) == "Failed to start it"
    assert graph_words.reason([]) == "it does not say why"
