"""A model file drafted from sources and data: it loads, it runs, and it says what was guessed."""

import shutil
from pathlib import Path

import pytest

from harness import draft as drafts
from harness.draft import DraftError, Sources, make_draft, page, write_draft
from harness.model import Form
from harness.modelfile import load_model
from harness.protocols import MissingError
from harness.schema import Kind
from harness.verify import Options, verify_model

PYTHON = """
import numpy as np

def score(df):
    points = np.where(df["age"].fillna(0) > 30, 20.0, 10.0) + (df["colour"] == "red")
    return {"score": points.to_numpy(), "grade": np.where(points > 15, "A", "B"), "old": df["age"] > 60}
"""
R = """
helper <- function(x) ifelse(is.na(x), 0, x)
score <- function(df) {
  points <- ifelse(helper(df$age) > 30, 20, 10) + (df$colour == "red")
  list(score = points, grade = ifelse(points > 15, "A", "B"), old = df$age > 60)
}
"""
ROWS = "id,age,colour,default\n" + "".join(
    f"A{n},{'' if n == 3 else 20 + n},{'red' if n % 2 else 'blue'},{n % 2}\n" for n in range(50)
)
needs_r = pytest.mark.skipif(shutil.which("Rscript") is None, reason="Rscript is not on the PATH")


@pytest.fixture
def files(tmp_path):
    """Write some files into a folder and name them as sources."""

    def write(python=None, r=None, rows=ROWS, **more):
        named = {}
        for key, name, text in (
            ("python", "score.py", python),
            ("r", "score.R", r),
            ("data", "rows.csv", rows),
        ):
            if text is not None:
                (tmp_path / name).write_text(text, "utf-8")
                named[key] = tmp_path / name
        return Sources(**named, **more)

    return write


def kinds(guesses):
    return {guess.input.name: guess.input.kind for guess in guesses}


def test_a_draft_from_a_python_source_loads_and_says_what_it_rests_on(files, tmp_path):
    draft = make_draft(files(python=PYTHON))
    model = load_model(write_draft(draft))
    assert kinds(draft.inputs.guesses) == {"age": Kind.INT, "colour": Kind.CATEGORY}
    assert {one.name: one.kind for one in model.outputs} == {
        "score": Kind.FLOAT,
        "grade": Kind.STRING,
        "old": Kind.BOOL,
    }
    assert (model.reference, model.key, model.data) == ("python", "id", tmp_path / "rows.csv")
    assert (model.schema["age"].bounds, model.schema["age"].missing) == ((20, 69), True)
    assert model.schema["colour"].levels == ("blue", "red")
    text = page(draft)
    for remark in (
        "# seen in the data: 20 .. 69; write what is legal\nmin = 20\nmax = 69\n",
        "# sorted by code point: check that this is the reference's own order\nlevels =",
        "# a guess, because no value of it comes twice: the column that names a row\nkey =",
        "# - id: it looks like a key\n",
        "# - default: no source names it\n",
        "# seen by running score() of score.py on 50 rows of the data\n# whole numbers on the sample",
        "# TODO: a form to compare with python\n# [targets.r]",
    ):
        assert remark in text


@needs_r
def test_a_draft_from_r_and_python_is_verified_as_it_stands(files):
    draft = make_draft(files(python=PYTHON.replace("> 30", ">= 30"), r=R))
    assert draft.ran is not None
    assert draft.ran.runtime == "r"
    model = load_model(write_draft(draft))
    verdict = verify_model(model, options=Options(budget_s=1.0))
    assert model.reference == "r"
    assert [(one.target, one.rows > 50) for one in verdict.targets] == [("python@cpu", True)]
    found = {(one.output, one.cause, one.inputs["age"]) for one in verdict.targets[0].mismatches}
    assert found == {("score", "interval-closure", 30), ("grade", "interval-closure", 30)}


@needs_r
@pytest.mark.parametrize(
    ("expression", "kind", "said"),
    [
        ("df$age / 3", Kind.FLOAT, ""),
        ("as.numeric(df$id_number)", Kind.FLOAT, "whole numbers on the sample"),
        ("df$age", Kind.INT, ""),
        ("factor(df$colour)", Kind.CATEGORY, ""),
        ("as.character(df$colour)", Kind.STRING, ""),
        ("df$id_number > 3", Kind.BOOL, ""),
        ("as.Date(df$id_number)", Kind.DATE, ""),
        ("as.POSIXct(df$id_number, tz = 'UTC')", Kind.DATETIME, ""),
        ("rep(NA, nrow(df))", Kind.FLOAT, "TODO: every answer on the sample is missing"),
        ("matrix(df$age / 3)", Kind.FLOAT, ""),
        ("df$age[1:2] / 3", Kind.FLOAT, "TODO: 2 values came for 4 rows"),
        ("complex(real = df$id_number)", Kind.FLOAT, "TODO: it came as complex"),
        ("list(list(1), list(2), list(3), list(4))", Kind.FLOAT, "TODO: it came as list"),
    ],
)
def test_what_an_r_vector_is_becomes_the_type_of_an_output(files, expression, kind, said):
    rows = "id_number,age,colour\n1,20,red\n2,31,blue\n3,40,red\n4,50,blue\n"
    draft = make_draft(files(r=f"pd <- function(df) {expression}\n", rows=rows))
    (output,) = draft.outputs
    assert (output.name, output.kind) == ("pd", kind)
    assert " ".join(output.remarks).startswith(said)


@pytest.mark.parametrize(
    ("expression", "kind"),
    [
        ("df['age'] / 3", Kind.FLOAT),
        ("df['age']", Kind.INT),
        ("(df['age'] / 3).tolist()", Kind.FLOAT),
        ("[str(one) for one in df['age']]", Kind.STRING),
        ("df['colour']", Kind.CATEGORY),
        ("df['age'] > 30", Kind.BOOL),
        ("pd.to_datetime(df['age'], unit='D')", Kind.DATETIME),
        ("[datetime.date(2020, 1, 1)] * len(df)", Kind.DATE),
        ("df[['age']].to_numpy() / 3", Kind.FLOAT),
        ("[None, 1, 2, None]", Kind.INT),
        ("pd.array([1, None, 2, 3], dtype='Int64')", Kind.INT),
    ],
)
def test_what_a_python_array_is_becomes_the_type_of_an_output(files, expression, kind):
    rows = "age,colour\n20,red\n31,blue\n40,red\n50,blue\n"
    source = f"import datetime\nimport pandas as pd\n\ndef rate(df):\n    return {expression}\n"
    (output,) = make_draft(files(python=source, rows=rows)).outputs
    assert (output.name, output.kind) == ("rate", kind)


def test_a_function_that_uses_more_columns_than_it_names_is_run_on_all(files):
    source = "def score(df):\n    return df['age'].fillna(0) + df[df.columns[-1]]\n"
    draft = make_draft(files(python=source.replace("df.columns[-1]", "'def' + 'ault'")))
    assert draft.ran is not None
    assert draft.inputs.schema.names == ("age", "colour", "default")
    remark = "no source names it: leave it out if the model does not take it"
    assert [remark in guess.remarks for guess in draft.inputs.guesses] == [False, True, True]


def test_a_form_that_fails_on_the_sample_is_told_and_its_outputs_are_left_to_do(files):
    draft = make_draft(files(python="def score(df):\n    raise ValueError(f'no model for {len(df)} rows')\n"))
    assert draft.ran is None
    assert "ValueError: no model for 50 rows" in draft.troubles[0]
    assert draft.outputs[0].remarks[0].startswith("TODO: it could not be run")
    assert load_model(write_draft(draft)).outputs[0].name == "score"


def test_where_r_is_missing_the_python_form_tells_the_outputs(files, monkeypatch):
    opened = drafts.outputs.open_target

    def without_r(model, target):
        if target.form.runtime == "r":
            raise MissingError("Rscript is not on the PATH; install R")
        return opened(model, target)

    monkeypatch.setattr(drafts.outputs, "open_target", without_r)
    draft = make_draft(files(python=PYTHON, r=R))
    assert draft.troubles == ("r was not run: Rscript is not on the PATH; install R",)
    assert draft.ran is not None
    assert draft.ran.runtime == "python"
    assert load_model(write_draft(draft)).reference == "r"


def test_a_stored_model_is_named_and_given(files, tmp_path):
    import pickle

    (tmp_path / "model.pkl").write_bytes(pickle.dumps({"slope": 0.5}))
    source = "def score(df, model):\n    return df['age'].fillna(0) * model['slope']\n"
    draft = make_draft(files(python=source, python_model=tmp_path / "model.pkl"))
    assert draft.ran is not None
    assert load_model(write_draft(draft)).form("python").model == tmp_path / "model.pkl"


def test_a_function_of_two_arguments_asks_for_its_stored_model(files):
    with pytest.raises(DraftError, match=r"score\(df, model\) takes a stored model too: .* --python-model"):
        make_draft(files(python="def score(df, model):\n    return 1\n"))


def test_a_stored_model_that_nothing_takes_is_refused(files, tmp_path):
    (tmp_path / "model.pkl").write_bytes(b"")
    with pytest.raises(DraftError, match=r"score\(df\) takes no second argument, but --python-model"):
        make_draft(files(python=PYTHON, python_model=tmp_path / "model.pkl"))


def test_without_data_the_columns_that_a_source_names_are_left_to_do(files):
    draft = make_draft(files(python=PYTHON, rows=None))
    assert draft.inputs.schema.names == ("age", "colour")
    assert all(guess.remarks[0].startswith("TODO") for guess in draft.inputs.guesses)
    model = load_model(write_draft(draft))
    assert model.data is None
    assert [one.name for one in model.outputs] == ["score"]


def test_without_data_a_source_that_names_no_column_needs_some(files):
    with pytest.raises(DraftError, match="give some rows with --data"):
        make_draft(files(python="def score(df):\n    return df.sum(axis=1)\n", rows=None))


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ("", r"rows\.csv: cannot be read"),
        ("age,colour\n", r"rows\.csv: it has no rows"),
        ("age,age\n1,2\n", r"column 'age' is there more than once"),
        ("age,colour\n1,red\n2\n", r"rows\.csv: cannot be read"),
    ],
)
def test_data_that_cannot_be_used_is_refused_with_its_name(files, rows, message):
    with pytest.raises(DraftError, match=message):
        make_draft(files(python=PYTHON, rows=rows))


def test_a_model_file_that_is_there_is_kept_unless_forced(files, tmp_path):
    draft = make_draft(files(python=PYTHON))
    (tmp_path / "model.toml").write_text("mine")
    with pytest.raises(DraftError, match="exists already: --force replaces it, -o FOLDER writes elsewhere"):
        write_draft(draft)
    assert (tmp_path / "model.toml").read_text() == "mine"
    write_draft(draft, force=True)
    assert load_model(tmp_path).name == tmp_path.name


def test_the_model_file_may_stand_elsewhere_and_its_paths_lead_back(files, tmp_path):
    elsewhere = tmp_path / "models" / "points"
    path = write_draft(make_draft(files(python=PYTHON, folder=elsewhere)))
    assert path == elsewhere / "model.toml"
    assert 'source = "../../score.py"' in path.read_text()
    assert load_model(path).name == "points"
    assert not list(elsewhere.glob(".*"))


def test_call_names_the_function_of_either_source(files):
    r = "bin <- function(x) x\npoints <- function(df) df$age\n"
    sources = files(python=PYTHON, r=r, call="points")
    assert [(form.name, form.call) for form in _forms(sources)] == [("r", "points"), ("python", "score")]


def _forms(sources) -> tuple[Form, ...]:
    return tuple(drafts.draft._forms(sources))


def test_names_that_toml_or_r_cannot_write_bare_are_quoted(files, tmp_path):
    rows = 'monthly income,"say ""hi""",größe\n1.5,2,3\n2.5,3,4\n'
    source = "def score(df):\n    return df['monthly income'] + df['say \"hi\"'] + df['größe']\n"
    model = load_model(write_draft(make_draft(files(python=source, rows=rows))))
    assert model.schema.names == ("monthly income", 'say "hi"', "größe")
    assert Path(tmp_path / "model.toml").read_text("utf-8").count("# TODO") == 1


@needs_r
def test_a_file_that_a_form_reads_beside_its_source_is_looked_for_where_the_model_file_is(files, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    draft = make_draft(
        files(r='score <- function(df) df$age + read.csv("rows.csv")$age[1]\n', folder=elsewhere)
    )
    assert draft.ran is None
    assert "cannot open file 'rows.csv'" in draft.troubles[0]
    assert f"it runs in {elsewhere}" in draft.troubles[0]
    assert make_draft(files(r='score <- function(df) df$age + read.csv("rows.csv")$age[1]\n')).ran is not None
