"""Counterexamples come back from their files as they went in, or are set aside with a reason."""

from __future__ import annotations

import datetime as dt

from miniatures import model, number

from harness.schema import Input, Kind
from harness.verify.counterexamples import load, save
from harness.verify.verdict import Mismatch


def mismatch(**inputs):
    return Mismatch("score", "text", "because", 1, inputs, 1.0, {"error": "KeyError: 'x'"})


def test_every_type_comes_back(tmp_path):
    of = model(
        number(),
        Input("d", Kind.DATE),
        Input("t", Kind.DATETIME),
        Input("s", Kind.STRING, missing=True),
        Input("b", Kind.BOOL),
    )
    row = {"x": 0.1, "d": dt.date(2024, 2, 29), "t": dt.datetime(2024, 1, 1, 3), "s": None, "b": True}
    save(tmp_path, "python@cpu", [mismatch(**row)])
    (found,), notes = load(of, [tmp_path])
    assert found.rows == (row,)
    assert (found.target, found.cause, found.candidate) == ("python@cpu", "text", {"error": "KeyError: 'x'"})
    assert notes == []


def test_the_same_example_is_one_file(tmp_path):
    for _ in "ab":
        save(tmp_path, "python@cpu", [mismatch(x=1.0)])
    assert len(list(tmp_path.glob("*.json"))) == 1


def test_what_no_longer_fits_the_model_is_noted_and_left_out(tmp_path):
    save(tmp_path, "python@cpu", [mismatch(x=1000.0), mismatch(y=1.0)])
    (tmp_path / "torn.json").write_text('{"rows": [', encoding="utf-8")
    found, notes = load(model(number()), [tmp_path])
    assert found == []
    assert len(notes) == 3
    assert any("no longer legal" in note for note in notes)
