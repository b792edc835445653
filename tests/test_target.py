"""Targets: how they are written, which a model has, and what is said where one cannot run."""

import types
from pathlib import Path

import pytest

from harness import registry
from harness.model import Form, Model, Output
from harness.protocols import Lack, Limits, MissingError, OpenError, Place
from harness.schema import Input, Kind, Schema
from harness.target import Target, TargetError, lack, open_target, parse, target_of, targets_of
from harness.tolerance import Tolerance

MODEL = Model(
    name="card",
    reference="r",
    schema=Schema((Input("x", Kind.FLOAT),)),
    outputs=(Output("score", Kind.FLOAT, Tolerance()),),
    forms=(
        Form("r", "r"),
        Form("onnx", "onnx", devices=("cpu", "cuda:1/tf32", "cpu+1-thread")),
    ),
    folder=Path("/nowhere"),
)


@pytest.mark.parametrize(
    ("text", "name", "place"),
    [
        ("r", "r", Place()),
        ("r@cpu", "r", Place("cpu")),
        ("onnx@cuda:1/tf32", "onnx", Place("cuda", 1, "tf32")),
        ("onnx@cpu+1-thread", "onnx", Place("cpu", variant="1-thread")),
        ("onnx@cuda:0/fp16+graph", "onnx", Place("cuda", 0, "fp16", "graph")),
        ("onnx@cuda/tf32", "onnx", Place("cuda", precision="tf32")),
        ("my form@rocm", "my form", Place("rocm")),
        ("a:b@cpu", "a:b", Place("cpu")),
        ("größe@cpu", "größe", Place("cpu")),
    ],
)
def test_a_target_is_a_name_and_a_place(text, name, place):
    assert parse(text) == (name, place)
    assert str(Target(Form(name, "r"), place)) == (text if "@" in text else f"{text}@cpu")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "@cpu",
        "r@",
        "r@cpu:",
        "r@cpu:x",
        "r@cpu:-1",
        "r@cpu/",
        "r@cpu+",
        "r@CPU",
        "r@cpu+a/b",
        "r@@cpu",
        "r/x",
        "r@*",
    ],
)
def test_what_is_no_target_is_refused_with_the_syntax(text):
    with pytest.raises(TargetError) as caught:
        parse(text)
    assert str(caught.value) == (
        f"{text!r} is not a target: write NAME@DEVICE[:index][/precision][+variant], "
        "for example onnx@cuda:1/tf32 or r@cpu"
    )


def test_a_model_has_each_form_on_each_of_its_devices_in_file_order():
    assert [str(target) for target in targets_of(MODEL)] == [
        "r@cpu",
        "onnx@cpu",
        "onnx@cuda:1/tf32",
        "onnx@cpu+1-thread",
    ]
    assert targets_of(MODEL)[1].name == "onnx"


def test_a_target_is_found_by_its_text():
    target = target_of(MODEL, "onnx@cuda:1")
    assert (target.form, target.place) == (MODEL.forms[1], Place("cuda", 1))
    with pytest.raises(TargetError, match=r"^card: no target named 'python' \(there are: r, onnx\)$"):
        target_of(MODEL, "python@cpu")


@pytest.fixture
def seams(monkeypatch):
    """Stand-ins for one device and one runtime, whose lacks a test may set."""
    opened = []

    def open_form(*arguments):
        opened.append(arguments)
        return "session"

    members = {
        ("devices", "tpu"): types.SimpleNamespace(lack=lambda: None),
        ("runtimes", "julia"): types.SimpleNamespace(lack=lambda form, place: None, open=open_form),
    }
    monkeypatch.setattr(registry, "names", lambda seam: tuple(name for kind, name in members if kind == seam))
    monkeypatch.setattr(registry, "find", lambda seam, name: members[seam, name])
    return types.SimpleNamespace(members=members, opened=opened)


JULIA = Target(Form("j", "julia"), Place("tpu"))


def test_a_target_opens_with_its_form_its_place_and_limits(seams):
    assert lack(JULIA) is None
    assert open_target(MODEL, JULIA) == "session"
    assert open_target(MODEL, JULIA, Limits(call_s=1)) == "session"
    assert seams.opened == [
        (MODEL, JULIA.form, JULIA.place, Limits()),
        (MODEL, JULIA.form, JULIA.place, Limits(call_s=1)),
    ]


def test_a_lacking_device_is_told_before_a_lacking_runtime(seams):
    seams.members["runtimes", "julia"].lack = lambda form, place: Lack("no julia here", "install julia")
    assert lack(JULIA) == Lack("no julia here", "install julia")
    seams.members["devices", "tpu"].lack = lambda: Lack("no TPU here", "")
    assert lack(JULIA) == Lack("no TPU here", "")
    with pytest.raises(MissingError, match=r"^no TPU here$"):
        open_target(MODEL, JULIA)
    assert issubclass(MissingError, OpenError)
    assert seams.opened == []


def test_the_runtime_is_asked_for_this_very_form_and_place(seams):
    seams.members["runtimes", "julia"].lack = lambda form, place: Lack(f"{form.name} on {place}", "wait")
    assert str(lack(JULIA)) == "j on tpu; wait"


def test_an_unknown_device_is_lacking_with_those_there_are(seams):
    target = Target(JULIA.form, Place("abacus"))
    assert str(lack(target)) == "there is no device named 'abacus'; devices are: tpu"
    with pytest.raises(MissingError, match="abacus"):
        open_target(MODEL, target)
