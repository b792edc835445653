"""Constants of Python source, and the input that each is compared with."""

from __future__ import annotations

import ast
import textwrap
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from harness.workers.python import mine
from harness.workers.python.errors import Find
from harness.workers.python.folding import fold
from harness.workers.python.literals import literals

INPUTS = ("age", "level", "opened")


def found(source: str, **live: Any) -> set[tuple[Any, str, str | None]]:
    known = {name: mine.value(one, name) for name, one in live.items()}
    return {(f.value, f.role, f.input) for f in literals(textwrap.dedent(source), "score.py", INPUTS, known)}


@pytest.mark.parametrize(
    "source",
    [
        "df['age'] > 40",
        "40 <= df.age",
        "df.loc[df['age'] == 40, 'points'] = 1",
        "row.get('age') != 40",
        "def points(age):\n    return 1 if age < 40 else 2",
        "x = df['age'].astype(float)\ny = x > 40",
        "np.digitize(df.age, [18, 40])",
        "pd.cut(df['age'], bins=[0, 40, 99])",
        "df.age.between(18, 40)",
        "df['age'].isin({40, 41})",
        "bisect.bisect_right(EDGES, df.age)\nEDGES = [18, 40]",
        "df.age.clip(upper=40)",
        "df.age * 12 > 480\ndf.age > 40",
        "match age:\n    case 40: pass",
        "df.age > 4 * 10",
        "np.where(df.age > 40, 1, 2)",
        "(df.age > 40) & (df.level == 'x')",
    ],
)
def test_a_number_compared_with_an_input_is_its_threshold(source: str) -> None:
    assert (40, "threshold", "age") in found(source)


def test_a_negative_number_keeps_its_sign() -> None:
    assert (-999, "threshold", "age") in found("df.age == -999")


@pytest.mark.parametrize(
    "source",
    [
        "df.level == 'b'",
        "df['level'].isin(['a', 'b'])",
        "df.level.map({'b': 3})",
        "TABLE[level]\nTABLE = {'b': 3}",
    ],
)
def test_a_text_beside_an_input_is_its_level(source: str) -> None:
    live = {"TABLE": {"b": 3}} if "TABLE" in source else {}
    assert ("b", "level", "level") in found(source, **live)


def test_a_global_beside_an_input_stands_for_its_values() -> None:
    edges = np.array([12.5, 24.5])
    assert {(12.5, "threshold", "age"), (24.5, "threshold", "age")} <= found(
        "np.digitize(df.age, EDGES)", EDGES=edges
    )


def test_the_branches_of_a_choice_are_not_compared_with_the_input() -> None:
    assert (7, "constant", None) in found("points = np.where(df.age > 40, 7, 8)")
    assert (7, "constant", None) in found("7 if age > 40 else 8")


def test_a_comparison_with_two_inputs_names_none() -> None:
    assert (0.4, "threshold", None) in found("df.age / df.opened > 0.4")


def test_the_names_of_columns_and_docstrings_are_no_constants() -> None:
    values = {value for value, _, _ in found("def f(df):\n    '''Some words.'''\n    return df['age'] + 1.5")}
    assert values == {1.5}


def test_the_place_is_told() -> None:
    (find,) = [f for f in literals("x = 1\ny = age > 40\n", "score.py", INPUTS, {}) if f.value == 40]
    assert find.origin == "score.py:2"


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("12 * 30", [360]),
        ("1/3", [1 / 3]),
        ("-(2 + 0.5)", [-2.5]),
        ("2 ** 10 - 1", [1023]),
        ("[1, (2, 3)]", [1, 2, 3]),
        ("np.array([1.5, -2])", [1.5, -2]),
        ("range(0, 30, 10)", [0, 10, 20]),
        ("float('1e3')", [1000.0]),
        ("math.log(10)", [2.302585092994046]),
        ("dt.date(2024, 2, 29)", ["2024-02-29"]),
        ("pd.Timestamp('2024-02-29')", ["2024-02-29"]),
        ("Decimal('0.1')", [0.1]),
    ],
)
def test_arithmetic_of_constants_is_folded(source: str, value: list[Any]) -> None:
    assert fold(ast.parse(source, mode="eval").body) == value


@pytest.mark.parametrize(
    "source", ["1/0", "'a' - 1", "x + 1", "9 ** 9 ** 9", "range(10**12)", "open('x')", "[]", "f(3)"]
)
def test_what_is_not_constant_is_never_run(source: str) -> None:
    assert fold(ast.parse(source, mode="eval").body) is None


def test_generated_code_that_nests_deeper_than_the_stack_is_read_to_its_end() -> None:
    terms = " + ".join(f"(1 if age <= {i}.5 else 2)" for i in range(1500))
    assert {(i + 0.5, "threshold", "age") for i in range(1500)} <= found(f"x = {terms}")


# ---- live objects --------------------------------------------------------------------------------------


def values(one: Any) -> set[tuple[Any, str | None]]:
    return {(f.value, f.input) for f in mine.value(one, "model", INPUTS)}


@pytest.mark.parametrize(
    "one",
    [
        [1.5, "b"],
        (1.5, {"b"}),
        np.array([1.5, "b"], dtype=object),
        {"x": {"y": 1.5, "z": "b"}},
        pd.Series([1.5], index=["b"]),
        pd.DataFrame({"p": [1.5], "q": ["b"]}),
        SimpleNamespace(p=1.5, q=SimpleNamespace(r="b")),
        np.array([(1.5, "b")], dtype=[("p", float), ("q", "U1")]),
    ],
)
def test_numbers_and_texts_are_found_in_every_sort_of_object(one: Any) -> None:
    assert {(1.5, None), ("b", None)} <= values(one)


@pytest.mark.parametrize(
    "one",
    [
        {"age": {"cuts": [40]}},
        {"input": "age", "below": 40},
        [{"feature": "age", "split": np.float64(40)}],
        pd.DataFrame({"age": [40]}),
        SimpleNamespace(age=[40]),
        {"age": pd.IntervalIndex.from_breaks([18, 40])},
    ],
)
def test_what_lies_below_an_input_s_name_is_its_own(one: Any) -> None:
    assert (40, "age") in values(one)


def test_a_circle_a_raising_property_and_a_huge_table_are_passed_over() -> None:
    class Awkward:
        __slots__ = ("absent",)

    circle: list[Any] = [1.5]
    circle += [circle, Awkward(), np.nan, float("inf"), np.zeros(10**6) + 2.5, "x" * 10_000]
    assert values(circle) == {(1.5, None), (2.5, None)}
    assert len(mine.value(circle, "model", INPUTS)) <= mine.MOST


def test_the_globals_of_a_module_are_mined_but_not_its_functions_and_imports(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    module = ModuleType("score")
    vars(module).update(EDGES=[1.5], np=np, helper=lambda: 2.5, Klass=type("Klass", (), {"x": 3.5}))
    finds = mine.form(module, {"cut": 4.5}, INPUTS)
    assert {find.value for find in finds} == {1.5, "cut", 4.5}
    assert Find(1.5, "constant", None, "score.EDGES") in finds
