"""The catalogue of migration bugs, held to its word without the harness.

Each folder of suites/migration_bugs has a probe.json beside its model file:

    base            one plain row; the other rows say only what they change in it
    differ, agree   rows, each asked in a batch of its own, on which the two forms do (not) differ
    batches         {"differ": [...], "agree": [...]}: lists of rows, each list asked as one batch
    twice           lists of rows that the candidate answers in two ways, in two processes or two calls
    only_where      the rows that may differ at all, as a pandas query
    everywhere      true where there is no row on which the two agree
    law             pairs of rows on which the candidate breaks a declared law, and the reference keeps it
    random          whether 2,000 uniform rows show the bug: "misses" or "finds"

The frames are what the model file's format says that the forms see, built here anew.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import functools
import importlib.util
import io
import itertools
import json
import math
import os
import shutil
import subprocess
import sys
import tomllib
import warnings
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

CATALOGUE = Path(__file__).resolve().parents[2] / "suites" / "migration_bugs"
NAMES = sorted(folder.name for folder in CATALOGUE.iterdir() if (folder / "model.toml").is_file())
BUGS = [name for name in NAMES if not name.startswith("sound_")]
SOUND = [name for name in NAMES if name.startswith("sound_")]
EPOCH = dt.datetime(1970, 1, 1)
UNSEEN = ("zzz", "", "NA", "Other", "ÄÖ ß")
RANDOM_ROWS = 2_000
ENVIRONMENT = {**os.environ, "LC_ALL": "C.UTF-8", "TZ": "UTC"}

# Cells cross as text: "" is missing, "=" is followed by the value. Doubles are hexadecimal: no digit is lost.
# Each batch is asked as a whole; where that raises and the mode is "rows", its halves are asked.
ANSWER_R = """
options(warn = -1)
read_column <- function(cells, column) {
  text <- ifelse(cells == "", NA_character_, substring(cells, 2))
  switch(column$type,
    float = as.numeric(text),
    int = if (column$wide) as.numeric(text) else as.integer(text),
    bool = as.logical(text),
    category = if (column$unseen) text else factor(text, levels = unlist(column$levels)),
    string = text,
    date = structure(as.numeric(text), class = "Date"),
    datetime = structure(as.numeric(text), class = c("POSIXct", "POSIXt"), tzone = "UTC"))
}
cells_of <- function(values) {
  if (inherits(values, c("factor", "Date"))) values <- as.character(values)
  if (inherits(values, "POSIXt")) values <- format(values, "%Y-%m-%dT%H:%M:%S", tz = "UTC")
  if (is.logical(values)) values <- as.numeric(values)
  text <- if (is.numeric(values)) sprintf("#%a", as.double(values)) else paste0("=", values)
  text[is.na(values)] <- ""
  as.list(text)
}
whole <- function(call, df, only) {
  tryCatch({
    answer <- call(df)
    if (!is.list(answer)) answer <- setNames(list(answer), only)
    list(lapply(answer, cells_of))
  }, error = function(e) list(list(error = conditionMessage(e))))
}
rows <- function(call, df, only) {
  came <- whole(call, df, only)
  n <- nrow(df)
  if (is.null(came[[1]]$error) || n == 1) return(came)
  half <- seq_len(n %/% 2)
  renumber <- function(d) { rownames(d) <- NULL; d }
  c(rows(call, renumber(df[half, , drop = FALSE]), only),
    rows(call, renumber(df[-half, , drop = FALSE]), only))
}
jobs <- jsonlite::read_json(commandArgs(TRUE)[1])
answers <- lapply(jobs, function(job) {
  setwd(job$folder)
  form <- new.env(parent = globalenv())
  source(job$source, local = form, encoding = "UTF-8")
  call <- get(job$call, form)
  lapply(job$batches, function(batch) {
    columns <- Map(function(cells, column) read_column(unlist(cells), column), batch$columns, job$inputs)
    df <- data.frame(columns, check.names = FALSE, stringsAsFactors = FALSE)
    names(df) <- vapply(job$inputs, function(column) column$name, "")
    sink(stderr())
    on.exit(sink())
    (if (batch$mode == "rows") rows else whole)(call, df, job$only)
  })
})
jsonlite::write_json(answers, commandArgs(TRUE)[2], auto_unbox = TRUE)
"""


@dataclass(frozen=True)
class Case:
    """One folder of the catalogue."""

    name: str

    @property
    def folder(self) -> Path:
        return CATALOGUE / self.name

    @functools.cached_property
    def declared(self) -> dict:
        return tomllib.loads((self.folder / "model.toml").read_text("utf-8"))

    @functools.cached_property
    def probe(self) -> dict:
        return json.loads((self.folder / "probe.json").read_text("utf-8"))

    @property
    def inputs(self) -> dict:
        return self.declared["inputs"]

    @property
    def candidates(self) -> list[str]:
        return [name for name in self.declared["targets"] if name != self.declared["model"]["reference"]]

    def rows(self, changes: list[dict]) -> list[dict]:
        strange = {name for change in changes for name in change} - set(self.inputs)
        assert not strange, f"{self.name}: no inputs named {strange}"
        return [
            {n: plain(({**self.probe["base"], **change})[n], d) for n, d in self.inputs.items()}
            for change in changes
        ]

    def frame(self, rows: list[dict]) -> pd.DataFrame:
        return pd.DataFrame({n: pandas_column([row[n] for row in rows], d) for n, d in self.inputs.items()})

    def legal(self, rows: list[dict]) -> list[bool]:
        inside = [all(legal_value(row[n], d) for n, d in self.inputs.items()) for row in rows]
        frame = self.frame(rows)
        for constraint in self.declared.get("constraints", []):
            holds = frame.eval(constraint["rule"], engine="python").astype("boolean").fillna(False)
            inside = [a and bool(b) for a, b in zip(inside, holds, strict=True)]
        return inside

    def candidate(self, target: str, rows: list[dict], mode: str) -> list[dict]:
        """Outcomes of a candidate: of one batch, or (mode "rows") of parts of it that do not raise."""
        form = self.form(target)
        try:
            with contextlib.chdir(self.folder), warnings.catch_warnings(), np.errstate(all="ignore"):
                warnings.simplefilter("ignore")
                with contextlib.redirect_stdout(io.StringIO()):
                    return [self.answer_of(form(rows))]
        except Exception as error:  # whatever a form raises is its outcome
            if mode == "whole" or len(rows) == 1:
                return [{"error": f"{type(error).__name__}: {error}"}]
        half = len(rows) // 2
        return self.candidate(target, rows[:half], mode) + self.candidate(target, rows[half:], mode)

    def form(self, target: str):
        declared = self.declared["targets"][target]
        path = self.folder / declared["source"]
        if declared["runtime"] == "python":
            call = getattr(load_source(path), declared["call"])
            return lambda rows: call(self.frame(rows))
        session, absent = onnx_session(path), declared.get("missing_as", {})
        names = [node.name for node in session.get_outputs()]

        def run(rows: list[dict]) -> dict:
            feed = {
                node.name: tensor(node, [row[node.name] for row in rows], self.inputs[node.name], absent)
                for node in session.get_inputs()
            }
            return dict(zip(names, session.run(names, feed), strict=True))

        return run

    def answer_of(self, came) -> dict:
        if not isinstance(came, dict | pd.DataFrame):
            came = {next(iter(self.declared["outputs"])): came}
        return {
            name: [scalar(v) for v in np.ravel(as_objects(came[name]))] for name in self.declared["outputs"]
        }

    def job(self, batches: list[tuple[list[dict], str]]) -> dict:
        target = self.declared["targets"]["r"]
        columns = [
            {
                "name": name,
                "type": d["type"],
                "levels": d.get("levels", []),
                "unseen": d.get("unseen", False),
                "wide": any(abs(d.get(end, 0)) > 2**31 - 1 for end in ("min", "max") if d["type"] == "int"),
            }
            for name, d in self.inputs.items()
        ]
        return {
            "folder": str(self.folder),
            "source": target["source"],
            "call": target["call"],
            "inputs": columns,
            "only": next(iter(self.declared["outputs"])),
            "batches": [
                {"mode": mode, "columns": [[cell(row[n]) for row in rows] for n in self.inputs]}
                for rows, mode in batches
            ],
        }

    def differences(self, reference: list[dict], candidate: list[dict], count: int) -> list[bool]:
        """Which of the rows differ. Where a length is wrong, all do."""
        r, c = spread(reference, count), spread(candidate, count)
        if r is None or c is None:
            return [True] * count
        return [not self.same(a, b) for a, b in zip(r, c, strict=True)]

    def same(self, r: dict, c: dict) -> bool:
        if "error" in r or "error" in c:
            return "error" in r and "error" in c
        return all(
            equal(r[name], c[name], output) for name, output in self.declared["outputs"].items()
        ) and not any(
            flips(r[d["output"]], c[d["output"]], d) for d in self.declared.get("decisions", {}).values()
        )


def plain(value, declared: dict):
    """A value of probe.json as a Python value; None is missing."""
    kind = declared["type"]
    if value is None:
        return None
    if kind == "date":
        return dt.date.fromisoformat(value) if isinstance(value, str) else value
    if kind == "datetime":
        return dt.datetime.fromisoformat(value) if isinstance(value, str) else value
    return float(value) if kind == "float" else value


def cell(value) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "=TRUE" if value else "=FALSE"
    if isinstance(value, float):
        return "=" + value.hex()
    if isinstance(value, dt.datetime):
        return f"={int((value - EPOCH).total_seconds())}"
    return f"={(value - EPOCH.date()).days}" if isinstance(value, dt.date) else f"={value}"


def pandas_column(values: list, declared: dict):
    kind, missing = declared["type"], declared.get("missing", False)
    if kind == "float":
        return np.array([np.nan if v is None else v for v in values], dtype=np.float64)
    if kind == "int":
        return pd.array(values, dtype="Int64" if missing else "int64")
    if kind == "bool":
        return pd.array(values, dtype="boolean" if missing else "bool")
    if kind in ("date", "datetime"):
        unit = "s" if kind == "date" else "us"
        return pd.Series(
            np.array(["NaT" if v is None else v.isoformat() for v in values], dtype=f"M8[{unit}]")
        )
    if kind == "string" or declared.get("unseen"):
        return pd.Series(values, dtype=object)
    return pd.Categorical(values, categories=declared["levels"])


def tensor(node, values: list, declared: dict, missing_as: dict) -> np.ndarray:
    types = {
        "double": np.float64,
        "float": np.float32,
        "int64": np.int64,
        "int32": np.int32,
        "bool": np.bool_,
    }
    element = node.type.removeprefix("tensor(").removesuffix(")")
    absent = missing_as.get(node.name, np.nan if element in ("double", "float") else "")
    if declared["type"] == "category" and element != "string":
        values = [
            None if v is None else declared["levels"].index(v) if v in declared["levels"] else -1
            for v in values
        ]
    if declared["type"] in ("date", "datetime"):
        values = [None if v is None else int(cell(v)[1:]) for v in values]
    filled = [absent if v is None else v for v in values]
    column = np.array(filled, dtype=types.get(element, object))
    return column.reshape(-1, 1) if len(node.shape) == 2 else column


@functools.cache
def onnx_session(path: Path):
    ort = pytest.importorskip("onnxruntime", reason="onnxruntime is not installed")
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    return ort.InferenceSession(path, options, providers=["CPUExecutionProvider"])


@functools.cache
def load_source(path: Path):
    """Import the file of a form, under a name of its own and in its own folder."""
    spec = importlib.util.spec_from_file_location(f"form_{path.parent.name}_{path.stem}", path)
    module = importlib.util.module_from_spec(spec)
    with contextlib.chdir(path.parent), contextlib.redirect_stdout(io.StringIO()):
        spec.loader.exec_module(module)
    return module


def as_objects(values) -> np.ndarray:
    if isinstance(values, pd.Series | pd.Categorical | pd.api.extensions.ExtensionArray):
        return np.array(list(values), dtype=object)
    return np.asarray(values)


def scalar(value):
    """An answer's cell as a plain value; None is missing."""
    if value is None or value is pd.NA or value is pd.NaT:
        return None
    if isinstance(value, np.datetime64):
        value = None if np.isnat(value) else pd.Timestamp(value)
    if isinstance(value, dt.datetime):
        text = value.isoformat()
        return text.removesuffix("T00:00:00")
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, int | np.integer | np.bool_):
        return int(value)
    if isinstance(value, float | np.floating):
        return None if math.isnan(value) else float(value)
    return str(value)


def from_r(text: str):
    if text == "":
        return None
    return float.fromhex(text[1:]) if text[0] == "#" else text[1:].removesuffix("T00:00:00")


def spread(outcomes: list[dict], count: int) -> list[dict] | None:
    """Outcomes of parts as one outcome a row; None where a length is wrong."""
    if len(outcomes) == 1 and "error" in outcomes[0]:
        return [outcomes[0]] * count
    rows: list[dict] = []
    for part in outcomes:
        if "error" in part:
            rows.append(part)
            continue
        lengths = {len(values) for values in part.values()}
        if len(lengths) > 1:
            return None
        rows += [dict(zip(part, values, strict=True)) for values in zip(*part.values(), strict=True)]
    return rows if len(rows) == count else None


def equal(r, c, output: dict) -> bool:
    if r is None or c is None or isinstance(r, str) or isinstance(c, str):
        return r == c
    rule = output.get("equal", {} if output["type"] == "float" else "exact")
    if r == c or rule == "exact":
        return r == c
    if "ulp" in rule:
        return abs(c - r) <= rule["ulp"] * math.ulp(r)
    if math.isinf(r) or math.isinf(c):
        return False
    return abs(c - r) <= rule.get("atol", 1e-12) + rule.get("rtol", 1e-9) * abs(r)


def flips(r, c, decision: dict) -> bool:
    if r is None or c is None:
        return False  # already a difference of the output
    cuts = decision.get("cuts", [decision["at_least"]] if "at_least" in decision else [])
    return any((r >= cut) != (c >= cut) and abs(r - cut) > 1e-12 * max(1.0, abs(cut)) for cut in cuts)


def legal_value(value, declared: dict) -> bool:
    if value is None:
        return declared.get("missing", False)
    if declared["type"] == "category":
        return declared.get("unseen", False) or value in declared["levels"]
    if value in declared.get("special", ()):
        return True
    return not any(
        outside(value, declared[end])
        for end, outside in (("min", lambda v, m: v < m), ("max", lambda v, m: v > m))
        if end in declared
    )


def draw(declared: dict, random: np.random.Generator):
    """One uniform legal value; a tenth of them missing, special or unseen where that is legal."""
    kind = declared["type"]
    if declared.get("missing") and random.random() < 0.1:
        return None
    if declared.get("special") and random.random() < 0.1:
        return plain(declared["special"][random.integers(len(declared["special"]))], declared)
    if kind == "float":
        return float(random.uniform(declared.get("min", -1e15), declared.get("max", 1e15)))
    if kind == "int":
        return int(
            random.integers(declared.get("min", 1 - 2**31), declared.get("max", 2**31 - 1), endpoint=True)
        )
    if kind == "bool":
        return bool(random.integers(2))
    if kind == "date":
        low = declared.get("min", dt.date(1900, 1, 1))
        days = (declared.get("max", dt.date(2100, 12, 31)) - low).days
        return low + dt.timedelta(days=int(random.integers(days, endpoint=True)))
    if kind == "datetime":
        low = declared.get("min", dt.datetime(1900, 1, 1))
        seconds = int((declared.get("max", dt.datetime(2100, 12, 31)) - low).total_seconds())
        return low + dt.timedelta(seconds=int(random.integers(seconds, endpoint=True)))
    if kind == "category" and not (declared.get("unseen") and random.random() < 0.1):
        return declared["levels"][random.integers(len(declared["levels"]))]
    return "".join(chr(c) for c in random.integers(32, 127, random.integers(13)))


def random_rows(case: Case) -> list[dict]:
    random = np.random.default_rng(zlib.crc32(case.name.encode()))
    rows: list[dict] = []
    while len(rows) < RANDOM_ROWS:
        drawn = [{n: draw(d, random) for n, d in case.inputs.items()} for _ in range(RANDOM_ROWS)]
        rows += [row for row, legal in zip(drawn, case.legal(drawn), strict=True) if legal]
    return rows[:RANDOM_ROWS]


def extremes(declared: dict) -> list:
    values = [declared[end] for end in ("min", "max") if end in declared] + list(declared.get("special", []))
    values += declared.get("levels", []) + ([True, False] if declared["type"] == "bool" else [])
    if declared.get("unseen") or declared["type"] == "string":
        values += UNSEEN
    return [plain(v, declared) for v in values] + ([None] if declared.get("missing") else [])


def sweep(case: Case) -> list[dict]:
    """Each probe row with each input in turn at its extremes, levels, special values and missing."""
    probes = case.rows(case.probe.get("differ", []) + case.probe.get("agree", [{}]))
    rows = [{**row, n: value} for row in probes for n, d in case.inputs.items() for value in extremes(d)]
    return [row for row, legal in zip(rows, case.legal(rows), strict=True) if legal]


Questions = dict[str, list[tuple[list[dict], str]]]


def named_questions(case: Case) -> Questions:
    """The batches that the catalogue names, by what they are for."""
    probe = case.probe
    batches = probe.get("batches", {})
    return {
        "differ": [([row], "whole") for row in case.rows(probe.get("differ", []))],
        "agree": [([row], "whole") for row in case.rows(probe.get("agree", []))],
        "differ_batches": [(case.rows(rows), "whole") for rows in batches.get("differ", [])],
        "agree_batches": [(case.rows(rows), "whole") for rows in batches.get("agree", [])],
        "law": [(case.rows(pair), "whole") for pair in probe.get("law", [])],
    }


def many_questions(case: Case) -> Questions:
    """Uniform rows, and a sweep over extremes."""
    swept = sweep(case) if "only_where" in case.probe or case.name in SOUND else []
    return {"random": [(random_rows(case), "rows")], "sweep": [(swept, "rows")] if swept else []}


@pytest.fixture(scope="session")
def reference(tmp_path_factory) -> dict[str, dict[str, list]]:
    """What R answers to the rows that the catalogue names."""
    return answers_of_r(tmp_path_factory.mktemp("named"), named_questions)


@pytest.fixture(scope="session")
def widely(tmp_path_factory) -> dict[str, dict[str, list]]:
    """What R answers to many rows of every case."""
    return answers_of_r(tmp_path_factory.mktemp("many"), many_questions)


def answers_of_r(folder: Path, questions: Callable[[Case], Questions]) -> dict[str, dict[str, list]]:
    """Ask the R forms of all cases in one process."""
    if shutil.which("Rscript") is None:
        pytest.skip("Rscript is not installed")
    asked = {name: questions(Case(name)) for name in NAMES}
    jobs = [Case(name).job([b for batches in asked[name].values() for b in batches]) for name in NAMES]
    (folder / "answer.R").write_text(ANSWER_R, "utf-8")
    (folder / "jobs.json").write_text(json.dumps(jobs), "utf-8")
    done = subprocess.run(
        ["Rscript", "--vanilla", "answer.R", "jobs.json", str(folder / "answers.json")],
        cwd=folder,
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    came = json.loads((folder / "answers.json").read_text("utf-8"))
    answers: dict[str, dict[str, list]] = {}
    for name, of_case in zip(NAMES, came, strict=True):
        outcomes = iter(of_case)
        answers[name] = {
            purpose: [(rows, mode, [readable(part) for part in next(outcomes)]) for rows, mode in batches]
            for purpose, batches in asked[name].items()
        }
    return answers


def readable(part: dict) -> dict:
    if "error" in part:
        return part
    return {name: [from_r(text) for text in cells] for name, cells in part.items()}


def differing(case: Case, target: str, answered: list) -> list[tuple[dict, dict, dict]]:
    """The rows that differ, with both outcomes."""
    found = []
    for rows, mode, r in answered:
        c = case.candidate(target, rows, mode)
        unlike = case.differences(r, c, len(rows))
        r_rows, c_rows = spread(r, len(rows)), spread(c, len(rows))
        for i in np.flatnonzero(unlike):
            found.append((rows[i], r_rows[i] if r_rows else r[0], c_rows[i] if c_rows else c[0]))
    return found


@pytest.mark.parametrize("name", BUGS)
def test_the_bug_shows_on_the_rows_that_the_catalogue_names(name, reference):
    case = Case(name)
    assert case.declared["model"]["expect"]
    shown = reference[name]["differ"] + reference[name]["differ_batches"]
    assert shown or "law" in case.probe
    for rows, mode, r in shown:
        unlike = [
            any(case.differences(r, case.candidate(target, rows, mode), len(rows)))
            for target in case.candidates
        ]
        assert any(unlike), (rows, r, [case.candidate(target, rows, mode) for target in case.candidates])


@pytest.mark.parametrize("name", NAMES)
def test_the_forms_agree_on_the_plain_rows_that_the_catalogue_names(name, reference):
    case = Case(name)
    agreeing = reference[name]["agree"] + reference[name]["agree_batches"]
    assert agreeing or case.probe.get("everywhere")
    for target in case.candidates:
        assert differing(case, target, agreeing) == []


@pytest.mark.parametrize("name", NAMES)
def test_every_row_that_the_catalogue_names_is_legal(name):
    case = Case(name)
    probe = case.probe
    batches = probe.get("batches", {})
    lists = [probe.get("differ", []), probe.get("agree", []), *probe.get("twice", [])]
    for changes in [*lists, *batches.get("differ", []), *batches.get("agree", [])]:
        rows = case.rows(changes)
        assert not rows or all(case.legal(rows)), rows


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in BUGS if "only_where" in Case(name).probe])
def test_a_case_has_no_other_bug_than_the_one_it_tells_of(name, widely):
    case = Case(name)
    for target in case.candidates:
        found = differing(case, target, widely[name]["random"] + widely[name]["sweep"])
        if found:
            told = case.frame([row for row, _, _ in found]).eval(case.probe["only_where"], engine="python")
            assert all(told), [entry for entry, yes in zip(found, told, strict=True) if not yes][:3]


@pytest.mark.slow
@pytest.mark.parametrize("name", BUGS)
def test_uniform_random_rows_find_a_bug_or_miss_it_as_the_catalogue_says(name, widely):
    case = Case(name)
    found = [entry for target in case.candidates for entry in differing(case, target, widely[name]["random"])]
    assert case.probe["random"] == ("finds" if found else "misses"), (len(found), found[:2])
    if case.probe.get("everywhere"):
        # chance may give one and the same answer on a row
        assert len(found) >= 0.99 * RANDOM_ROWS * len(case.candidates)


@pytest.mark.slow
@pytest.mark.parametrize("name", SOUND)
def test_a_sound_pair_agrees_on_random_rows_and_on_extremes(name, widely):
    case = Case(name)
    assert "expect" not in case.declared["model"]
    for target in case.candidates:
        assert differing(case, target, widely[name]["random"] + widely[name]["sweep"])[:3] == []


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in BUGS if "twice" in Case(name).probe])
def test_a_nondeterministic_form_gives_two_answers_to_the_same_rows(name):
    case = Case(name)
    for changes in case.probe["twice"]:
        answers = [answer for seed in (1, 2) for answer in answers_in_a_process(case, changes, seed)]
        assert len(set(answers)) > 1, changes


@pytest.mark.parametrize("name", [name for name in BUGS if "law" in Case(name).probe])
def test_the_candidate_breaks_a_law_that_the_reference_keeps(name, reference):
    case = Case(name)
    [(output, declared)] = case.declared["outputs"].items()
    for rows, mode, r in reference[name]["law"]:
        [moved] = [n for n in case.inputs if rows[0][n] != rows[1][n]]
        assert rows[0][moved] < rows[1][moved]
        sign = {"up": 1, "down": -1}[declared["monotone"][moved]]
        [c] = case.candidate(case.candidates[0], rows, mode)
        assert sign * (r[0][output][1] - r[0][output][0]) >= 0
        assert sign * (c[output][1] - c[output][0]) < 0


def answers_in_a_process(case: Case, changes: list[dict], seed: int) -> list[str]:
    """What the candidate answers to one batch in two calls of a new process."""
    command = [sys.executable, __file__, case.name, json.dumps(changes)]
    environment = {**ENVIRONMENT, "PYTHONHASHSEED": str(seed)}
    return subprocess.run(
        command, env=environment, check=True, capture_output=True, text=True
    ).stdout.splitlines()


def test_the_catalogue_covers_every_cause_and_enough_that_random_rows_miss():
    from harness.causes import CAUSES

    expected = {cause for name in BUGS for cause in Case(name).declared["model"]["expect"]}
    assert expected == set(CAUSES) - {"unexplained"}
    missed = [name for name in BUGS if Case(name).probe["random"] == "misses"]
    assert (len(BUGS) >= 60, len(SOUND) >= 25, len(missed) >= 25) == (True, True, True)


@pytest.mark.parametrize("name", NAMES)
def test_the_page_of_the_catalogue_tells_of_a_case_what_its_model_file_tells(name):
    page = " ".join((CATALOGUE / "README.md").read_text("utf-8").split())
    text = (Case(name).folder / "model.toml").read_text("utf-8")
    comment = itertools.takewhile(lambda line: line.startswith("#"), text.splitlines())
    told = " ".join(" ".join(line.removeprefix("#") for line in comment).split())
    assert f"`{name}`" in page
    assert told in page


if __name__ == "__main__":
    asked = Case(sys.argv[1])
    for _ in range(2):
        print(asked.candidate(asked.candidates[0], asked.rows(json.loads(sys.argv[2])), "whole"))
