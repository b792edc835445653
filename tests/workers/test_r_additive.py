"""Which R forms are proved to be sums of steps: those in any usual style, and none that only looks so."""

from __future__ import annotations

import subprocess
from pathlib import Path

import numpy as np
import pytest
from additive_r import PROVED, UNPROVED
from forms import model_of, needs_r, open_session

from harness.additive import Additive, Unproved
from harness.schema import Input, Kind
from harness.workers.launch import R_END, R_FILES
from harness.workers.session import WorkerSession

pytestmark = needs_r

#: Reads every file of a folder as a form, and says of each what was proved of it.
READ_ALL = """
arguments <- commandArgs(TRUE)
worker <- new.env(parent = baseenv())
for (name in strsplit(arguments[2], ",")[[1]]) sys.source(file.path(arguments[1], name), worker)
inputs <- c("age", "income", "grade", "count", "owner", "free", "since")
kinds <- setNames(c("float", "float", "category", "int", "bool", "string", "date"), inputs)
for (path in list.files(arguments[3], full.names = TRUE)) {
  own <- c("arguments", "worker", "inputs", "kinds", "path")
  rm(list = setdiff(ls(globalenv()), own), envir = globalenv())
  kept <- list(worker = worker, inputs = inputs, kinds = kinds, path = path, arguments = arguments)
  rm(worker, inputs, kinds, path, arguments, envir = globalenv())
  evaluated <- with(kept, {
    text <- paste(readLines(path), collapse = "\\n")
    asked <- list(folder = dirname(path), source = path, text = text, call = "score", model = NA)
    form <- worker$open_form(asked, list())
    form$outputs <- "score"
    form$inputs <- inputs
    form$kinds <- kinds
    form$unseen <- setNames(rep(FALSE, length(inputs)), inputs)
    tryCatch({
      reader <- worker$new_reader(form, form$kinds, form$unseen)
      worker$read_outputs(reader, form)
      "proved"
    }, not_proved = function(e) conditionMessage(e))
  })
  list2env(kept, globalenv())
  cat(basename(path), ":", evaluated, "\\n", sep = "")
}
"""


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What is said of every form, read in one process; a method that is registered stays, so it is last."""
    folder = tmp_path_factory.mktemp("forms")
    cases = {**PROVED, **UNPROVED}
    order = sorted(cases, key=lambda name: "registered" in name)
    names = {f"{number:03}.R": name for number, name in enumerate(order)}
    for file, name in names.items():
        (folder / file).write_text(cases[name], encoding="utf-8")
    script = folder.parent / "read_all.R"
    script.write_text(READ_ALL, encoding="utf-8")
    files = ",".join(one for one in R_FILES if one != "serve.R")
    ran = subprocess.run(
        ["Rscript", "--vanilla", str(script), str(R_END), files, str(folder)],
        capture_output=True,
        text=True,
        check=True,
    )
    said = dict(line.split(":", 1) for line in ran.stdout.splitlines() if line[:3].isdigit())
    return {names[file]: words for file, words in said.items()}


@pytest.mark.parametrize("style", PROVED)
def test_a_scorecard_is_proved_in_the_style(style: str, read: dict[str, str]) -> None:
    assert read[style] == "proved"


@pytest.mark.parametrize("trick", UNPROVED)
def test_nothing_is_claimed_of(trick: str, read: dict[str, str]) -> None:
    assert read[trick] != "proved"


def additive(folder: Path, text: str, *inputs: Input) -> Additive | Unproved:
    with open_session(model_of(folder, "r", text, inputs, {"score": Kind.FLOAT})) as session:
        assert isinstance(session, WorkerSession)
        return session.additive()


def test_edges_and_texts_come_as_they_are(tmp_path: Path) -> None:
    text = "score <- function(df) ifelse(df$age > 30, 1, 2) + ifelse(df$free %in% c('x', 'y'), 1, 0)\n"
    found = additive(tmp_path, text, Input("age", Kind.FLOAT, missing=True), Input("free", Kind.STRING))
    assert isinstance(found, Additive)
    assert found.edges == {"age": (float(np.nextafter(30.0, 0.0)), 30.0)}
    assert found.texts == {"free": frozenset({"x", "y"})}
    assert found.inputs == {"score": frozenset({"age", "free"})}


def test_the_edge_of_a_quotient_is_found_where_it_rounds_to(tmp_path: Path) -> None:
    found = additive(
        tmp_path, "score <- function(df) ifelse(df$age / 12 > 100, 1, 2)\n", Input("age", Kind.FLOAT)
    )
    assert isinstance(found, Additive)
    below, last = found.edges["age"]
    assert below / 12 < 100 <= float(np.nextafter(below, np.inf)) / 12
    assert last / 12 <= 100 < float(np.nextafter(last, np.inf)) / 12


def test_a_model_object_is_read_as_it_was_loaded(tmp_path: Path) -> None:
    subprocess.run(
        ["Rscript", "-e", "saveRDS(list(breaks = c(20, 40), points = c(1, 2, 3)), 'card.rds')"],
        cwd=tmp_path,
        check=True,
    )
    text = "score <- function(df, card) card$points[findInterval(df$age, card$breaks) + 1]\n"
    model = model_of(
        tmp_path, "r", text, [Input("age", Kind.FLOAT)], {"score": Kind.FLOAT}, model=tmp_path / "card.rds"
    )
    with open_session(model) as session:
        assert isinstance(session, WorkerSession)
        found = session.additive()
        assert isinstance(found, Additive)
        assert found.edges["age"][1::2] == (20.0, 40.0)


def test_the_session_answers_after_it_was_read(tmp_path: Path) -> None:
    text = "score <- function(df) ifelse(df$age > 30, 1, 2)\n"
    model = model_of(tmp_path, "r", text, [Input("age", Kind.FLOAT)], {"score": Kind.FLOAT})
    with open_session(model) as session:
        assert isinstance(session, WorkerSession)
        session.additive()
        outputs = session.call(model.schema.batch({"age": [30.0, 31.0]})).outputs
    assert outputs is not None
    assert outputs["score"].to_pylist() == [2, 1]
