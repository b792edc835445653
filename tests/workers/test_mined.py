"""Clues from what a worker found, and from the data files that a form names."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from forms import floats, model_of, write

from harness.protocols import Clue
from harness.schema import Input, Kind
from harness.workers.mined import clues_of, file_clues
from harness.workers.python import wire
from harness.workers.python.wire import Column, Table, texts_column


def mined(*finds: tuple[Any, str, str | None]) -> Table:
    """The table of a MINED frame: value, role, input."""
    texts = [value if isinstance(value, str) else None for value, _, _ in finds]
    numbers = [0.0 if isinstance(value, str) else float(value) for value, _, _ in finds]
    return Table(
        [
            Column("number", wire.DOUBLE, np.array(numbers)),
            texts_column("text", texts),
            Column("whole", wire.BOOL, np.array([type(value) is int for value, _, _ in finds], dtype="u1")),
            Column("flag", wire.BOOL, np.array([type(value) is bool for value, _, _ in finds], dtype="u1")),
            texts_column("role", [role for _, role, _ in finds]),
            texts_column("input", [name for _, _, name in finds]),
            texts_column("origin", ["here"] * len(finds)),
        ],
        len(finds),
    )


def values(table: Table, folder: Path) -> list[tuple[Any, str, str | None]]:
    model = model_of(folder, "python", "", [*floats("age"), Input("sex", Kind.STRING)], {"score": Kind.FLOAT})
    return [(clue.value, clue.role, clue.input) for clue in clues_of(table, model)]


def test_values_keep_their_type_and_those_of_an_input_come_first(tmp_path: Path) -> None:
    table = mined(
        (1.5, "constant", None), (2, "constant", None), (True, "constant", None), (40, "threshold", "age")
    )
    found = values(table, tmp_path)
    assert found == [
        (40, "threshold", "age"),
        (1.5, "constant", None),
        (2, "constant", None),
        (True, "constant", None),
    ]
    assert [type(value) for value, _, _ in found] == [int, float, int, bool]


def test_the_same_clue_is_told_once(tmp_path: Path) -> None:
    twice = (1, "constant", None)
    assert values(mined(twice, twice, (1.0, "constant", None), (True, "constant", None)), tmp_path) == [
        (1, "constant", None),
        (1.0, "constant", None),
        (True, "constant", None),
    ]


def test_names_of_inputs_and_outputs_are_no_clues(tmp_path: Path) -> None:
    table = mined(("age", "level", None), ("score", "level", None), ("f", "level", "sex"))
    assert values(table, tmp_path) == [("f", "level", "sex")]


def test_a_file_that_a_text_names_is_read_in_its_place(tmp_path: Path) -> None:
    write(
        tmp_path / "bins.json",
        '{"age": {"cuts": [18, 40.5], "label": "a"}, "base": 600, "none": null, "on": true}',
    )
    found = values(mined(("bins.json", "constant", None), ("gone.json", "constant", None)), tmp_path)
    assert (18, "constant", "age") in found
    assert (40.5, "constant", "age") in found
    assert ("a", "level", "age") in found
    assert (600, "constant", None) in found
    assert ("gone.json", "constant", None) in found
    assert all(value != "bins.json" for value, _, _ in found)


def test_a_record_that_names_an_input_is_about_it(tmp_path: Path) -> None:
    path = write(
        tmp_path / "bins.json", '[{"input": "age", "below": 40, "points": 7}, {"input": "sex", "is": "f"}]'
    )
    found = {(clue.value, clue.input) for clue in file_clues(path, ["age", "sex"])}
    assert {(40, "age"), (7, "age"), ("f", "sex")} <= found


def test_the_origin_of_a_value_in_json_is_its_path(tmp_path: Path) -> None:
    path = write(tmp_path / "bins.json", '{"tables": {"age": [{"upto": 40}]}}')
    (clue,) = [one for one in file_clues(path, ["age"]) if one.value == 40]
    assert clue == Clue(40, "constant", "age", "bins.json: tables: age: upto")


@pytest.mark.parametrize(("name", "mark"), [("bins.csv", ","), ("bins.tsv", "\t")])
def test_a_table_is_read_by_column_and_by_the_input_that_a_row_names(
    tmp_path: Path, name: str, mark: str
) -> None:
    text = "variable,upto,points\nage,40.5,7\nsex,f,\n".replace(",", mark)
    found = {
        (one.value, one.input, one.origin) for one in file_clues(write(tmp_path / name, text), ["age", "sex"])
    }
    assert found == {(40.5, "age", f"{name}:2"), (7, "age", f"{name}:2"), ("f", "sex", f"{name}:3")}


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe", b"[" * 100_000, b"NaN", b'"\\ud800"'])
def test_a_file_that_cannot_be_read_gives_no_more_than_it_can(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "bins.json"
    path.write_bytes(content)
    assert all(not isinstance(one.value, float) for one in file_clues(path, []))
