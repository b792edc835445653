"""Scorecards: the table itself, and that every form written from it gives the table's points."""

import json
import math
import random
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from harness import Scorecard, load_model
from harness.answer import ask
from harness.modelfile import ModelFileError
from harness.schema import Kind
from harness.scorecard import Binned, Listed, ScorecardError
from harness.scorecard.r_form import number
from harness.target import lack, open_target, target_of

GERMAN = Path(__file__).parents[1] / "fixtures/models/german_scorecard/model.json"

CARD = Scorecard(
    name="card",
    base_points=500,
    characteristics=(
        Binned("age", (25, 30.1, 41), (-21, -2, 9, 5), missing=-20, special={-999: 3, 99: -7}),
        Binned("income", (0.1, 1e6), (1, 20, 300), closed="left"),
        Binned("requests", (0, 2), (4, 2, -6), closed="left", whole=True, missing=1, minimum=0, maximum=40),
        Binned("flat", (), (7,), missing=-7),
        Listed("purpose", ("car", "", 'ra"dio', "ä\\n"), (1, 2, 3, 4), missing=-5, unseen=-6),
        Listed("odd key", ("b", "a"), (10, 20)),
        Listed("housing", ("own", "rent"), (8, 9), missing=0),
        Listed("job", ("x",), (5,), unseen=6),
    ),
    base_score=600,
    base_odds=50,
    pdo=20,
    cutoff=520,
)
FRACTIONS = Scorecard(
    name="fractions",
    base_points=0.1,
    characteristics=(
        Binned("age", (0.1, 0.3, 2.675, 1e-7, 1e22)[:3], (0.2, 0.7, -1.1, 1e-17), missing=0.3),
        Listed("job", ("a", "b"), (1 / 3, 2.5), unseen=-0.7),
    ),
)


def neighbours(value):
    return [np.nextafter(value, -np.inf), float(value), np.nextafter(value, np.inf)]


def probes(one):
    """Every value at which a characteristic could go wrong; None where missing is legal."""
    missing = [None] if one.missing is not None else []
    if isinstance(one, Listed):
        return [*one.levels, *missing, *(["no such level", "NA"] if one.unseen is not None else [])]
    if one.whole:
        return [*{int(cut) + step for cut in one.breaks for step in (-1, 0, 1)}, 40, *missing]
    around = [value for cut in (*one.breaks, *one.special) for value in neighbours(cut)]
    return [*around, -0.0, -1e15, 1e15, *missing]


def rows_of(card, count=150):
    """Rows with every probe of every characteristic, the others drawn at random."""
    chance = random.Random(1)
    rows = []
    for one in card.characteristics:
        for value in probes(one):
            row = {other.name: chance.choice(probes(other)) for other in card.characteristics}
            rows.append(row | {one.name: value})
    rows += [{one.name: chance.choice(probes(one)) for one in card.characteristics} for _ in range(count)]
    return [row for row in rows if row.get("requests") is None or row["requests"] >= 0]


def test_points_are_those_of_the_bin_that_the_value_lies_in():
    right = Binned("x", (10, 20), (1, 2, 3), missing=4, special={10: 9})
    assert [right.of(value) for value in (9, 10, 10.5, 20, 21, None)] == [1, 9, 2, 2, 3, 4]
    left = Binned("x", (10, 20), (1, 2, 3), closed="left")
    assert [left.of(value) for value in (9, 10, 10.5, 20, 21, None)] == [1, 2, 2, 3, 3, None]
    listed = Listed("x", ("a", "b"), (1, 2), missing=3, unseen=4)
    assert [listed.of(value) for value in ("a", "b", None, "c")] == [1, 2, 3, 4]
    assert [Listed("x", ("a",), (1,)).of(value) for value in (None, "c")] == [None, None]


def test_the_score_is_the_sum_and_doubles_its_odds_every_pdo_points():
    card = Scorecard("c", (Binned("x", (0,), (580, 640)),), 20, base_score=600, base_odds=50, pdo=20)
    assert [card.score({"x": x}) for x in (-1, 1)] == [600, 660]
    assert card.pd({"x": -1}) == pytest.approx(1 / 51, rel=1e-14)
    assert card.pd({"x": 1}) == pytest.approx(1 / 401, rel=1e-14)
    offset, factor = card.scaling
    assert factor == pytest.approx(28.85390081777927, rel=1e-15)
    assert offset == pytest.approx(487.1228762045055, rel=1e-14)  # Siddiqi's own example


def test_a_card_without_a_scale_has_no_probability():
    card = Scorecard("c", (Binned("x", (0,), (1, 2)),))
    assert (card.scaling, card.pd({"x": 1}), card.score({"x": 1})) == (None, None, 2)
    assert CARD.score(dict.fromkeys(one.name for one in CARD.characteristics)) is None


def test_a_card_of_whole_points_has_whole_scores():
    assert CARD.whole
    assert not FRACTIONS.whole
    assert not Scorecard("c", (Binned("x", (0,), (1, 2.0)),)).whole


def test_the_model_file_says_all_that_the_table_does(tmp_path):
    model = load_model(CARD.write(tmp_path / "new" / "folder"))
    assert (model.name, model.reference) == ("card", "r")
    age, _, requests, flat, purpose, odd, housing, job = model.schema
    assert (age.kind, age.edges, age.special, age.missing) == (Kind.FLOAT, (25, 30.1, 41), (-999, 99), True)
    assert (requests.kind, requests.bounds, requests.edges) == (Kind.INT, (0, 40), (0, 2))
    assert (flat.edges, flat.missing) == ((), True)
    assert (purpose.levels, purpose.unseen, purpose.missing) == (("car", "", 'ra"dio', "ä\\n"), True, True)
    assert (odd.name, odd.missing, housing.missing, job.unseen) == ("odd key", False, True, True)
    assert [(one.name, one.kind, one.tolerance.exact) for one in model.outputs] == [
        ("score", Kind.INT, True),
        ("pd", Kind.FLOAT, False),
    ]
    assert [(one.name, one.cuts) for one in model.decisions] == [("approve", (520.0,))]
    assert {form.name for form in model.forms} >= {"r", "python"}


def test_another_form_may_be_the_reference(tmp_path):
    assert load_model(CARD.write(tmp_path, reference="python")).reference == "python"
    with pytest.raises(ModelFileError, match="there is no target"):
        load_model(CARD.write(tmp_path, reference="julia"))


def test_without_onnx_the_other_forms_are_written(tmp_path, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    model = load_model(CARD.write(tmp_path))
    assert [form.name for form in model.forms] == ["r", "python"]
    assert not (tmp_path / "scorecard.onnx").exists()


@pytest.mark.parametrize("name", ["r", "python", "onnx"])
@pytest.mark.parametrize("card", [CARD, FRACTIONS, Scorecard.from_json(GERMAN)], ids=lambda card: card.name)
def test_every_form_gives_the_points_of_the_table_at_every_edge(tmp_path, card, name):
    model = load_model(card.write(tmp_path))
    if name not in [form.name for form in model.forms]:
        pytest.skip("there is no ONNX form: the package onnx is not installed")
    target = target_of(model, name)
    if lack(target) is not None:
        pytest.skip(str(lack(target)))
    rows = rows_of(card)
    batch = model.schema.batch({key: [row[key] for row in rows] for key in model.schema.names})
    session = open_target(model, target)
    try:
        answer = ask(session, batch)
    finally:
        session.close()
    assert answer.answered.all(), answer.failures
    scores = answer.outputs["score"].to_pylist()
    assert scores == [card.score(row) for row in rows]
    if card.scaling is not None:
        expected = [card.pd(row) for row in rows]
        np.testing.assert_allclose(answer.outputs["pd"].to_numpy(), expected, rtol=1e-13, atol=0)


def test_r_reads_every_number_back_to_the_last_bit():
    if shutil.which("Rscript") is None:
        pytest.skip("R is not installed")
    chance = random.Random(3)
    values = [
        0.1,
        0.3,
        2.675,
        1e22,
        1e23,
        1e-7,
        3913.4,
        5e-324,
        1.7976931348623157e308,
        2**53 + 2.0,
        -0.1,
        0.0,
    ]
    values += [round(chance.uniform(-1e5, 1e5), chance.randint(0, 10)) for _ in range(2000)]
    values += [chance.uniform(0, 1) * 10.0 ** chance.randint(-300, 300) for _ in range(500)]
    bits = "\n".join(f"{number(value)} # {value.hex()}" for value in values)
    script = (
        "lines <- readLines(file('stdin')); halves <- strsplit(lines, ' # ', fixed = TRUE)\n"
        "read <- vapply(halves, function(h) eval(parse(text = h[1], keep.source = FALSE)), 0)\n"
        "exact <- vapply(halves, function(h) as.numeric(h[2]), 0)\n"
        "cat(sum(read != exact), length(read))"
    )
    done = subprocess.run(
        ["Rscript", "--vanilla", "-e", script], input=bits, capture_output=True, text=True, check=True
    )
    assert done.stdout == f"0 {len(values)}"


def test_numbers_that_r_reads_well_stay_readable():
    assert [number(value) for value in (36, 1372.5, 3913.4, 0.1, -2.0)] == [
        "36",
        "1372.5",
        "3913.4",
        "0.1",
        "-2",
    ]
    assert number(1 / 3) == (1 / 3).hex()


def table(tmp_path, **changes):
    entry = {
        "name": "t",
        "characteristics": {
            "x": {"breaks": [1, 2], "points": [1, 2, 3]},
            "y": {"levels": ["a"], "points": [1]},
        },
    }
    file = tmp_path / "table.json"
    file.write_text(json.dumps(entry | changes))
    return file


def test_a_table_is_read_from_json(tmp_path):
    file = table(
        tmp_path,
        base_points=10,
        cutoff=11,
        characteristics={
            "x": {
                "breaks": 1,
                "points": [1, 2],
                "closed": "left",
                "type": "int",
                "min": 0,
                "max": 9,
                "missing": 3,
                "special": [99, 98],
                "special_points": [4, 5],
            },
            "y": {"levels": "a", "points": 1, "missing": 2, "unseen": 3},
        },
    )
    assert Scorecard.from_json(file) == Scorecard(
        name="t",
        characteristics=(
            Binned("x", (1,), (1, 2), "left", 3, {99: 4, 98: 5}, whole=True, minimum=0, maximum=9),
            Listed("y", ("a",), (1,), 2, 3),
        ),
        base_points=10,
        cutoff=11,
    )


def test_a_table_without_a_name_is_called_like_its_file_or_folder(tmp_path):
    entry = json.dumps({"characteristics": {"x": {"breaks": [], "points": [1]}}})
    (tmp_path / "small.json").write_text(entry)
    assert Scorecard.from_json(tmp_path / "small.json").name == "small"
    (tmp_path / "model.json").write_text(entry)
    assert Scorecard.from_json(str(tmp_path / "model.json")).name == tmp_path.name


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"base_point": 1},
            "the table: unknown key 'base_point'; did you mean base_points? (there are: name, ",
        ),
        ({"name": 3}, "name 3 is no text; write a name"),
        ({"characteristics": {}}, "t: no characteristics; add at least one"),
        ({"characteristics": [1]}, "no characteristics; write an object of them, by name"),
        ({"characteristics": {"x": 1}}, "x: write an object with either breaks (a number) or levels"),
        ({"characteristics": {"x": {"points": [1]}}}, "x: write an object with either breaks (a number) or"),
        ({"characteristics": {"x": {"breaks": []}}}, "x: no points; give each bin or level its own"),
        ({"base_points": "1"}, "t: base_points '1' is no finite number; write one"),
        ({"pdo": 20}, "t: no base_score; give base_score, base_odds and pdo, or none"),
        ({"base_score": 1, "base_odds": 0, "pdo": 20}, "t: base_odds = 0 is not above 0; correct it"),
        ({"base_points": 2**31}, "t: scores up to 2.14748e+09 do not fit into 32 bits; scale the points"),
    ],
)
def test_a_wrong_table_is_told_with_its_file(tmp_path, changes, message):
    file = table(tmp_path, **changes)
    with pytest.raises(ScorecardError) as caught:
        Scorecard.from_json(file)
    assert str(caught.value).startswith(f"{file}: {message}")


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ({"breaks": [1, 2], "points": [1, 2]}, "2 breaks make 3 bins, but there are 2 points"),
        ({"breaks": [2, 1], "points": [1, 2, 3]}, "breaks [2, 1] do not rise; sort them, each once"),
        ({"breaks": [1, 1], "points": [1, 2, 3]}, "breaks [1, 1] do not rise; sort them, each once"),
        ({"breaks": ["1"], "points": [1, 2]}, "value '1' is no finite number; write one"),
        ({"breaks": [1], "points": [1, True]}, "points True is no finite number; write one"),
        ({"breaks": [1], "points": [1, None]}, "points None is no finite number; write one"),
        (
            {"breaks": [1], "points": [1, 2], "closed": "both"},
            "closed = 'both'; write \"right\" for (a, b] or",
        ),
        ({"breaks": [1], "points": [1, 2], "type": "date"}, 'type \'date\'; write "float" or "int"'),
        ({"breaks": [1], "points": [1, 2], "min": 3, "max": 2}, "min 3 is above max 2; swap them"),
        ({"breaks": [1], "points": [1, 2], "type": "int", "max": 2.5}, "2.5 is no whole number, but this"),
        (
            {"breaks": [1], "points": [1, 2], "special": 9},
            "1 special values, but 0 special_points; give each",
        ),
        ({"breaks": [1], "points": [1, 2], "unseen": 1}, "unknown key 'unseen' (there are: breaks, points, "),
        ({"breaks": [1], "points": [1, 2], "mising": 1}, "unknown key 'mising'; did you mean missing?"),
        ({"levels": ["a", "a"], "points": [1, 2]}, "level 'a' is there twice; take one out"),
        ({"levels": ["a"], "points": [1, 2]}, "1 levels, but 2 points; give each level its own"),
        ({"levels": [], "points": []}, "no levels; list them"),
        ({"levels": [1], "points": [1]}, "levels [1] are not all text; write them in quotes"),
        ({"levels": ["a\0"], "points": [1]}, "'a\\x00' holds U+0000, which is no text; take it out"),
    ],
)
def test_a_wrong_characteristic_is_told_by_name(tmp_path, entry, message):
    file = table(tmp_path, characteristics={"z": entry})
    with pytest.raises(ScorecardError) as caught:
        Scorecard.from_json(file)
    assert str(caught.value).startswith(f"{file}: z: {message}")


@pytest.mark.parametrize("name", ["score", "pd", " "])
def test_a_characteristic_is_not_called_like_an_output(tmp_path, name):
    file = table(tmp_path, characteristics={name: {"levels": ["a"], "points": [1]}})
    with pytest.raises(ScorecardError, match=f"a characteristic cannot be called '{name}'; rename it"):
        Scorecard.from_json(file)


def test_broken_json_is_told_with_its_place(tmp_path):
    file = tmp_path / "t.json"
    for content, message in (
        (b'{\n "a": }', ":2: not JSON at column 7: Expecting value"),
        (b'{"name": "a", "name": "b"}', ": 'name' is there twice; take one out"),
        (b"\xff", ": not UTF-8; save the file as UTF-8"),
        (b"[]", ": a points table is an object with characteristics; write { ... }"),
    ):
        file.write_bytes(content)
        with pytest.raises(ScorecardError) as caught:
            Scorecard.from_json(file)
        assert str(caught.value) == f"{file}{message}"
    with pytest.raises(ScorecardError, match="cannot be read: No such file or directory"):
        Scorecard.from_json(tmp_path / "none.json")


def test_the_probability_at_the_ends_of_the_scale_is_finite():
    card = Scorecard("c", (Binned("x", (0,), (-30000, 30000)),), 0, base_score=600, base_odds=50, pdo=20)
    assert card.pd({"x": 1}) == 0.0
    assert card.pd({"x": -1}) == 1.0
    assert not math.isnan(card.pd({"x": 0}))
