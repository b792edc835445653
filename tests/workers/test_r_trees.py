"""Trees of R model objects: walked here, they answer what R's own predict() answers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from forms import model_of, needs_r, open_session
from tree_forms import trained
from walked import answers, rows_of, totals

from harness.forest import Forest
from harness.model import Model
from harness.schema import Input, Kind
from harness.workers.session import WorkerSession

pytestmark = needs_r

LEVELS = ("n", "s", "e", "w")
INPUTS = [
    Input("age", Kind.INT, minimum=18, maximum=80, missing=True),
    Input("income", Kind.FLOAT, minimum=0.0, maximum=100.0, missing=True),
    Input("gross", Kind.FLOAT, minimum=-20.0, maximum=120.0, missing=True),
    Input("region", Kind.CATEGORY, levels=LEVELS, missing=True),
    Input("owner", Kind.BOOL, missing=True),
]
DATA = """
suppressMessages({library(rpart); library(randomForest); library(ranger)})
set.seed(7)
n <- 600
d <- data.frame(age = sample(18:80, n, TRUE), income = round(runif(n, 0, 100), 1),
                region = factor(sample(c("n", "s", "e", "w"), n, TRUE), levels = c("n", "s", "e", "w")),
                owner = sample(c(TRUE, FALSE), n, TRUE))
d$gross <- d$income + rnorm(n, 0, 12)
d$y <- ifelse(d$age < 40, ifelse(d$region %in% c("n", "e"), 3, 1), ifelse(d$income > 50, 5, 2)) +
  d$owner + rnorm(n, 0, 0.2)
holes <- d
for (name in c("age", "income", "region")) holes[[name]][sample(n, 60)] <- NA
"""
SCORE = """
suppressMessages({library(rpart); library(randomForest); library(ranger)})
score <- function(df, model) {
  said <- predict(model, df)
  if (is.list(said)) said$predictions else said
}
"""


def fitted(folder: Path, fit: str, inputs: list[Input] = INPUTS) -> Model:
    trained(folder, f"{DATA}\nm <- {fit}\nsaveRDS(m, 'model.rds')")
    return model_of(folder, "r", SCORE, inputs, {"y": Kind.FLOAT}, model=folder / "model.rds")


def shown(session: Any) -> tuple[Forest, ...]:
    assert isinstance(session, WorkerSession)
    return session.trees()


CONTROLS = [f"usesurrogate = {how}, maxsurrogate = {most}" for how in (0, 1, 2) for most in (0, 3)]


@pytest.mark.parametrize("control", CONTROLS)
def test_rpart_goes_by_its_surrogates_as_it_was_told_to(tmp_path: Path, control: str) -> None:
    model = fitted(
        tmp_path, f"rpart(y ~ ., holes, cp = 0.001, control = rpart.control({control}, cp = 0.001))"
    )
    with open_session(model) as session:  # type: ignore[attr-defined]
        (forest,) = shown(session)
        rows = rows_of(model)
        np.testing.assert_array_equal(totals(forest, rows), answers(session, rows))


@pytest.mark.parametrize(
    "fit",
    [
        "randomForest(y ~ ., d, ntree = 7)",
        "ranger(y ~ ., d, num.trees = 7, seed = 1)",
        "ranger(y ~ ., d, num.trees = 7, seed = 1, respect.unordered.factors = 'partition')",
        "ranger(y ~ ., d, num.trees = 7, seed = 1, respect.unordered.factors = 'order')",
    ],
)
def test_forests_are_walked_as_their_predict_walks_them(tmp_path: Path, fit: str) -> None:
    whole = [Input(**{**{k: getattr(i, k) for k in i.__slots__}, "missing": False}) for i in INPUTS]
    model = fitted(tmp_path, fit, whole)
    with open_session(model) as session:  # type: ignore[attr-defined]
        (forest,) = shown(session)
        assert forest.whole
        assert len(forest.roots) == 7
        rows = rows_of(model)
        np.testing.assert_allclose(totals(forest, rows) / 7, answers(session, rows), rtol=1e-12)


def test_an_ordered_factor_is_split_by_the_order_of_its_levels(tmp_path: Path) -> None:
    grade = Input("grade", Kind.CATEGORY, levels=("low", "mid", "high", "top"))
    text = """
    set.seed(1)
    o <- data.frame(grade = factor(sample(c("low", "mid", "high", "top"), 300, TRUE),
                                   levels = c("low", "mid", "high", "top"), ordered = TRUE))
    o$y <- as.integer(o$grade) * 2 + rnorm(300, 0, 0.1)
    saveRDS(rpart::rpart(y ~ grade, o, cp = 0.001), "model.rds")
    """
    trained(tmp_path, text)
    score = """
    library(rpart)
    score <- function(df, model) {
      df$grade <- factor(df$grade, levels = levels(df$grade), ordered = TRUE)
      predict(model, df)
    }
    """
    model = model_of(tmp_path, "r", score, [grade], {"y": Kind.FLOAT}, model=tmp_path / "model.rds")
    with open_session(model) as session:  # type: ignore[attr-defined]
        (forest,) = shown(session)
        rows = rows_of(model, 100)
        np.testing.assert_array_equal(totals(forest, rows), answers(session, rows))


HIDDEN = """
library(rpart)
small <- function(cut) rpart(y ~ age, data.frame(age = 1:100, y = as.numeric(1:100 > cut)))
holder <- new.env()
holder$inner <- list(models = list(first = small(20)))
keep <- function() { model <- small(40); function(df) predict(model, df) }
inside <- keep()
listed <- list(small(60), other = list(small(80)))
score <- function(df) inside(df)
"""


def test_trees_are_found_in_closures_environments_and_lists_each_once(tmp_path: Path) -> None:
    model = model_of(tmp_path, "r", HIDDEN, [INPUTS[0]], {"y": Kind.FLOAT})
    with open_session(model) as session:  # type: ignore[attr-defined]
        found = shown(session)
    assert {one.origin: float(one.cut[0]) for one in found} == {
        "holder$inner$models$first": 20.5,
        "inside()$model": 40.5,
        "listed[[1]]": 60.5,
        "listed$other[[1]]": 80.5,
    }


def test_a_tree_over_something_else_than_an_input_is_not_shown(tmp_path: Path) -> None:
    model = fitted(tmp_path, "rpart(y ~ log(income + 1) + age, d)")
    with open_session(model) as session:  # type: ignore[attr-defined]
        assert shown(session) == ()


def test_an_object_that_only_bears_the_class_shows_nothing_and_breaks_nothing(tmp_path: Path) -> None:
    text = """
    odd <- structure(list(frame = "no"), class = "rpart")
    none <- structure(list(), class = c("ranger"))
    score <- function(df) df$income
    """
    model = model_of(tmp_path, "r", text, INPUTS, {"y": Kind.FLOAT})
    with open_session(model) as session:  # type: ignore[attr-defined]
        assert shown(session) == ()
        assert np.isfinite(answers(session, rows_of(model, 50))).any()


def test_the_levels_of_a_regression_in_a_closure_are_mined(tmp_path: Path) -> None:
    text = """
    keep <- function() {
      d <- data.frame(region = rep(c("n", "odd"), 10), y = 1:20)
      fit <- lm(y ~ region, d)
      function(df) rep(coef(fit)[[2L]], nrow(df))
    }
    score <- keep()
    """
    model = model_of(tmp_path, "r", text, INPUTS, {"y": Kind.FLOAT})
    with open_session(model) as session:  # type: ignore[attr-defined]
        assert isinstance(session, WorkerSession)
        assert ("odd", "level", "region") in {(c.value, c.role, c.input) for c in session.mine()}
