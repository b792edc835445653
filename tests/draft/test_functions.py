"""The functions of a source, found without running it, and the one that is called."""

import pytest

from harness.draft.functions import choose_function, functions_in
from harness.draft.problems import DraftError


@pytest.fixture
def found(tmp_path):
    def find(text, runtime="r"):
        path = tmp_path / ("score.R" if runtime == "r" else "score.py")
        path.write_text(text, "utf-8")
        return [str(one) for one in functions_in(path, runtime)]

    return find


@pytest.fixture
def chosen(tmp_path):
    def choose(text, call=None, runtime="r"):
        path = tmp_path / "source"
        path.write_text(text, "utf-8")
        return str(choose_function(path, functions_in(path, runtime), call))

    return choose


@pytest.mark.parametrize(
    "text",
    [
        "score <- function(df) df$x",
        "score = function(df) df$x",
        "score<-function(df)\n{\n  df$x\n}\n",
        "score <- \\(df) df$x",
        "`score` <- function (df) df$x",
        "# other <- function(df) 1\nscore <- function(df) df$x",
        "note <- 'other <- function(df) 1'\nscore <- function(df) df$x # }",
        'note <- "a \\" other <- function(x) }"\nscore <- function(df) df$x',
        "score <- function(df) {\n  inner <- function(x) x\n  inner(df$x)\n}",
        "local({\n  other <- function(x) x\n})\nscore <- function(df) df$x",
        "model$predict <- function(x) x\nscore <- function(df) df$x",
    ],
)
def test_an_r_function_at_the_top_is_found_and_nothing_else(found, text):
    assert found(text) == ["score(df)"]


def test_parameters_of_an_r_function_with_defaults_and_dots_are_told_apart(found):
    text = "predict_pd <- function(df, model, cuts = c(1, 2), link = function(x) x, ...) 1"
    assert found(text) == ["predict_pd(df, model, cuts = ..., link = ...)"]


@pytest.mark.parametrize(
    ("text", "functions"),
    [
        ("def score(df):\n    return df\n", ["score(df)"]),
        ("def score(df, /, model, *, scale=2):\n    return df\n", ["score(df, model)"]),
        ("score = lambda df, model=None: df\n", ["score(df, model = ...)"]),
        ("class Model:\n    def score(self, df): ...\n\ndef run(df):\n    def inner(): ...\n", ["run(df)"]),
        ("import numpy as np\nEDGES = [1, 2]\n", []),
    ],
)
def test_python_functions_at_the_top_are_found_and_nothing_else(found, text, functions):
    assert found(text, "python") == functions


def test_the_only_function_is_called_whatever_its_name(chosen):
    assert chosen("predict_pd <- function(df) 1") == "predict_pd(df)"


def test_of_several_functions_the_one_named_score_is_called(chosen):
    assert chosen("bin <- function(x) 1\nscore <- function(df) 1") == "score(df)"


def test_of_two_definitions_the_later_one_counts(chosen):
    assert chosen("score <- function(df) 1\nscore <- function(df, model) 1") == "score(df, model)"


def test_several_functions_none_of_them_score_are_listed(chosen):
    with pytest.raises(
        DraftError, match=r"none is named 'score'.*--call \(there are: bin\(x\), points\(df\)\)"
    ):
        chosen("bin <- function(x) 1\npoints <- function(df) 1")


def test_the_function_asked_for_is_called(chosen):
    assert chosen("bin <- function(x) 1\npoints <- function(df) 1", "points") == "points(df)"


def test_a_function_asked_for_that_is_not_there_lists_those_that_are(chosen):
    with pytest.raises(DraftError, match=r"no function named 'pd' \(there are: bin\(x\), score\(df\)\)"):
        chosen("bin <- function(x) 1\nscore <- function(df) 1", "pd")


@pytest.mark.parametrize("parameters", ["", "a, b, c"])
def test_a_function_that_cannot_take_rows_is_refused(chosen, parameters):
    with pytest.raises(DraftError, match="takes the rows, or the rows and a stored model"):
        chosen(f"score <- function({parameters}) 1")


def test_a_source_without_functions_is_refused(chosen):
    with pytest.raises(DraftError, match=r"defines no function; write one that takes the rows: score\(df\)"):
        chosen("x <- 1")


def test_broken_python_names_its_line(found):
    with pytest.raises(DraftError, match=r"score\.py:2: not valid Python"):
        found("x = 1\ndef score(df:\n", "python")


def test_a_source_that_is_not_utf_8_names_the_line(tmp_path):
    path = tmp_path / "score.R"
    path.write_bytes(b"# fine\n# caf\xe9\nscore <- function(df) 1\n")
    with pytest.raises(DraftError, match=r"score\.R:2: not in UTF-8; save the file as UTF-8"):
        functions_in(path, "r")
