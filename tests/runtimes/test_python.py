"""Python forms: how they are found, what they see, and what their failure to open says."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import pickle
import subprocess
import sys
import venv
from pathlib import Path
from typing import Any

import pytest
from forms import floats, model_of, open_session, write

from harness.model import Model
from harness.protocols import MissingError, OpenError, Outcome, Place, Reply
from harness.runtimes import python as runtime
from harness.schema import Input, Kind

Y = {"y": Kind.FLOAT}
TEXT = {"y": Kind.STRING}
X = floats("x")


def asked(model: Model, **columns: list[Any]) -> list[Any]:
    """The answers of the first output."""
    with contextlib.closing(open_session(model)) as session:
        reply = session.call(model.schema.batch(columns))
        assert reply.failure is None, reply.failure
        assert reply.outputs is not None
        values: list[Any] = next(iter(reply.outputs.values())).to_pylist()
        return values


def refused(model: Model) -> str:
    with pytest.raises(OpenError) as caught:
        open_session(model).close()
    return str(caught.value)


# ---- what the function sees ----------------------------------------------------------------------------

EVERY = [
    Input("real", Kind.FLOAT, missing=True),
    Input("whole", Kind.INT),
    Input("maybe", Kind.INT, missing=True),
    Input("flag", Kind.BOOL),
    Input("level", Kind.CATEGORY, levels=("b", "a")),
    Input("text", Kind.STRING, missing=True),
    Input("day", Kind.DATE),
    Input("moment", Kind.DATETIME),
]


def test_the_function_sees_the_declared_dtypes(tmp_path: Path) -> None:
    model = model_of(
        tmp_path, "python", "def score(df): return [repr(dict(df.dtypes.astype(str)))]", EVERY, TEXT
    )
    row = {
        "real": [None], "whole": [1], "maybe": [None], "flag": [True], "level": ["a"], "text": [None],
        "day": [dt.date(2024, 2, 29)], "moment": [dt.datetime(2024, 2, 29, 1)],
    }  # fmt: skip
    assert asked(model, **row) == [
        "{'real': 'float64', 'whole': 'int64', 'maybe': 'Int64', 'flag': 'bool', 'level': 'category', "
        "'text': 'object', 'day': 'datetime64[s]', 'moment': 'datetime64[us]'}"
    ]


def test_the_function_may_write_into_its_frame(tmp_path: Path) -> None:
    source = "def score(df):\n    df.loc[0, 'x'] = 7.0\n    df['x'] += 1\n    return df.pop('x')"
    assert asked(model_of(tmp_path, "python", source, X, Y), x=[1.0, 2.0]) == [8.0, 3.0]


def test_it_runs_in_the_model_s_folder_in_utc_and_utf_8(tmp_path: Path) -> None:
    source = """
    import locale, os, time
    def score(df):
        said = os.getcwd(), os.environ["TZ"], locale.getpreferredencoding(), time.tzname[0], os.environ["OWN"]
        return ["|".join(said)]
    """
    model = model_of(tmp_path, "python", source, X, TEXT, env={"OWN": "it's"})
    assert asked(model, x=[1.0]) == [f"{tmp_path}|UTC|UTF-8|UTC|it's"]


def test_modules_beside_the_source_are_found_and_leave_no_bytecode(tmp_path: Path) -> None:
    write(tmp_path / "bins.py", "EDGE = 40.0")
    source = "from bins import EDGE\ndef score(df): return df.x * 0 + EDGE"
    assert asked(model_of(tmp_path, "python", source, X, Y), x=[1.0]) == [40.0]
    assert sorted(one.name for one in tmp_path.iterdir()) == ["bins.py", "score.py"]


@pytest.mark.parametrize("name", ["wire", "numpy", "struct", "frames", "serve", "pandas"])
def test_files_called_like_the_worker_s_own_modules_do_no_harm(tmp_path: Path, name: str) -> None:
    write(tmp_path / f"{name}.py", "raise RuntimeError('the wrong module')")
    model = model_of(tmp_path, "python", "import pandas\ndef score(df): return df.x", X, Y)
    assert asked(model, x=[1.0]) == [1.0]


def test_a_source_called_like_a_library_does_not_take_its_place(tmp_path: Path) -> None:
    source = write(tmp_path / "json.py", "import json\ndef score(df): return [float(json.dumps(3))]")
    assert asked(model_of(tmp_path, "python", None, X, Y, source=source), x=[1.0]) == [3.0]


def test_a_module_of_a_package_is_a_form(tmp_path: Path) -> None:
    (tmp_path / "package").mkdir()
    write(tmp_path / "package" / "__init__.py", "")
    write(
        tmp_path / "package" / "scoring.py",
        "class Card:\n    @staticmethod\n    def score(df): return df.x + 1",
    )
    model = model_of(tmp_path, "python", None, X, Y, module="package.scoring", call="Card.score")
    assert asked(model, x=[1.0]) == [2.0]


MODEL = """
class Line:
    def __init__(self, slope): self.slope = slope
def score(df, model): return df.x * model.slope
"""


@pytest.mark.parametrize("file", ["model.pkl", "model.joblib"])
def test_a_model_is_the_second_argument(tmp_path: Path, file: str) -> None:
    make = "import joblib, pickle, score\nline = score.Line(3)\n"
    make += f"joblib.dump(line, {file!r})" if "joblib" in file else f"pickle.dump(line, open({file!r}, 'wb'))"
    model = model_of(tmp_path, "python", MODEL, X, Y, model=tmp_path / file)
    done = subprocess.run(
        [sys.executable, "-c", make], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    if "No module named 'joblib'" in done.stderr:
        pytest.skip("joblib is not installed")
    assert done.returncode == 0, done.stderr
    assert asked(model, x=[2.0]) == [6.0]


def test_a_model_pickled_by_the_script_that_defines_its_class_is_found(tmp_path: Path) -> None:
    model = model_of(tmp_path, "python", MODEL, X, Y, model=tmp_path / "model.pkl")
    script = write(
        tmp_path / "train.py", MODEL + "import pickle\npickle.dump(Line(3), open('model.pkl', 'wb'))"
    )
    subprocess.run([sys.executable, script.name], cwd=tmp_path, check=True)
    assert asked(model, x=[2.0]) == [6.0]


# ---- what fails to open --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("x = 1\ndef score(df:\n    pass", "score.py:2: SyntaxError"),
        ("x = 1\nraise ValueError('no table')", "score.py:2: ValueError: no table"),
        ("def helper(): return 1 / 0\nhelper()", "score.py:1: ZeroDivisionError: division by zero"),
        (
            "def scor(df): pass\ndef other(df): pass",
            "score.py: no function named 'score' (there are: scor, other)",
        ),
        ("", "score.py: no function named 'score' (it defines none)"),
        ("score = 3", "score.py: 'score' is of type int, not a function"),
        ("x = 1\n\x00", "score.py"),
        ("import sys\nsys.exit(3)", "score.py:2: SystemExit: 3"),
    ],
)
def test_a_source_that_does_not_load_says_where_and_why(tmp_path: Path, source: str, said: str) -> None:
    message = refused(model_of(tmp_path, "python", source, X, Y))
    assert message.startswith("target 'python': ")
    assert said in message


def test_a_source_that_ends_its_process_is_told_so(tmp_path: Path) -> None:
    message = refused(model_of(tmp_path, "python", "print('last words')\nimport os\nos._exit(4)", X, Y))
    assert "the process ended with status 4 while the form was opened" in message


def test_a_package_that_is_not_installed_is_missing_with_the_command_that_installs_it(tmp_path: Path) -> None:
    model = model_of(tmp_path, "python", "x = 1\nimport no_such_package.inner", X, Y)
    with pytest.raises(MissingError, match=r"score\.py:2: no module named 'no_such_package'") as caught:
        open_session(model)
    assert f"{sys.executable} -m pip install no_such_package" in str(caught.value)


def test_a_module_that_is_not_there_is_named(tmp_path: Path) -> None:
    message = refused(model_of(tmp_path, "python", None, X, Y, module="nowhere.scoring"))
    assert "no module named 'nowhere'" in message
    assert str(tmp_path) in message


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"not a pickle", "model.pkl: not a pickle that can be read here"),
        (pickle.dumps(None)[:-1], "model.pkl: not a pickle that can be read here"),
        (b"cno_such_package\nThing\n.", "model.pkl: the model needs the module 'no_such_package'"),
        (b"cjson\nNoSuchClass\n.", "the class must be importable, or defined in the source"),
        (None, "model.pkl: there is no such file"),
    ],
)
def test_a_model_that_does_not_load_says_why(tmp_path: Path, content: bytes | None, said: str) -> None:
    path = tmp_path / "model.pkl"
    if content is not None:
        path.write_bytes(content)
    assert said in refused(
        model_of(tmp_path, "python", "def score(df, model): return df.x", X, Y, model=path)
    )


def test_a_function_that_cannot_take_the_model_is_told_so(tmp_path: Path) -> None:
    (tmp_path / "model.pkl").write_bytes(pickle.dumps(3))
    model = model_of(tmp_path, "python", "def score(df): return df.x", X, Y, model=tmp_path / "model.pkl")
    assert "score(df) cannot be called with (df, model)" in refused(model)


def test_an_interpreter_that_is_not_there_is_missing(tmp_path: Path) -> None:
    model = model_of(tmp_path, "python", "", X, Y, python=tmp_path / "venv" / "bin" / "python")
    with pytest.raises(MissingError, match="there is no such Python interpreter") as caught:
        open_session(model)
    assert f"python3 -m venv {tmp_path / 'venv'}" in str(caught.value)


@pytest.fixture(scope="module")
def bare_python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An interpreter without any package."""
    folder = tmp_path_factory.mktemp("bare")
    venv.create(folder, symlinks=True)
    return folder / "bin" / "python"


def test_an_interpreter_without_numpy_is_missing_with_the_command_that_installs_it(
    tmp_path: Path, bare_python: Path
) -> None:
    model = model_of(tmp_path, "python", "def score(df): return df.x", X, Y, python=bare_python)
    with pytest.raises(MissingError, match=f"{bare_python} has no numpy") as caught:
        open_session(model)
    assert f"{bare_python} -m pip install numpy pandas" in str(caught.value)


def test_the_form_runs_under_the_interpreter_that_it_names(tmp_path: Path, bare_python: Path) -> None:
    # the packages of this interpreter, so that nothing is downloaded
    site = [path for path in sys.path if path.endswith("site-packages")]
    source = "import sys\ndef score(df): return [sys.executable]"
    model = model_of(
        tmp_path, "python", source, X, TEXT, python=bare_python, env={"PYTHONPATH": os.pathsep.join(site)}
    )
    assert asked(model, x=[1.0]) == [str(bare_python)]


# ---- calls ---------------------------------------------------------------------------------------------


def reply_of(folder: Path, source: str, *values: float) -> Reply:
    model = model_of(folder, "python", source, X, Y)
    with contextlib.closing(open_session(model)) as session:
        return session.call(model.schema.batch({"x": list(values)}))


def test_a_traceback_begins_with_the_form_s_own_code(tmp_path: Path) -> None:
    source = "def inner(v):\n    return v['k']\ndef score(df):\n    return inner({})"
    failure = reply_of(tmp_path, source, 1.0).failure
    assert failure is not None
    assert str(failure) == "KeyError: 'k'"
    lines = failure.trace.splitlines()
    assert lines[1].endswith('score.py", line 4, in score')
    assert "serve.py" not in failure.trace
    assert failure.trace.endswith("KeyError: 'k'")


@pytest.mark.parametrize("code", ["sys.exit(2)", "raise KeyboardInterrupt", "raise BaseException('x')"])
def test_even_exceptions_that_end_programs_are_outcomes(tmp_path: Path, code: str) -> None:
    failure = reply_of(tmp_path, f"import sys\ndef score(df):\n    {code}", 1.0).failure
    assert failure is not None
    assert failure.outcome is Outcome.RAISED
    assert failure.kind in ("SystemExit", "KeyboardInterrupt", "BaseException")


def test_an_exception_that_cannot_say_what_it_is_is_an_outcome(tmp_path: Path) -> None:
    source = (
        "class Odd(Exception):\n    def __str__(self): raise ValueError\ndef score(df): raise Odd('\\ud800')"
    )
    failure = reply_of(tmp_path, source, 1.0).failure
    assert failure is not None
    assert (failure.kind, failure.message) == ("Odd", "<no message: its __str__ raised ValueError>")


def test_a_form_that_turns_warnings_into_errors_raises(tmp_path: Path) -> None:
    source = "import warnings\nwarnings.simplefilter('error')\ndef score(df): warnings.warn('careful')"
    failure = reply_of(tmp_path, source, 1.0).failure
    assert failure is not None
    assert str(failure) == "UserWarning: careful"


def test_a_deep_recursion_is_an_outcome(tmp_path: Path) -> None:
    failure = reply_of(tmp_path, "def score(df): return score(df)", 1.0).failure
    assert failure is not None
    assert failure.kind == "RecursionError"


def test_a_crash_in_native_code_shows_where(tmp_path: Path) -> None:
    failure = reply_of(tmp_path, "import ctypes\ndef score(df):\n    ctypes.string_at(0)", 1.0).failure
    assert failure is not None
    assert failure.outcome is Outcome.DIED
    assert "SIGSEGV" in failure.message
    assert "in score" in failure.trace


def test_a_thousand_columns_and_a_hundred_thousand_rows_cross(tmp_path: Path) -> None:
    names = [f"x{i}" for i in range(1000)]
    wide = model_of(tmp_path, "python", "def score(df): return df.sum(axis=1)", floats(*names), Y)
    assert asked(wide, **{name: [1.0, 2.0] for name in names}) == [1000.0, 2000.0]
    (tmp_path / "long").mkdir()
    long = model_of(tmp_path / "long", "python", "def score(df): return df.x[::-1]", X, Y)
    values = [float(i) for i in range(100_000)]
    assert asked(long, x=values) == values[::-1]


@pytest.mark.parametrize(
    "place", [Place("cuda"), Place("cpu", precision="tf32"), Place(variant="1-thread"), Place(index=1)]
)
def test_a_place_that_it_does_not_know_is_lacking_not_ignored(place: Place) -> None:
    assert runtime.lack(None, Place()) is None
    assert runtime.lack(None, place) is not None


def test_clues_come_from_the_open_session(tmp_path: Path) -> None:
    model = model_of(tmp_path, "python", "EDGE = 40\ndef score(df): return df.x > EDGE", X, Y)
    with contextlib.closing(open_session(model)) as session:
        found = {(one.value, one.role, one.input) for one in runtime.clues(model, model.forms[0], session)}
    assert (40, "threshold", "x") in found
