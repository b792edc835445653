"""Trees trained in R or scikit-learn against their migration to Python: right, or with one thing wrong."""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pandas as pd
import pytest
from forms import model_of, needs_r, open_session
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.tree import DecisionTreeRegressor
from tree_forms import changed, migrated, plain, trained

from harness.model import Form, Model
from harness.schema import Input, Kind
from harness.status import Status
from harness.tolerance import Tolerance
from harness.verify import Options, TargetVerdict, verify_model
from harness.workers.session import WorkerSession

pytestmark = pytest.mark.slow

LEVELS = ("n", "s", "e", "w")


def numbers(*, missing: bool) -> list[Input]:
    return [
        Input("age", Kind.FLOAT, minimum=18.0, maximum=80.0, missing=missing),
        Input("income", Kind.FLOAT, minimum=0.0, maximum=100.0, missing=missing),
    ]


def region(*, missing: bool) -> Input:
    return Input("region", Kind.CATEGORY, levels=LEVELS, missing=missing)


DATA = """
suppressMessages({library(rpart); library(randomForest); library(ranger)})
set.seed(7)
n <- 600
d <- data.frame(age = round(runif(n, 18, 80)), income = round(runif(n, 0, 100), 1),
                region = factor(sample(c("n", "s", "e", "w"), n, TRUE), levels = c("n", "s", "e", "w")))
d$gross <- d$income + rnorm(n, 0, 12)
d$y <- ifelse(d$age < 40, ifelse(d$region %in% c("n", "e"), 3, 1), ifelse(d$income > 50, 5, 2)) +
  rnorm(n, 0, 0.2)
"""
SCORE = """
suppressMessages({library(rpart); library(randomForest); library(ranger)})
score <- function(df, model) {
  said <- predict(model, df)
  if (is.list(said)) said$predictions else said
}
"""


def in_r(folder: Path, fit: str, inputs: list[Input]) -> tuple[Model, dict[str, Any]]:
    """A model in R, and its trees."""
    trained(folder, f"{DATA}\nsaveRDS({fit}, 'model.rds')")
    return shown(model_of(folder, "r", SCORE, inputs, {"y": Kind.FLOAT}, model=folder / "model.rds"))


def in_python(folder: Path, fitted: Any, call: str, inputs: list[Input]) -> tuple[Model, dict[str, Any]]:
    """A scikit-learn model, and its trees."""
    joblib.dump(fitted, folder / "model.joblib")
    text = f"def score(df, model):\n    return {call}\n"
    made = model_of(folder, "python", text, inputs, {"y": Kind.FLOAT}, model=folder / "model.joblib")
    form = replace(made.forms[0], name="sklearn")
    return shown(replace(made, reference="sklearn", forms=(form,)))


def shown(model: Model) -> tuple[Model, dict[str, Any]]:
    with open_session(model) as session:  # type: ignore[attr-defined]
        assert isinstance(session, WorkerSession)
        (forest,) = session.trees()
    outputs = (replace(model.outputs[0], tolerance=Tolerance(rtol=1e-9, atol=1e-12)),)
    return replace(model, outputs=outputs), plain(forest)


def verified(model: Model, trees: dict[str, Any]) -> TargetVerdict:
    form = Form("walker", "python", source=migrated(model.folder, trees), call="score")
    (verdict,) = verify_model(replace(model, forms=(*model.forms, form)), options=Options(budget_s=2)).targets
    return verdict


def inner(trees: dict[str, Any], part: str, tree: int = 0) -> list[int]:
    """The inner nodes whose first test has a part."""
    nodes = trees["trees"][tree]
    return [at for at, node in enumerate(nodes) if node["tests"] and part in node["tests"][0]]


def leaves(trees: dict[str, Any], tree: int = 0) -> list[int]:
    return [at for at, node in enumerate(trees["trees"][tree]) if not node["tests"]]


@pytest.fixture(scope="module")
def rpart(tmp_path_factory: pytest.TempPathFactory) -> tuple[Model, dict[str, Any]]:
    gross = Input("gross", Kind.FLOAT, minimum=-50.0, maximum=150.0, missing=True)
    inputs = [*numbers(missing=True), gross, region(missing=True)]
    return in_r(tmp_path_factory.mktemp("rpart"), "rpart(y ~ ., d, cp = 0.002)", inputs)


@needs_r
class TestRpart:
    def test_the_right_migration_agrees_in_every_cell(self, rpart) -> None:
        verdict = verified(*rpart)
        assert verdict.status is Status.AGREES
        met, of = verdict.cells or (0, 0)
        assert met == of
        surrogates = sum(len(node["tests"]) - 1 for node in rpart[1]["trees"][0] if node["tests"])
        assert of > len(leaves(rpart[1])) + surrogates

    def test_a_leaf_with_another_value_is_found(self, rpart) -> None:
        model, trees = rpart
        leaf = leaves(trees)[-1]
        value = trees["trees"][0][leaf]["value"] + 0.01
        verdict = verified(model, changed(trees, 0, leaf, value=value))
        assert {one.cause for one in verdict.mismatches} == {"table-value"}

    def test_the_other_side_at_a_threshold_is_found(self, rpart) -> None:
        model, trees = rpart
        node = inner(trees, "last")[-1]
        tests = copy.deepcopy(trees["trees"][0][node]["tests"])
        tests[0]["last"] = float(np.nextafter(tests[0]["last"], np.inf))
        verdict = verified(model, changed(trees, 0, node, tests=tests))
        assert [one.cause for one in verdict.mismatches] == ["interval-closure"]

    def test_surrogates_that_are_left_out_are_found(self, rpart) -> None:
        model, trees = rpart
        node = next(at for at, one in enumerate(trees["trees"][0]) if len(one["tests"]) > 1)
        tests = trees["trees"][0][node]["tests"][:1]
        verdict = verified(model, changed(trees, 0, node, tests=tests))
        assert {one.cause for one in verdict.mismatches} == {"missing-value"}

    def test_the_last_surrogate_of_a_node_turned_round_is_found(self, rpart) -> None:
        model, trees = rpart
        node = next(at for at, one in enumerate(trees["trees"][0]) if len(one["tests"]) > 1)
        tests = copy.deepcopy(trees["trees"][0][node]["tests"])
        assert "flip" in tests[-1]
        tests[-1]["flip"] = not tests[-1]["flip"]
        verdict = verified(model, changed(trees, 0, node, tests=tests))
        assert {one.cause for one in verdict.mismatches} == {"missing-value"}

    def test_the_smaller_child_in_place_of_the_larger_is_found(self, rpart) -> None:
        model, trees = rpart
        other = {"low": "high", "high": "low"}[trees["trees"][0][0]["otherwise"]]
        verdict = verified(model, changed(trees, 0, 0, otherwise=other))
        assert {one.cause for one in verdict.mismatches} == {"missing-value"}

    def test_one_level_on_the_wrong_side_of_one_split_is_found(self, rpart) -> None:
        model, trees = rpart
        node = inner(trees, "sides")[0]
        tests = copy.deepcopy(trees["trees"][0][node]["tests"])
        sides = tests[0]["sides"]
        sides["w"] = {"low": "high", "high": "low"}[sides["w"]]
        verdict = verified(model, changed(trees, 0, node, tests=tests))
        assert {one.cause for one in verdict.mismatches} == {"table-value"}
        assert verdict.mismatches[0].inputs["region"] == "w"

    def test_a_tree_whose_input_the_form_scales_claims_no_cell(self, rpart, tmp_path: Path) -> None:
        model, trees = rpart
        text = SCORE.replace("{\n", "{\n  df$age <- df$age / 2\n  df$income <- df$income / 2\n", 1)
        scaled = model_of(
            tmp_path, "r", text, model.schema.inputs, {"y": Kind.FLOAT}, model=model.forms[0].model
        )
        halved = migrated(tmp_path, trees)
        halved.write_text(
            halved.read_text().replace(
                "    columns =", "    df = df.assign(age=df.age / 2, income=df.income / 2)\n    columns ="
            )
        )
        form = Form("walker", "python", source=halved, call="score")
        (verdict,) = verify_model(
            replace(scaled, outputs=model.outputs, forms=(*scaled.forms, form)), options=Options(budget_s=1)
        ).targets
        assert verdict.status is Status.AGREES
        assert verdict.cells is None


FITS = {
    "randomForest": "randomForest(y ~ ., d[names(d) != 'gross'], ntree = 15, nodesize = 20)",
    "ranger": "ranger(y ~ ., d[names(d) != 'gross'], num.trees = 15, min.node.size = 20, seed = 1, "
    "respect.unordered.factors = 'partition')",
}


@needs_r
@pytest.mark.parametrize("package", FITS)
def test_a_forest_agrees_in_every_cell_and_one_wrong_leaf_or_level_shows(
    package: str, tmp_path: Path
) -> None:
    inputs = [*numbers(missing=False), region(missing=False)]
    model, trees = in_r(tmp_path, FITS[package], inputs)
    verdict = verified(model, trees)
    assert verdict.status is Status.AGREES
    met, of = verdict.cells or (0, 0)
    assert met == of > sum(len(leaves(trees, tree)) for tree in range(15))
    leaf = leaves(trees, 9)[5]
    wrong = verified(model, changed(trees, 9, leaf, value=trees["trees"][9][leaf]["value"] + 1))
    assert wrong.status is Status.DISAGREES
    node = inner(trees, "sides", 4)[0]
    tests = copy.deepcopy(trees["trees"][4][node]["tests"])
    level, side = next(iter(tests[0]["sides"].items()))
    tests[0]["sides"][level] = {"low": "high", "high": "low"}[side]
    wrong = verified(model, changed(trees, 4, node, tests=tests))
    assert wrong.status is Status.DISAGREES


RNG = np.random.default_rng(5)
FRAME = pd.DataFrame({"age": np.round(RNG.uniform(18, 80, 500)), "income": RNG.uniform(0, 100, 500)})
FRAME["region"] = pd.Categorical(RNG.choice(LEVELS, 500), LEVELS)
Y = np.where(FRAME["age"] < 40, FRAME["region"].isin(["n", "e"]) * 2.0, (FRAME["income"] > 50) * 3.0 + 4)
HOLES = FRAME.copy()
HOLES.loc[::5, "age"] = np.nan
Y = Y + HOLES["age"].isna() * 10 + RNG.normal(0, 0.1, 500)


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> tuple[Model, dict[str, Any]]:
    fitted = DecisionTreeRegressor(max_depth=4, random_state=0).fit(HOLES[["age", "income"]], Y)
    folder = tmp_path_factory.mktemp("tree")
    return in_python(folder, fitted, "model.predict(df)", numbers(missing=True))


@pytest.fixture(scope="module")
def boosted(tmp_path_factory: pytest.TempPathFactory) -> tuple[Model, dict[str, Any]]:
    fitted = HistGradientBoostingRegressor(max_iter=6, max_leaf_nodes=8, categorical_features="from_dtype")
    fitted = fitted.fit(HOLES, Y)
    call = "(model.predict(df) - model._baseline_prediction.ravel()[0]) / 6"
    folder = tmp_path_factory.mktemp("boosted")
    return in_python(folder, fitted, call, [*numbers(missing=True), region(missing=True)])


class TestScikitLearn:
    @pytest.mark.parametrize("name", ["tree", "boosted"])
    def test_the_right_migration_agrees_in_every_cell(self, name: str, request) -> None:
        verdict = verified(*request.getfixturevalue(name))
        assert verdict.status is Status.AGREES
        met, of = verdict.cells or (0, 0)
        assert met == of > 0

    def test_thresholds_that_are_not_compared_in_single_precision_are_found(self, tree) -> None:
        model, trees = tree
        other = copy.deepcopy(trees)
        for node in other["trees"][0]:
            for test in node["tests"]:
                # the last double that rounds down to the threshold, as the model stores it, is not it
                test["last"] = float(np.float32(test["last"]))
        assert json.dumps(other) != json.dumps(trees)
        verdict = verified(model, other)
        assert verdict.status is Status.DISAGREES

    def test_a_missing_value_sent_to_the_other_side_is_found(self, boosted) -> None:
        model, trees = boosted
        node = inner(trees, "last", 2)[0]
        other = {"low": "high", "high": "low"}[trees["trees"][2][node]["otherwise"]]
        verdict = verified(model, changed(trees, 2, node, otherwise=other))
        assert {one.cause for one in verdict.mismatches} == {"missing-value"}

    def test_a_level_that_is_on_the_wrong_side_is_found(self, boosted) -> None:
        model, trees = boosted
        node = inner(trees, "sides", 0)[0]
        tests = copy.deepcopy(trees["trees"][0][node]["tests"])
        tests[0]["sides"]["e"] = {"low": "high", "high": "low"}[tests[0]["sides"]["e"]]
        verdict = verified(model, changed(trees, 0, node, tests=tests))
        assert verdict.status is Status.DISAGREES
        assert verdict.mismatches[0].inputs["region"] == "e"
