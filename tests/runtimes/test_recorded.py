"""Recorded answers: rows are found by exact values, and any other row is said not to be recorded."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from forms import floats, model_of, open_session
from hypothesis import given, settings

from harness.model import Model
from harness.protocols import OpenError, Outcome
from harness.runtimes._lookup import Lookup
from harness.runtimes.recorded import RecordedSession
from harness.schema import Input, Kind, Schema

XY = [*floats("x"), Input("c", Kind.CATEGORY, levels=("a", "b"), missing=True)]
Y = {"y": Kind.FLOAT}


def recorded(
    folder: Path, columns: dict[str, Any], inputs: Any = XY, outputs: Any = Y
) -> tuple[Model, RecordedSession]:
    path = folder / "answers.parquet"
    pq.write_table(pa.table(columns), path)
    model = model_of(folder, "recorded", None, inputs, outputs, source=path, call=None)
    session = open_session(model)
    assert isinstance(session, RecordedSession)
    return model, session


TABLE = {
    "y": [10.0, 20.0, None, 40.0],
    "c": ["a", "b", None, "a"],
    "unused": [0, 0, 0, 0],
    "x": [1.0, 1.0, None, 2.5],
}


def test_rows_are_found_in_any_order_whatever_the_order_of_columns(tmp_path: Path) -> None:
    model, session = recorded(tmp_path, TABLE)
    reply = session.call(model.schema.batch({"x": [2.5, 1.0, 1.0, 2.5], "c": ["a", "b", "a", "a"]}))
    assert reply.outputs is not None
    assert reply.outputs["y"].to_pylist() == [40.0, 20.0, 10.0, 40.0]


def test_a_missing_input_equals_a_missing_input(tmp_path: Path) -> None:
    model, session = recorded(tmp_path, TABLE)
    reply = session.call(model.schema.batch({"x": [None], "c": [None]}))
    assert reply.outputs is not None
    assert reply.outputs["y"].to_pylist() == [None]


@pytest.mark.parametrize(
    ("x", "c"),
    [(3.0, "a"), (2.5, "b"), (None, "a"), (1.0, None), (float("nan"), "a"), (np.nextafter(2.5, 3), "a")],
)
def test_a_row_that_was_not_recorded_is_unanswerable_and_named(tmp_path: Path, x: Any, c: Any) -> None:
    model, session = recorded(tmp_path, TABLE)
    reply = session.call(model.schema.batch({"x": [1.0, x, 9.0], "c": ["a", c, "a"]}))
    assert reply.outputs is None
    assert reply.failure is not None
    assert (reply.failure.outcome, reply.failure.kind) == (Outcome.UNANSWERABLE, "NotRecorded")
    assert reply.failure.row == 1
    assert "row 1 was not recorded in answers.parquet" in reply.failure.message


def test_its_rows_are_told_each_once(tmp_path: Path) -> None:
    twice = {name: [*values, *values] for name, values in TABLE.items()}
    model, session = recorded(tmp_path, twice)
    rows = session.rows()
    assert rows.schema == model.schema.arrow
    assert rows.to_pydict() == {"x": TABLE["x"], "c": TABLE["c"]}
    reply = session.call(rows)
    assert reply.outputs is not None
    assert reply.outputs["y"].to_pylist() == TABLE["y"]
    assert reply.warnings == ()


def test_two_answers_to_one_row_are_warned_of_and_the_first_counts(tmp_path: Path) -> None:
    model, session = recorded(tmp_path, {"x": [1.0, 1.0], "c": ["a", "a"], "y": [3.0, None]})
    reply = session.call(model.schema.batch({"x": [1.0], "c": ["a"]}))
    assert reply.outputs is not None
    assert reply.outputs["y"].to_pylist() == [3.0]
    assert reply.warnings == (
        "answers.parquet: 1 rows were recorded before with another answer; the first counts",
    )


def test_minus_zero_is_another_row_than_zero(tmp_path: Path) -> None:
    model, session = recorded(tmp_path, {"x": [0.0, -0.0], "c": ["a", "a"], "y": [1.0, 2.0]})
    reply = session.call(model.schema.batch({"x": [-0.0, 0.0], "c": ["a", "a"]}))
    assert reply.outputs is not None
    assert reply.outputs["y"].to_pylist() == [2.0, 1.0]


def test_other_types_than_the_declared_ones_are_read_where_no_value_changes(tmp_path: Path) -> None:
    inputs = [
        Input("x", Kind.FLOAT), Input("n", Kind.INT), Input("s", Kind.STRING), Input("d", Kind.DATE),
        Input("t", Kind.DATETIME), Input("b", Kind.BOOL),
    ]  # fmt: skip
    day, moment = dt.date(2024, 2, 29), dt.datetime(2024, 2, 29, 1)
    columns = {
        "x": pa.array([1], pa.int32()),
        "n": pa.array([2.0]),
        "s": pa.array(["z"]).dictionary_encode(),
        "d": pa.array([day], pa.date64()),
        "t": pa.array([moment], pa.timestamp("ns")),
        "b": pa.array([True]),
        "y": pa.array([1.5], pa.float32()),
        "z": pa.array(["w"], pa.large_string()),
    }
    model, session = recorded(tmp_path, columns, inputs, {**Y, "z": Kind.STRING})
    row = {"x": [1.0], "n": [2], "s": ["z"], "d": [day], "t": [moment], "b": [True]}
    reply = session.call(model.schema.batch(row))
    assert reply.outputs is not None
    assert {name: (str(v.type), v.to_pylist()) for name, v in reply.outputs.items()} == {
        "y": ("double", [1.5]),
        "z": ("string", ["w"]),
    }


def test_nan_in_a_recorded_output_is_missing(tmp_path: Path) -> None:
    model, session = recorded(tmp_path, {"x": [1.0], "c": ["a"], "y": [float("nan")]})
    reply = session.call(model.schema.batch({"x": [1.0], "c": ["a"]}))
    assert reply.outputs is not None
    assert reply.outputs["y"].to_pylist() == [None]


def refused(folder: Path, columns: dict[str, Any]) -> str:
    with pytest.raises(OpenError) as caught:
        recorded(folder, columns)
    return str(caught.value)


def test_a_file_without_a_column_names_it_and_those_there_are(tmp_path: Path) -> None:
    message = refused(tmp_path, {"x": [1.0], "score": [1.0]})
    assert f"{tmp_path / 'answers.parquet'}: no column 'c', 'y' (there are: x, score)" in message


def test_a_column_of_another_type_is_named(tmp_path: Path) -> None:
    message = refused(tmp_path, {"x": ["one"], "c": ["a"], "y": [1.0]})
    assert "column 'x' is string, which is no float" in message


def test_a_file_without_rows_or_of_another_format_is_refused(tmp_path: Path) -> None:
    empty = {"x": pa.array([], pa.float64()), "c": pa.array([], pa.string()), "y": pa.array([], pa.float64())}
    assert "no row is recorded" in refused(tmp_path, empty)
    (tmp_path / "answers.parquet").write_text("x,y\n1,2\n")
    model = model_of(tmp_path, "recorded", None, XY, Y, source=tmp_path / "answers.parquet", call=None)
    with pytest.raises(OpenError, match="not a Parquet file"):
        open_session(model)


# ---- the index -----------------------------------------------------------------------------------------

SCHEMA = Schema(
    (
        Input("f", Kind.FLOAT),
        Input("i", Kind.INT),
        Input("b", Kind.BOOL),
        Input("s", Kind.STRING),
        Input("d", Kind.DATE),
    )
)
ROW = st.tuples(
    st.sampled_from([None, 0.0, -0.0, 1.5, float("nan")]),
    st.sampled_from([None, 0, -1, 2**62]),
    st.sampled_from([None, True, False]),
    st.sampled_from([None, "", "a", "é"]),
    st.sampled_from([None, dt.date(1970, 1, 1), dt.date(2024, 2, 29)]),
)


def batch_of(rows: list[Any]) -> pa.RecordBatch:
    columns = [list(values) for values in zip(*rows, strict=True)]
    return SCHEMA.batch(dict(zip(SCHEMA.names, columns, strict=True)))


@given(st.lists(ROW, min_size=1, max_size=12), st.lists(ROW, min_size=1, max_size=12))
@settings(deadline=None)
def test_rows_are_found_as_a_dictionary_of_their_values_would(known: list[Any], asked: list[Any]) -> None:
    places: dict[str, int] = {}
    for place, row in enumerate(known):
        places.setdefault(repr(row), place)
    batches = [
        SCHEMA.batch(dict(zip(SCHEMA.names, map(list, zip(*rows, strict=True)), strict=True)))
        for rows in (known, asked)
    ]
    found = Lookup(batches[0]).find(batches[1])
    assert found.tolist() == [places.get(repr(row), -1) for row in asked]
