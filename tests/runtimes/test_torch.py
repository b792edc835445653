"""torch forms: which tensors a function sees, and what becomes of those that it returns."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from harness.model import Form, Model, Output
from harness.protocols import Limits, OpenError, Outcome, Place, Runtime
from harness.runtimes import torch as runtime
from harness.schema import Input, Kind, Schema
from harness.tolerance import Tolerance
from harness.workers.columns import to_wire, wire_inputs
from harness.workers.python import tensors
from harness.workers.python.errors import UNANSWERABLE, OpenFailure, Refusal
from harness.workers.python.opening import Opening
from harness.workers.python.opening import Output as WireOutput

torch = pytest.importorskip("torch")

LIMITS = Limits(open_s=120, call_s=60)
IDENTITY = "def score(batch):\n    return batch['x']\n"


def model_of(
    folder: Path, source: str, inputs: Sequence[Input], gives: Mapping[str, Kind] | None = None, **form: Any
) -> Model:
    path = folder / "score_torch.py"
    path.write_text(source, encoding="utf-8")
    outputs = gives or {"y": Kind.FLOAT}
    return Model(
        name="test",
        reference="torch",
        schema=Schema(tuple(inputs)),
        outputs=tuple(Output(name, kind, Tolerance()) for name, kind in outputs.items()),
        forms=(Form("torch", "torch", source=path, call="score", **form),),
        folder=folder,
    )


def opened(model: Model) -> tensors.TensorForm:
    """The form in the test's own process: importing torch once is enough."""
    form = model.forms[0]
    fields = {
        "source": str(form.source),
        "module": None,
        "call": form.call,
        "model": None if form.model is None else str(form.model),
        "target": form.name,
        "device": "cpu",
        "index": None,
        "precision": None,
        "threads": 0,
        "missing_as": json.dumps(dict(form.missing_as)),
    }
    outputs = [WireOutput(one.name, one.kind.value) for one in model.outputs]
    return tensors.open(Opening(fields, wire_inputs(model.schema), outputs))


def taken(model: Model, columns: Mapping[str, Sequence[Any]]) -> Mapping[str, Any]:
    batch = model.schema.batch(columns)
    return opened(model).take(to_wire(batch, model.schema, "python"), batch.num_rows)


@pytest.mark.parametrize(
    ("of", "given", "dtype", "values"),
    [
        (Input("x", Kind.FLOAT, missing=True), [0.1, None], torch.float64, [0.1, np.nan]),
        (Input("x", Kind.INT), [2**62 + 1], torch.int64, [2**62 + 1]),
        (Input("x", Kind.BOOL), [True, False], torch.bool, [True, False]),
        (Input("x", Kind.CATEGORY, levels=("a", "b"), unseen=True), ["b", "a", "z"], torch.int64, [1, 0, -1]),
        (Input("x", Kind.DATE), [dt.date(1970, 1, 2), dt.date(1969, 12, 31)], torch.int64, [1, -1]),
        (Input("x", Kind.DATETIME), [dt.datetime(1970, 1, 1, 0, 1)], torch.int64, [60]),
    ],
)
def test_each_kind_of_input_is_a_tensor_of_its_own_type(
    tmp_path: Path, of: Input, given: list[Any], dtype: Any, values: list[Any]
) -> None:
    tensor = taken(model_of(tmp_path, IDENTITY, [of]), {"x": given})["x"]
    assert tensor.dtype is dtype
    np.testing.assert_array_equal(tensor.numpy(), values)


@pytest.mark.parametrize(
    ("of", "filler", "expected"),
    [
        (Input("x", Kind.INT, missing=True), -1, -1),
        (Input("x", Kind.BOOL, missing=True), True, True),
        (Input("x", Kind.CATEGORY, levels=("a", "b"), missing=True), "b", 1),
        (Input("x", Kind.DATE, missing=True), -99, -99),
    ],
)
def test_a_missing_value_becomes_what_missing_as_says(
    tmp_path: Path, of: Input, filler: Any, expected: Any
) -> None:
    model = model_of(tmp_path, IDENTITY, [of], missing_as={"x": filler})
    assert taken(model, {"x": [None]})["x"].tolist() == [expected]


@pytest.mark.parametrize("kind", [Kind.INT, Kind.BOOL, Kind.CATEGORY, Kind.DATE, Kind.DATETIME])
def test_a_missing_value_without_missing_as_makes_the_row_unanswerable(tmp_path: Path, kind: Kind) -> None:
    of = Input("x", kind, missing=True, levels=("a",) if kind is Kind.CATEGORY else ())
    with pytest.raises(Refusal) as caught:
        taken(model_of(tmp_path, IDENTITY, [of]), {"x": [None]})
    assert (caught.value.outcome, caught.value.row) == (UNANSWERABLE, 0)
    assert "missing_as = { x = ... } in [targets.torch]" in caught.value.message


def test_text_cannot_be_a_tensor(tmp_path: Path) -> None:
    with pytest.raises(OpenFailure, match=r"takes int64, but the model's input 'x' is a string"):
        opened(model_of(tmp_path, IDENTITY, [Input("x", Kind.STRING)]))


def computed(tmp_path: Path, body: str, gives: Mapping[str, Kind], given: Sequence[Any] = (1.0, 2.0)) -> Any:
    source = f"import torch\ndef score(batch):\n    x = batch['x']\n    return {body}\n"
    model = model_of(tmp_path, source, [Input("x", Kind.FLOAT)], gives)
    batch = model.schema.batch({"x": list(given)})
    form = opened(model)
    return form.compute(form.take(to_wire(batch, model.schema, "python"), batch.num_rows))


def test_what_a_function_returns_comes_back_as_arrays(tmp_path: Path) -> None:
    came = computed(
        tmp_path, "{'a': x.requires_grad_() * 2, 'b': (x > 1), 'c': x.to(torch.int64)}", {"a": Kind.FLOAT}
    )
    assert {name: (value.dtype.name, value.tolist()) for name, value in came.items()} == {
        "a": ("float64", [2.0, 4.0]),
        "b": ("bool", [False, True]),
        "c": ("int64", [1, 2]),
    }


def test_half_precisions_come_back_unchanged(tmp_path: Path) -> None:
    came = computed(tmp_path, "x.to(torch.bfloat16) / 3", {"y": Kind.FLOAT})
    assert came.tolist() == (torch.tensor([1.0, 2.0]).bfloat16() / 3).double().tolist()
    came = computed(tmp_path, "x.half() / 3", {"y": Kind.FLOAT})
    assert came.astype(float).tolist() == (torch.tensor([1.0, 2.0]).half() / 3).double().tolist()


def test_whole_days_and_seconds_come_back_as_dates_and_datetimes(tmp_path: Path) -> None:
    gives = {"day": Kind.DATE, "at": Kind.DATETIME}
    came = computed(tmp_path, "{'day': x.long(), 'at': x.long()}", gives, [1.0])
    assert came["day"].tolist() == [dt.date(1970, 1, 2)]
    assert came["at"].tolist() == [dt.datetime(1970, 1, 1, 0, 0, 1)]


def test_work_that_was_done_on_another_device_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refusal) as caught:
        computed(tmp_path, "x.to('meta')", {"y": Kind.FLOAT})
    assert caught.value.kind == "WrongDevice"
    assert "y came back on meta, not on cpu" in caught.value.message


# models

WITH_MODEL = "import torch\ndef score(batch, model):\n    return {}\n"
X = Input("x", Kind.FLOAT)


def answer(model: Model) -> list[float]:
    batch = model.schema.batch({"x": [2.0]})
    form = opened(model)
    came = form.compute(form.take(to_wire(batch, model.schema, "python"), 1))
    values: list[float] = came.tolist()
    return values


def test_saved_tensors_are_loaded_without_running_code(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    torch.save({"w": torch.tensor(3.0, dtype=torch.float64)}, tmp_path / "weights.pt")
    model = model_of(
        tmp_path, WITH_MODEL.format("batch['x'] * model['w']"), [X], model=tmp_path / "weights.pt"
    )
    assert answer(model) == [6.0]
    assert "unpickled" not in capsys.readouterr().err


def test_a_whole_module_is_unpickled_and_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    layer = torch.nn.Linear(1, 1).double()
    with torch.no_grad():
        layer.weight.fill_(3.0)
        layer.bias.fill_(1.0)
    torch.save(layer, tmp_path / "layer.pt")
    source = WITH_MODEL.format("model(batch['x'][:, None])[:, 0]")
    assert answer(model_of(tmp_path, source, [X], model=tmp_path / "layer.pt")) == [7.0]
    assert "layer.pt: holds more than tensors, so it is unpickled" in capsys.readouterr().err


@pytest.mark.filterwarnings("ignore:.*torch.jit:DeprecationWarning")
def test_torchscript_is_a_model(tmp_path: Path) -> None:
    script = torch.jit.script(torch.nn.ReLU())
    torch.jit.save(script, str(tmp_path / "script.pt"))
    model = model_of(tmp_path, WITH_MODEL.format("model(batch['x'] - 5)"), [X], model=tmp_path / "script.pt")
    assert answer(model) == [0.0]


@pytest.mark.parametrize("content", [b"", b"hello"])
def test_a_file_that_is_no_model_is_named(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "model.pt").write_bytes(content)
    model = model_of(tmp_path, WITH_MODEL.format("batch['x']"), [X], model=tmp_path / "model.pt")
    with pytest.raises(OpenFailure, match=r"model\.pt: torch .* cannot load it"):
        opened(model)


# through a worker


def test_the_module_is_a_runtime() -> None:
    assert isinstance(runtime, Runtime)


def test_a_function_is_opened_called_and_mined_in_a_worker(tmp_path: Path) -> None:
    source = (
        "import torch\nEDGES = [620.25, 700.5]\n"
        "def score(batch):\n"
        "    if (batch['x'] < 0).any():\n        raise ValueError('negative')\n"
        "    edges = torch.tensor(EDGES, dtype=torch.float64, device=batch['x'].device)\n"
        "    return {'y': torch.bucketize(batch['x'], edges)}\n"
    )
    model = model_of(tmp_path, source, [Input("x", Kind.FLOAT, missing=True)], {"y": Kind.INT})
    session = runtime.open(model, model.forms[0], Place(), LIMITS)
    try:
        reply = session.call(model.schema.batch({"x": [620.25, 620.5, 800.0]}))
        assert reply.failure is None
        assert reply.outputs is not None
        assert reply.outputs["y"].equals(pa.array([0, 1, 2]))
        failure = session.call(model.schema.batch({"x": [-1.0]})).failure
        assert failure is not None
        assert (failure.outcome, failure.kind, failure.message) == (Outcome.RAISED, "ValueError", "negative")
        clues = runtime.clues(model, model.forms[0], session)
        assert {620.25, 700.5} <= {one.value for one in clues}
    finally:
        session.close()


def test_a_source_that_cannot_be_imported_is_an_open_error_with_its_line(tmp_path: Path) -> None:
    model = model_of(tmp_path, "import torch\nEDGES = [1,\n", [X])
    with pytest.raises(OpenError, match=r"score_torch\.py:2"):
        runtime.open(model, model.forms[0], Place(), LIMITS)
    assert runtime.clues(model, model.forms[0], None) == ()


def test_what_a_place_cannot_mean_is_refused_not_ignored(tmp_path: Path) -> None:
    model = model_of(tmp_path, IDENTITY, [X])
    for place in (Place(precision="tf32"), Place(index=0), Place(variant="quick")):
        with pytest.raises(OpenError):
            runtime.open(model, model.forms[0], place, LIMITS)


# what is lacking


@pytest.mark.parametrize(
    ("said", "device", "reason"),
    [
        ({"cuda": None, "rocm": None, "usable": False}, "cuda", "torch 2.13.0 is not built for cuda"),
        ({"cuda": None, "rocm": "6.4", "usable": True}, "cuda", "torch 2.13.0 is not built for cuda"),
        ({"cuda": "12.8", "rocm": None, "usable": True}, "rocm", "torch 2.13.0 is not built for rocm"),
        ({"cuda": "12.8", "rocm": None, "usable": False}, "cuda", "built for cuda 12.8, but sees no device"),
        ({"cuda": "12.8", "rocm": None, "usable": True}, "cuda", None),
        ({"cuda": None, "rocm": "6.4", "usable": True}, "rocm", None),
    ],
)
def test_builds_for_cuda_and_rocm_are_told_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: dict[str, Any], device: str, reason: str | None
) -> None:
    monkeypatch.setattr(runtime, "said_by", lambda python, code: {"version": "2.13.0", **said})
    lack = runtime.lack(model_of(tmp_path, IDENTITY, [X]).forms[0], Place(device))
    assert (lack is None) == (reason is None)
    if lack is not None and reason is not None:
        assert reason in lack.reason


def test_an_interpreter_that_does_not_exist_is_lacking(tmp_path: Path) -> None:
    form = replace(model_of(tmp_path, IDENTITY, [X]).forms[0], python=tmp_path / "venv/bin/python")
    lack = runtime.lack(form, Place())
    assert lack is not None
    assert "venv/bin/python: there is no such Python interpreter" in lack.reason
