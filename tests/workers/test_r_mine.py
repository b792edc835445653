"""Constants of R forms: their code, the objects that they make, their models."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest
from forms import model_of, needs_r, open_session, write

from harness.model import Model
from harness.protocols import Clue
from harness.schema import Input, Kind
from harness.workers.session import WorkerSession

pytestmark = needs_r

INPUTS = [
    Input("age", Kind.FLOAT),
    Input("level", Kind.CATEGORY, levels=("a", "b")),
    Input("opened", Kind.DATE),
]
OUTPUTS = {"y": Kind.FLOAT}
Finds = set[tuple[Any, str, str | None]]  # value, role, input


def clues(model: Model) -> tuple[Clue, ...]:
    with open_session(model) as session:  # type: ignore[attr-defined]
        assert isinstance(session, WorkerSession)
        return session.mine()


def mined(folder: Path, text: str, **form: Any) -> Finds:
    return {
        (one.value, one.role, one.input)
        for one in clues(model_of(folder, "r", text, INPUTS, OUTPUTS, **form))
    }


CODE = """
edges <- c(17, 27.5)
points <- c(a = 3, b = 5)
special <- list(age = list(breaks = c(61, 62)), other = 63)
table <- data.frame(variable = c("age", "level"), upto = c(71, NA), points = c(72, 73))
score <- function(df) {
  x <- df$age
  if (any(x > 41)) 1
  y <- df[["age"]] <= -999
  z <- cut(df[, "age"], breaks = c(-Inf, 43, 12 * 30, Inf))
  w <- findInterval(x, edges)
  v <- points[as.character(df$level)]
  u <- df$level %in% c("a", "odd")
  s <- switch(as.character(df$level)[1], sw = 1, 2)
  t <- with(df, age >= 44)
  d <- df$opened > as.Date("2024-02-29")
  r <- ifelse(df$age > 45, 81, 82)
  q <- df$age / as.numeric(df$opened) > 0.4
  p <- age_points(x)
  1/3
}
age_points <- function(age) if (age < 46L) 1 else 0
"""


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Finds:
    return mined(tmp_path_factory.mktemp("code"), CODE)


@pytest.mark.parametrize("value", [41, -999, 43, 360, 17, 27.5, 44, 45, 46])
def test_a_number_compared_with_an_input_is_its_threshold(found: Finds, value: float) -> None:
    assert (value, "threshold", "age") in found


@pytest.mark.parametrize("value", ["a", "b", "odd", "sw"])
def test_a_text_beside_an_input_is_its_level(found: Finds, value: str) -> None:
    assert (value, "level", "level") in found


def test_a_date_is_told_as_text(found: Finds) -> None:
    assert ("2024-02-29", "level", "opened") in found


@pytest.mark.parametrize("value", [61, 62, 71, 72])
def test_what_lies_below_an_input_s_name_is_its_own(found: Finds, value: float) -> None:
    assert value in {one for one, _, name in found if name == "age"}


@pytest.mark.parametrize("value", [63, 81, 82, 1 / 3])
def test_other_constants_name_no_input(found: Finds, value: float) -> None:
    assert (value, "constant", None) in found


def test_a_comparison_with_two_inputs_names_none(found: Finds) -> None:
    assert (0.4, "threshold", None) in found


def test_the_place_is_told(tmp_path: Path) -> None:
    model = model_of(tmp_path, "r", "score <- function(df) {\n  y <- 1.5\n  df$age > 40\n}", INPUTS, OUTPUTS)
    origins = {one.value: one.origin for one in clues(model)}
    assert origins[40.0] == "score.R:3"
    assert origins[1.5] == "score.R:2"


def test_functions_of_a_sourced_helper_are_mined(tmp_path: Path) -> None:
    write(tmp_path / "helper.R", "points <- function(age) age > 47")
    assert (47, "threshold", "age") in mined(
        tmp_path, "source('helper.R')\nscore <- function(df) points(df$age)"
    )


def test_a_data_file_that_the_source_names_is_read(tmp_path: Path) -> None:
    write(tmp_path / "bins.csv", "age\n48\n")
    source = "score <- function(df) findInterval(df$age, read.csv('bins.csv')$age)"
    assert (48, "constant", "age") in mined(tmp_path, source)


def test_code_that_mining_cannot_read_is_passed_over(tmp_path: Path) -> None:
    source = """
    makeActiveBinding("angry", function() stop("no"), environment())
    e <- new.env(); e$self <- e
    huge <- numeric(1e6) + 2.5
    f <- quote(1e9:1e10)
    score <- function(df, ...) { missing_argument <- df[, , drop = TRUE]; seq_len(1e9); df$age > 49 }
    """
    assert (49, "threshold", "age") in mined(tmp_path, source)


def test_generated_code_that_nests_deeper_than_the_stack_is_read_to_its_end(tmp_path: Path) -> None:
    terms = " + ".join(f"(if (df$age <= {i}.5) 1 else 2)" for i in range(1500))
    found = mined(tmp_path, f"score <- function(df) {terms}")
    assert {(i + 0.5, "threshold", "age") for i in range(1500)} <= found


TRAIN = """
set.seed(1)
d <- data.frame(age = rep(c(20, 30, 50, 60), 50), level = factor(rep(c("a", "b"), 100)))
d$y <- factor(ifelse(d$age > 40 & d$level == "a", "bad", "good"))
saveRDS({model}, "model.rds")
"""
MODELS = {
    "rpart": ("rpart", "rpart::rpart(y ~ age + level, d)"),
    "randomForest": ("randomForest", "randomForest::randomForest(y ~ age + level, d, ntree = 5)"),
    "ranger": ("ranger", "ranger::ranger(y ~ age + level, d, num.trees = 5)"),
}


@pytest.mark.parametrize("name", MODELS)
def test_the_splits_of_a_tree_model_are_thresholds_of_their_inputs(tmp_path: Path, name: str) -> None:
    package, code = MODELS[name]
    trained(tmp_path, package, code)
    found = mined(tmp_path, "score <- function(df, model) 1", model=tmp_path / "model.rds")
    thresholds = {value for value, role, about in found if (role, about) == ("threshold", "age")}
    assert 40.0 in thresholds
    assert all(15 < value < 65 for value in thresholds)


def test_levels_knots_and_coefficients_of_a_linear_model_are_found(tmp_path: Path) -> None:
    code = "glm(y ~ splines::ns(age, knots = 33) + level, binomial, d)"
    trained(tmp_path, "splines", f"suppressWarnings({code})")
    found = mined(tmp_path, "score <- function(df, model) 1", model=tmp_path / "model.rds")
    assert (33, "constant", "age") in found
    assert ("b", "level", "level") in found


def trained(folder: Path, package: str, code: str) -> None:
    there = f"if (!requireNamespace('{package}', quietly = TRUE)) quit(status = 9)"
    command = ["Rscript", "--vanilla", "-e", f"{there}\n{TRAIN.format(model=code)}"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode == 9:
        pytest.skip(f"the R package {package} is not installed (apt-get install r-cran-{package.lower()})")
    assert done.returncode == 0, done.stderr
