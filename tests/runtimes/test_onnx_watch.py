"""Graphs that are watched: how their comparisons come out, and that these can be forced."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx_files as files
import pytest
from onnx import helper

from harness.model import Model
from harness.protocols import NOT_REACHED, Limits, OpenError, Watched, Watching, WatchSession
from harness.runtimes.onnx import open as open_graph
from harness.runtimes.onnx import watch
from harness.schema import Input, Kind
from harness.search.follow.guided import guidance
from harness.search.lab import Respondent
from harness.search.rows.backgrounds import make_space
from harness.search.rows.pools import build_pools
from harness.target import Place, target_of

A = Input("a", Kind.FLOAT, minimum=-100.0, maximum=100.0)
B = Input("b", Kind.FLOAT, minimum=1.0, maximum=90.0)
CONSTANTS = {
    "limit": np.float64(0.43),
    "narrow": np.float64(33.25),
    "wider": np.float64(33.5),
    "cuts": np.array([10.0, 20.0]),
    "axis": np.array([1]),
    "yes": np.float64(1.0),
    "no": np.float64(0.0),
}


def graph(path: Path, nodes: Sequence[Any], last: str = "y", shape: Sequence[Any] = ("N",)) -> Model:
    inputs = [files.tensor("a", "double"), files.tensor("b", "double")]
    files.save(path, nodes, inputs, [files.tensor(last, "double", shape)], CONSTANTS)
    return files.model_of(path, [A, B], {last: Kind.FLOAT})


def ratio(path: Path) -> Model:
    """``where(a / b >= 0.43, 1, 0)``."""
    nodes = [
        helper.make_node("Div", ["a", "b"], ["q"]),
        helper.make_node("GreaterOrEqual", ["q", "limit"], ["high"]),
        helper.make_node("Where", ["high", "yes", "no"], ["y"]),
    ]
    return graph(path, nodes)


def seen(model: Model, rows: dict[str, list[float]], asked: Watching | None = None) -> Watched:
    session: WatchSession = watch(model, model.forms[0], Limits())
    try:
        session.watch(model.schema.batch(rows), Watching())  # sites come to light in the first call
        found = session.watch(model.schema.batch(rows), asked or Watching())
    finally:
        session.close()
    assert found is not None
    return found


def test_a_comparison_is_seen_row_by_row_in_words(tmp_path: Path) -> None:
    found = seen(ratio(tmp_path / "m.onnx"), {"a": [0.43, 2.0, -3.0], "b": [1.0, 4.0, 1.0]})
    assert found.sites == ("a / b >= 0.43",)
    assert found.codes.tolist() == [[0, 1, -1]]
    assert found.decides.all()
    assert not found.failed.any()
    assert found.signals["edge"].tolist() == [True, False, False]


@pytest.mark.parametrize("value", [True, False])
def test_a_comparison_comes_out_as_it_is_made_to(tmp_path: Path, value: bool) -> None:
    model = ratio(tmp_path / "m.onnx")
    found = seen(model, {"a": [0.43, -3.0], "b": [1.0, 1.0]}, Watching(force=1, value=value))
    assert found.said["y"].tolist() == [float(value)] * 2


def test_left_alone_a_watched_graph_answers_as_ever(tmp_path: Path) -> None:
    model = ratio(tmp_path / "m.onnx")
    rows = {"a": np.linspace(-5, 5, 50).tolist(), "b": [7.0] * 50}
    session = open_graph(model, model.forms[0], Place(), Limits())
    outputs = session.call(model.schema.batch(rows)).outputs
    session.close()
    assert outputs is not None
    assert seen(model, rows).said["y"].tolist() == outputs["y"].to_pylist()


def test_each_column_of_a_comparison_is_a_site_of_its_own(tmp_path: Path) -> None:
    nodes = [
        helper.make_node("Unsqueeze", ["a", "axis"], ["wide"]),
        helper.make_node("Greater", ["wide", "cuts"], ["above"]),
        helper.make_node("Cast", ["above"], ["points"], to=files.TYPES["double"]),
        helper.make_node("ReduceSum", ["points", "axis"], ["y"], keepdims=0),
    ]
    model = graph(tmp_path / "m.onnx", nodes)
    rows = {"a": [10.0, 15.0, 25.0], "b": [1.0, 1.0, 1.0]}
    found = seen(model, rows)
    assert found.sites == ("a > 10", "a > 20")
    assert found.codes.tolist() == [[0, 1, 1], [-1, -1, 1]]
    assert seen(model, rows, Watching(force=2, value=True)).said["y"].tolist() == [1.0, 2.0, 2.0]


def test_steps_and_caps_are_seen_but_cannot_be_forced(tmp_path: Path) -> None:
    nodes = [
        helper.make_node("Round", ["a"], ["r"]),
        helper.make_node("Min", ["r", "b"], ["y"]),
    ]
    found = seen(graph(tmp_path / "m.onnx", nodes), {"a": [2.5, 3.4], "b": [9.0, 1.0]})
    assert found.sites == ("Round(a)", "Min(Round(a), b)")
    assert not found.decides.any()
    assert found.signals["half"].tolist() == [True, False]
    assert found.codes[1].tolist() == [-1, 1]


def test_where_two_truths_are_joined_both_are_seen(tmp_path: Path) -> None:
    nodes = [
        helper.make_node("Greater", ["a", "limit"], ["over"]),
        helper.make_node("Greater", ["b", "narrow"], ["wide"]),
        helper.make_node("And", ["over", "wide"], ["both"]),
        helper.make_node("Where", ["both", "yes", "no"], ["y"]),
    ]
    found = seen(graph(tmp_path / "m.onnx", nodes), {"a": [0.0, 0.0, 9.0, 9.0], "b": [1.0, 40.0, 1.0, 40.0]})
    (join,) = np.flatnonzero(found.joins)
    assert found.codes[join].tolist() == [0, 1, 2, 3]


@pytest.mark.parametrize("value", [2.0e9, 1.2e9])
def test_whole_numbers_that_leave_their_type_in_a_sum_are_telling(tmp_path: Path, value: float) -> None:
    nodes = [
        helper.make_node("Unsqueeze", ["a", "axis"], ["one"]),
        helper.make_node("Unsqueeze", ["b", "axis"], ["other"]),
        helper.make_node("Concat", ["one", "other"], ["both"], axis=1),
        helper.make_node("Cast", ["both"], ["whole"], to=files.TYPES["int32"]),
        helper.make_node("ReduceSum", ["whole", "axis"], ["sum"], keepdims=0),
        helper.make_node("Cast", ["sum"], ["y"], to=files.TYPES["double"]),
    ]
    found = seen(graph(tmp_path / "m.onnx", nodes), {"a": [value, 3.0], "b": [value, 4.0]})
    assert found.signals["overflow"].tolist() == [True, False]


def test_missing_values_reach_no_comparison(tmp_path: Path) -> None:
    model = ratio(tmp_path / "m.onnx")
    found = seen(model, {"a": [float("nan"), 1.0], "b": [1.0, 1.0]})
    assert found.codes.tolist() == [[NOT_REACHED, 1]]


def test_a_graph_without_comparisons_is_not_watched(tmp_path: Path) -> None:
    model = graph(tmp_path / "m.onnx", [helper.make_node("Add", ["a", "b"], ["y"])])
    with pytest.raises(OpenError, match="shows no comparison"):
        watch(model, model.forms[0], Limits())


def test_a_guarded_quotient_of_a_graph_is_met_exactly(tmp_path: Path) -> None:
    nodes = [
        helper.make_node("Div", ["a", "b"], ["q"]),
        helper.make_node("GreaterOrEqual", ["q", "limit"], ["high"]),
        helper.make_node("Greater", ["b", "narrow"], ["over"]),
        helper.make_node("Less", ["b", "wider"], ["under"]),
        helper.make_node("And", ["over", "under"], ["guard"]),
        helper.make_node("And", ["guard", "high"], ["both"]),
        helper.make_node("Where", ["both", "yes", "no"], ["y"]),
    ]
    model = graph(tmp_path / "m.onnx", nodes)
    space = make_space(model.schema, build_pools(model.schema, []), None, 0)
    with Respondent(model, target_of(model, "onnx"), Limits()) as respondent:
        found = guidance(space, respondent, 0, 30.0)
    a, b = (np.concatenate([batch.column(name).to_numpy() for batch in found.batches]) for name in ("a", "b"))
    guarded = (b > 33.25) & (b < 33.5)
    assert (guarded & (a / b == 0.43)).any()
    assert found.unreached == ()
