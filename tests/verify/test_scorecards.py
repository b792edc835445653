"""A scorecard in R against its migrations to Python and ONNX: right, or with one thing wrong in one cell."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx_files as files
import pytest
from forms import needs_r, write
from onnx import helper

from harness.model import Form, Model, Output
from harness.protocols import Limits
from harness.schema import Input, Kind, Schema
from harness.search.evidence import Evidence
from harness.search.lab import Lab, Respondent, facets
from harness.search.rows.space import Effort
from harness.status import Status
from harness.target import target_of
from harness.tolerance import Tolerance
from harness.verify import Options, TargetVerdict, verify_model
from harness.verify.scorecards import check_cells
from harness.verify.sources import space_of

pytestmark = [pytest.mark.slow, needs_r]

R = """
points <- list(age = c(10, 17, 25, 31), income = c(5, 12, 20))
grades <- c(a = 30, b = 18, c = 4)

score <- function(df) {
  age <- points$age[findInterval(df$age, c(25, 40, 63.5)) + 1]
  age[is.na(df$age)] <- 8
  age[df$age == -9] <- 1
  income <- points$income[cut(df$income, c(-Inf, 1500, 4000, Inf), labels = FALSE)]
  grade <- unname(grades[as.character(df$grade)])
  grade[is.na(grade)] <- 2
  total <- 500 + age + income + grade
  list(score = total, pd = 1 / (1 + exp((total - 540) / 20)))
}
"""
PYTHON = """
import numpy as np

AGE = np.array([10, 17, 25, 31])
INCOME = np.array([5, 12, 20])
GRADES = {"a": 30, "b": 18, "c": 4}


def score(df):
    age = AGE[np.digitize(df["age"], [25, 40, 63.5])]
    age = np.where(df["age"].isna(), 8, age)
    age = np.where(df["age"] == -9, 1, age)
    income = INCOME[np.digitize(df["income"], [1500, 4000], right=True)]
    grade = df["grade"].map(GRADES).fillna(2)
    total = 500 + age + income + grade
    return {"score": total, "pd": 1 / (1 + np.exp((total - 540) / 20))}
"""
INPUTS = (
    Input("age", Kind.FLOAT, minimum=18.0, maximum=90.0, missing=True, special=(-9.0,)),
    Input("income", Kind.FLOAT, minimum=0.0, maximum=20_000.0),
    Input("grade", Kind.CATEGORY, levels=("a", "b", "c"), unseen=True, missing=True),
)
OUTPUTS = (
    Output("score", Kind.INT, Tolerance(exact=True)),
    Output("pd", Kind.FLOAT, Tolerance(rtol=1e-9, atol=0.0)),
)


def verdict(folder: Path, form: Form, inputs: tuple[Input, ...] = INPUTS, text: str = R) -> TargetVerdict:
    reference = Form("r", "r", source=write(folder / "score.R", text), call="score")
    model = Model("card", "r", Schema(inputs), OUTPUTS, (reference, form), folder=folder)
    (target,) = verify_model(model, options=Options(budget_s=1.5)).targets
    return target


def compared(folder: Path, form: Form) -> tuple[tuple[int, int], str, int]:
    """Cells, their note, and how many of their rows disagree, without the rest of a verification."""
    reference = Form("r", "r", source=write(folder / "score.R", R), call="score")
    model = Model("card", "r", Schema(INPUTS), OUTPUTS, (reference, form), folder=folder)
    pair = [Respondent(model, target_of(model, name), Limits()) for name in ("r", form.name)]
    with pair[0], pair[1]:
        assert all(one.session is not None for one in pair)
        space, evidence = space_of(model, pair, None, 0), Evidence(model.schema, facets(model))
        found = check_cells(Lab(model, *pair), space, evidence, Effort(), 0)
    assert found is not None
    return *found, max(evidence.disagreeing.values(), default=0)


def in_python(folder: Path, text: str = PYTHON) -> Form:
    return Form("python", "python", source=write(folder / "score.py", text), call="score")


def told(target: TargetVerdict) -> str:
    """The note on cells."""
    (note,) = [one for one in target.notes if "both forms are additive" in one]
    return note


def test_a_right_migration_is_checked_completely(tmp_path: Path) -> None:
    target = verdict(tmp_path, in_python(tmp_path))
    assert target.status is Status.AGREES
    assert target.cells is not None
    assert target.cells[0] == target.cells[1] > 20
    assert "of them differ" not in told(target)
    assert "pd is made from such a sum" in told(target)


def test_a_right_graph_is_checked_completely(tmp_path: Path) -> None:
    target = verdict(tmp_path, in_onnx(tmp_path))
    assert target.status is Status.AGREES
    assert target.cells is not None
    assert target.cells[0] == target.cells[1]


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ('"c": 4', '"c": 5'),  # points of one level
        ("25, 31])", "25, 30])"),  # points of one bin
        ("63.5]", "63.4]"),  # an edge
        ("right=True", "right=False"),  # the end that is closed
        ("fillna(2)", "fillna(0)"),  # the default for what is unseen or missing
        (".isna(), 8", ".isna(), 10"),  # missing falls into the first bin
        ('age = np.where(df["age"] == -9, 1, age)', "pass"),  # a special value
        ("[25, 40, 63.5])]", "[25, 63.5])]"),  # a bin is missing
    ],
)
def test_what_is_wrong_in_one_cell_differs_there(right: str, wrong: str, tmp_path: Path) -> None:
    assert right in PYTHON
    cells, note, disagree = compared(tmp_path, in_python(tmp_path, PYTHON.replace(right, wrong)))
    assert cells[0] == cells[1]
    assert disagree > 0
    assert "of them differ" in note


def test_a_bin_that_is_missing_is_found(tmp_path: Path) -> None:
    text = PYTHON.replace("[25, 40, 63.5]", "[25, 63.5]").replace("[10, 17, 25, 31]", "[10, 17, 31]")
    target = verdict(tmp_path, in_python(tmp_path, text))
    assert target.status is Status.DISAGREES
    assert target.cells is not None
    assert "of them differ" in told(target)


def test_no_cells_are_claimed_of_an_interaction(tmp_path: Path) -> None:
    text = PYTHON.replace(
        "total = 500",
        'grade = np.where((df["age"] > 80) & (df["income"] > 19000), grade + 1, grade)\n    total = 500',
    )
    target = verdict(tmp_path, in_python(tmp_path, text))
    assert target.cells is None
    assert not any("both forms are additive" in one for one in target.notes)


def test_a_quotient_of_two_inputs_has_cells_of_its_own(tmp_path: Path) -> None:
    extra = " + c(0, 3, 7)[findInterval(df$income / df$age, c(20, 90.5)) + 1]"
    with_r = R.replace("income + grade", f"income + grade{extra}")
    inputs = (Input("age", Kind.FLOAT, minimum=18.0, maximum=90.0), *INPUTS[1:])
    more = ' + np.array([0, 3, 7])[np.digitize(df["income"] / df["age"], [20, 90.5])]'
    right = in_python(tmp_path, PYTHON.replace("income + grade", f"income + grade{more}"))
    target = verdict(tmp_path, right, inputs, with_r)
    assert target.status is Status.AGREES
    assert target.cells is not None
    assert target.cells[0] == target.cells[1] > 60
    wrong = PYTHON.replace("income + grade", f"income + grade{more.replace('90.5]', '90.5], right=True')}")
    target = verdict(tmp_path, in_python(tmp_path, wrong), inputs, with_r)
    assert target.status is Status.DISAGREES
    assert "of them differ" in told(target)


def in_onnx(folder: Path) -> Form:
    """The scorecard as a graph in double precision."""
    double, text = "double", "string"
    nodes = [
        helper.make_node("Unsqueeze", ["age", "one"], ["age2"]),
        helper.make_node("GreaterOrEqual", ["age2", "ages"], ["over"]),
        helper.make_node("Cast", ["over"], ["counted"], to=7),
        helper.make_node("ReduceSum", ["counted", "one"], ["bin"], keepdims=0),
        helper.make_node("Gather", ["age_points", "bin"], ["a1"]),
        helper.make_node("IsNaN", ["age"], ["absent"]),
        helper.make_node("Where", ["absent", "eight", "a1"], ["a2"]),
        helper.make_node("Equal", ["age", "nine"], ["special"]),
        helper.make_node("Where", ["special", "one_point", "a2"], ["a"]),
        helper.make_node("Greater", ["income", "low"], ["i1"]),
        helper.make_node("Greater", ["income", "high"], ["i2"]),
        helper.make_node("Where", ["i2", "twenty", "twelve"], ["i3"]),
        helper.make_node("Where", ["i1", "i3", "five"], ["i"]),
        helper.make_node(
            "LabelEncoder", ["grade"], ["g"], domain="ai.onnx.ml",
            keys_strings=["a", "b", "c"], values_int64s=[30, 18, 4], default_int64=2,
        ),
        helper.make_node("Sum", ["base", "a", "i"], ["s"]),
        helper.make_node("Cast", ["g"], ["gd"], to=11),
        helper.make_node("Add", ["s", "gd"], ["score"]),
        helper.make_node("Sub", ["score", "offset"], ["d"]),
        helper.make_node("Div", ["factor", "d"], ["unused"]),
        helper.make_node("Mul", ["d", "slope"], ["z"]),
        helper.make_node("Sigmoid", ["z"], ["pd"]),
    ]  # fmt: skip
    constants = {
        "one": np.array([1]), "ages": np.array([25, 40, 63.5]), "age_points": np.array([10.0, 17, 25, 31]),
        "eight": np.float64(8), "nine": np.float64(-9), "one_point": np.float64(1), "low": np.float64(1500),
        "high": np.float64(4000), "twenty": np.float64(20), "twelve": np.float64(12), "five": np.float64(5),
        "base": np.float64(500), "offset": np.float64(540), "slope": np.float64(-0.05),
        "factor": np.float64(20),
    }  # fmt: skip
    source = files.save(
        folder / "score.onnx",
        nodes,
        [files.tensor("age", double), files.tensor("income", double), files.tensor("grade", text)],
        [files.tensor("score", double), files.tensor("pd", double)],
        constants,
    )
    return Form("onnx", "onnx", source=source)
