"""R forms: what they see, how they are found and fail to open, and R that runs elsewhere."""

from __future__ import annotations

import contextlib
import datetime as dt
import shutil
import stat
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from forms import LIMITS, floats, model_of, needs_r, open_session, write

from harness.model import Model
from harness.protocols import Limits, MissingError, OpenError, Outcome, Place, Reply, Session
from harness.runtimes import r as runtime
from harness.schema import Input, Kind

pytestmark = needs_r

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


def reply_of(folder: Path, source: str, *values: float, outputs: dict[str, Kind] = Y) -> Reply:
    model = model_of(folder, "r", source, X, outputs)
    with contextlib.closing(open_session(model)) as session:
        return session.call(model.schema.batch({"x": list(values)}))


# ---- what the function sees ----------------------------------------------------------------------------

EVERY = [
    Input("real number", Kind.FLOAT, missing=True),
    Input("whole", Kind.INT),
    Input("wide", Kind.INT, maximum=2**40),
    Input("flag", Kind.BOOL),
    Input("level", Kind.CATEGORY, levels=("b", "a", "ä")),
    Input("open", Kind.CATEGORY, levels=("b",), unseen=True),
    Input("text", Kind.STRING, missing=True),
    Input("day", Kind.DATE),
    Input("moment", Kind.DATETIME),
]
ROW = {
    "real number": [None], "whole": [1], "wide": [1], "flag": [True], "level": ["a"], "open": ["zz"],
    "text": [None], "day": [dt.date(2024, 2, 29)], "moment": [dt.datetime(2024, 2, 29, 1)],
}  # fmt: skip
SEEN = """
score <- function(df) {
  types <- vapply(df, function(x) paste(typeof(x), class(x)[1], sep = "/"), "")
  stopifnot(is.data.frame(df), identical(row.names(df), "1"), identical(levels(df$level), c("b", "a", "ä")),
            is.na(df[["real number"]]), is.na(df$text), attr(df$moment, "tzone") == "UTC",
            format(df$moment) == "2024-02-29 01:00:00", df$day == as.Date("2024-02-29"))
  paste(names(df), types, sep = ": ", collapse = ", ")
}
"""


def test_the_function_sees_the_declared_types_under_the_declared_names(tmp_path: Path) -> None:
    assert asked(model_of(tmp_path, "r", SEEN, EVERY, TEXT), **ROW) == [
        "real number: double/numeric, whole: integer/integer, wide: double/numeric, flag: logical/logical, "
        "level: integer/factor, open: character/character, text: character/character, day: double/Date, "
        "moment: double/POSIXct"
    ]


def test_it_runs_in_the_model_s_folder_in_utc_and_c_utf_8(tmp_path: Path) -> None:
    source = """
    said <- c(getwd(), Sys.timezone(), Sys.getlocale("LC_COLLATE"), Sys.getenv("OWN"))
    score <- function(df) paste(said, collapse = "|")
    """
    model = model_of(tmp_path, "r", source, X, TEXT, env={"OWN": "it's $HOME"})
    assert asked(model, x=[1.0]) == [f"{tmp_path}|UTC|C.UTF-8|it's $HOME"]


def test_the_source_is_read_as_utf_8_with_or_without_a_mark(tmp_path: Path) -> None:
    source = write(tmp_path / "marked.R", "\ufeffscore <- function(df) paste0('é', nchar('é'))")
    assert asked(model_of(tmp_path, "r", None, X, TEXT, source=source), x=[1.0]) == ["é1"]


def test_a_source_with_windows_line_ends_is_read(tmp_path: Path) -> None:
    source = tmp_path / "windows.R"
    source.write_bytes(b"y <- 'a'\r\nscore <- function(df) {\r\n  y\r\n}\r\n")
    assert asked(model_of(tmp_path, "r", None, X, TEXT, source=source), x=[1.0]) == ["a"]


def test_clearing_the_workspace_and_masking_base_functions_do_no_harm(tmp_path: Path) -> None:
    source = """
    rm(list = ls(all.names = TRUE))
    c <- function(...) stop("mine"); paste <- length <- readBin <- lapply <- structure <- c
    score <- function(df) df$x
    """
    assert asked(model_of(tmp_path, "r", source, X, Y), x=[1.0, None]) == [1.0, None]


def test_files_beside_the_source_are_found(tmp_path: Path) -> None:
    write(tmp_path / "helper.R", "edge <- 40")
    source = "source('helper.R')\nscore <- function(df) df$x * 0 + edge"
    assert asked(model_of(tmp_path, "r", source, X, Y), x=[1.0]) == [40.0]


def save_rds(folder: Path, code: str) -> Path:
    subprocess.run(["Rscript", "--vanilla", "-e", f"saveRDS({code}, 'model.rds')"], cwd=folder, check=True)
    return folder / "model.rds"


def test_a_model_is_the_second_argument(tmp_path: Path) -> None:
    path = save_rds(tmp_path, "list(slope = 3)")
    model = model_of(tmp_path, "r", "score <- function(df, model) df$x * model$slope", X, Y, model=path)
    assert asked(model, x=[2.0]) == [6.0]


def test_a_model_without_a_source_is_given_to_a_function_of_a_package(tmp_path: Path) -> None:
    model = model_of(
        tmp_path, "r", None, X, {"x": Kind.FLOAT}, model=save_rds(tmp_path, "5"), call="utils::head"
    )
    assert asked(model, x=[1.0, 2.0, 3.0]) == [1.0, 2.0, 3.0]


def test_a_function_inside_an_object_is_found(tmp_path: Path) -> None:
    source = "card <- new.env()\ncard$score <- function(df) df$x + 1"
    assert asked(model_of(tmp_path, "r", source, X, Y, call="card$score"), x=[1.0]) == [2.0]


# ---- what it returns -----------------------------------------------------------------------------------

Returning = Callable[[Kind, str], Reply]


@pytest.fixture(scope="module")
def returning(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Returning]:
    """The reply to two rows, x = 1 and 2, of a form that returns the value of any R code."""
    inputs = [*X, Input("code", Kind.STRING)]
    opened: dict[Kind, tuple[Model, Session]] = {}

    def reply(kind: Kind, code: str) -> Reply:
        if kind not in opened:
            source = "score <- function(df) eval(parse(text = df$code[1]))"
            model = model_of(tmp_path_factory.mktemp(kind.value), "r", source, inputs, {"y": kind})
            opened[kind] = (model, open_session(model))
        model, session = opened[kind]
        return session.call(model.schema.batch({"x": [1.0, 2.0], "code": [code] * 2}))

    yield reply
    for _, session in opened.values():
        session.close()


@pytest.mark.parametrize(
    ("code", "kind", "expected"),
    [
        ("df$x", Kind.FLOAT, [1.0, 2.0]),
        ("matrix(df$x)", Kind.FLOAT, [1.0, 2.0]),
        ("c(b = 1, a = 2)", Kind.FLOAT, [1.0, 2.0]),
        ("list(z = 9, y = df$x)", Kind.FLOAT, [1.0, 2.0]),
        ("data.frame(y = df$x)[2:1, , drop = FALSE]", Kind.FLOAT, [2.0, 1.0]),
        ("as.integer(df$x)", Kind.INT, [1, 2]),
        ("df$x / 2", Kind.INT, [0.5, 1.0]),
        ("structure(c(4.94065645841246544e-324, 0), class = 'integer64')", Kind.INT, [1, 0]),
        ("df$x > 1", Kind.BOOL, [False, True]),
        ("df$x - 1", Kind.BOOL, [False, True]),
        ("factor(c('b', NA), levels = c('a', 'b'))", Kind.CATEGORY, ["b", None]),
        ("addNA(factor(c('b', NA)))", Kind.CATEGORY, ["b", None]),
        ("c('é', '')", Kind.STRING, ["é", ""]),
        ("iconv(c('é', ''), 'UTF-8', 'latin1')", Kind.STRING, ["é", ""]),
        ("c(NA, NA)", Kind.DATE, [None, None]),
        ("c(NA, NA)", Kind.STRING, [None, None]),
        ("as.Date(c('2024-02-29', NA))", Kind.DATE, [dt.date(2024, 2, 29), None]),
        ("structure(1:2, class = 'Date')", Kind.DATE, [dt.date(1970, 1, 2), dt.date(1970, 1, 3)]),
        (
            "as.POSIXct(c('1970-01-01 01:00', NA), tz = 'Europe/Paris')",
            Kind.DATETIME,
            [dt.datetime(1970, 1, 1), None],
        ),
        ("as.POSIXlt(c('1970-01-01', NA), tz = 'UTC')", Kind.DATE, [dt.date(1970, 1, 1), None]),
        ("c(Inf, NaN)", Kind.FLOAT, [float("inf"), None]),
        ("as.difftime(c(1, 2), units = 'days')", Kind.FLOAT, [1.0, 2.0]),
        ("table(c('a', 'b', 'b'))", Kind.INT, [1, 2]),
    ],
)  # fmt: skip
def test_what_fits_a_declared_type_is_taken(
    returning: Returning, code: str, kind: Kind, expected: list[Any]
) -> None:
    reply = returning(kind, code)
    assert reply.failure is None, reply.failure
    assert reply.outputs is not None
    assert reply.outputs["y"].to_pylist() == expected


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("NULL", "WrongLength: y: 0 values for 2 rows"),
        ("1", "WrongLength: y: 1 value for 2 rows"),
        ("matrix(0, 2, 3)", "WrongLength: y: an array of dim 2 x 3 for 2 rows"),
        ("list(1, 2)", "MissingOutput: no output 'y' came back (a list of 2 without names: return"),
        ("list(a = 1, b = 2)", "MissingOutput: no output 'y' came back (there are: a, b)"),
        ("list(y = list(1, 'a'))", "WrongType: y: declared float, but values of class list came"),
        ("c('a', 'b')", "WrongType: y: declared float, but text came, for example 'a' in row 0"),
        ("Sys.Date() + 0:1", "WrongType: y: declared float, but dates came"),
        ("complex(2)", "WrongType: y: declared float, but values of class complex came, for example 0+0i"),
        ("list(y = list(mean, mean))", "WrongType: y: declared float, but values of class list came"),
        ("c('a', '\\xff')", "WrongType: y: declared float, but text that is not valid UTF-8 came"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_said_with_an_example(returning: Returning, code: str, said: str) -> None:
    assert str(returning(Kind.FLOAT, code).failure).startswith(said)


def test_one_vector_for_two_outputs_names_both(tmp_path: Path) -> None:
    failure = reply_of(
        tmp_path, "score <- function(df) df$x", 1.0, outputs={"y": Kind.FLOAT, "z": Kind.FLOAT}
    ).failure
    assert str(failure).startswith("MissingOutput: one numeric came back, but the model has 2 outputs (y, z)")


# ---- errors --------------------------------------------------------------------------------------------


def test_an_error_carries_its_class_message_and_the_calls_that_led_to_it(tmp_path: Path) -> None:
    source = """
    inner <- function(v) {
      what <- list(message = "no rate for é", call = NULL)
      stop(structure(class = c("no_rate", "error", "condition"), what))
    }
    score <- function(df) {
      inner(df$x)
    }
    """
    failure = reply_of(tmp_path, source, 1.0).failure
    assert failure is not None
    assert str(failure) == "no_rate: no rate for é"
    calls = failure.trace.splitlines()
    assert calls[0].startswith("score(df)")
    assert "inner(df$x)  # score.R:7" in calls[1]
    assert "worker" not in failure.trace


def test_errors_that_the_form_catches_itself_are_none(tmp_path: Path) -> None:
    source = """
    score <- function(df) {
      tryCatch({ warning("w"); 1 }, warning = function(w) try(stop("x"), TRUE), finally = 0)
      df$x
    }
    """
    reply = reply_of(tmp_path, source, 1.0)
    assert reply.failure is None
    assert reply.warnings == ()


def test_a_form_that_turns_warnings_into_errors_raises(tmp_path: Path) -> None:
    failure = reply_of(tmp_path, "options(warn = 2)\nscore <- function(df) as.integer('a')", 1.0).failure
    assert failure is not None
    assert "converted from warning" in failure.message


@pytest.mark.parametrize(
    "code", ["f <- function(n) f(n + 1); f(1)", "invokeRestart('abort')", "on.exit(stop('late')); df$x"]
)
def test_even_deep_recursion_and_a_jump_to_the_top_are_outcomes(tmp_path: Path, code: str) -> None:
    model = model_of(tmp_path, "r", f"score <- function(df) if (df$x == 1) {{ {code} }} else df$x", X, Y)
    with contextlib.closing(open_session(model)) as session:
        failure = session.call(model.schema.batch({"x": [1.0]})).failure
        assert failure is not None
        assert failure.outcome in (Outcome.RAISED, Outcome.DIED)
        assert session.call(model.schema.batch({"x": [2.0]})).failure is None


def test_closing_all_connections_and_sinking_output_do_not_cut_the_form_off(tmp_path: Path) -> None:
    source = "score <- function(df) { sink(tempfile()); print(df); closeAllConnections(); df$x }"
    model = model_of(tmp_path, "r", source, X, Y)
    with contextlib.closing(open_session(model)) as session:
        for value in (1.0, 2.0):
            reply = session.call(model.schema.batch({"x": [value]}))
            assert reply.failure is None, reply.failure


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("x <- 1\nscore <- function(df) {\n  a b\n}", "score.R:3:5: unexpected symbol"),
        ("x <- 1\n\nstop('no table')", "score.R:3: no table"),
        ("scor <- function(df) 1\nx <- 3", "score.R: no function named 'score' (there are: scor)"),
        ("", "score.R: no function named 'score' (it defines none)"),
        ("score <- 3", "score.R: no function named 'score'"),
        ("quit(status = 4)", "the process ended with status 4 while the form was opened"),
    ],
)
def test_a_source_that_does_not_load_says_where_and_why(tmp_path: Path, source: str, said: str) -> None:
    message = refused(model_of(tmp_path, "r", source, X, Y))
    assert message.startswith("target 'r': ")
    assert said in message


def test_a_source_that_is_not_utf_8_is_named_with_its_line(tmp_path: Path) -> None:
    source = tmp_path / "latin.R"
    source.write_bytes(b"x <- 1\ny <- '\xe9'\n")
    assert "latin.R:2: byte 0xe9 is not UTF-8" in refused(model_of(tmp_path, "r", None, X, Y, source=source))


def test_a_package_that_is_not_installed_is_missing_with_the_command_that_installs_it(tmp_path: Path) -> None:
    model = model_of(tmp_path, "r", "\nlibrary(noSuchPackage)", X, Y)
    with pytest.raises(MissingError, match=r"score\.R:2: there is no R package 'noSuchPackage'") as caught:
        open_session(model)
    assert "apt-get install r-cran-nosuchpackage" in str(caught.value)


def test_a_model_that_is_no_rds_file_is_named(tmp_path: Path) -> None:
    path = write(tmp_path / "model.rds", "not one")
    message = refused(model_of(tmp_path, "r", "score <- function(df, model) 1", X, Y, model=path))
    assert "model.rds: not an RDS file that R can read" in message


def test_a_function_that_cannot_take_the_model_is_told_so(tmp_path: Path) -> None:
    path = save_rds(tmp_path, "1")
    message = refused(model_of(tmp_path, "r", "score <- function(df) 1", X, Y, model=path))
    assert (
        "score() takes 1 argument, but the model file gives `model`: write score <- function(df, model)"
        in message
    )


def test_a_source_that_never_ends_is_told_so(tmp_path: Path) -> None:
    model = model_of(tmp_path, "r", "repeat {}", X, Y)
    with pytest.raises(OpenError, match=r"not ready within 1 s"):
        open_session(model, Limits(open_s=1, call_s=1))


def test_without_rscript_the_runtime_is_missing_and_says_how_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    lack = runtime.lack(None, Place())
    assert lack is not None
    assert "apt-get install r-base-core" in lack.remedy
    with pytest.raises(MissingError, match="Rscript is not on the PATH"):
        open_session(model_of(tmp_path, "r", "score <- function(df) 1", X, Y))
    assert runtime.versions() == {}


@pytest.mark.parametrize(
    "place", [Place("cuda"), Place("cpu", precision="tf32"), Place(variant="rpy2"), Place(index=1)]
)
def test_a_place_that_it_does_not_know_is_lacking_not_ignored(place: Place) -> None:
    assert runtime.lack(None, Place()) is None
    assert runtime.lack(None, place) is not None


# ---- R elsewhere ---------------------------------------------------------------------------------------

ELSEWHERE = """
system("echo noise before the answer")
cat("loaded\\n")
score <- function(df, model) {
  system("echo noise within the answer")
  print(df)
  said <- c(getwd(), Sys.getenv("OWN"), Sys.timezone(), l10n_info()[["UTF-8"]])
  list(y = df[["x y"]] * model, level = df$c, said = rep(paste(said, collapse = "|"), nrow(df)))
}
"""
ODD = "ä'\"$`\\\\"  # what a shell on the way could stumble over


def elsewhere(folder: Path, *command: str) -> Model:
    inputs = [Input("x y", Kind.FLOAT, missing=True), Input("c", Kind.CATEGORY, levels=(ODD, "b"))]
    outputs = {"y": Kind.FLOAT, "level": Kind.STRING, "said": Kind.STRING}
    made = save_rds(folder, "2")
    return model_of(folder, "r", ELSEWHERE, inputs, outputs, model=made, command=command, env={"OWN": ODD})


def wrapper(folder: Path, text: str) -> str:
    """An executable shell script, as a command that reaches R elsewhere."""
    path = write(folder / "reach.sh", f"#!/bin/sh\n{text}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


WAYS = {
    "in an environment": "exec env X=1 \"$@\"",
    "from another folder": "cd /; exec \"$@\"",
    "behind a greeting": "echo 'Welcome to the machine'; echo; exec \"$@\"",
    "through a shell that splits words, as ssh does": "exec env -i PATH=\"$PATH\" sh -c \"cd /; $*\"",
}  # fmt: skip


@pytest.mark.parametrize("way", WAYS)
def test_r_elsewhere_gets_script_source_and_model_over_its_input(tmp_path: Path, way: str) -> None:
    model = elsewhere(tmp_path, wrapper(tmp_path, WAYS[way]))
    with contextlib.closing(open_session(model)) as session:
        reply = session.call(model.schema.batch({"x y": [1.5, None], "c": [ODD, "b"]}))
        assert reply.failure is None, reply.failure
        assert reply.outputs is not None
        assert {name: values.to_pylist() for name, values in reply.outputs.items()} == {
            "y": [3.0, None],
            "level": [ODD, "b"],
            "said": [f"{tmp_path}|{ODD}|UTC|TRUE"] * 2,
        }
        assert all(text in session.printed() for text in ("loaded", "noise within the answer", "x y"))


def can_hide_folders() -> bool:
    program = shutil.which("unshare")
    if program is None:
        return False
    return subprocess.run([program, "-rm", "true"], capture_output=True, check=False).returncode == 0


@pytest.mark.skipif(
    not can_hide_folders(), reason="a process cannot hide a folder from itself here (unshare -rm)"
)
def test_a_folder_that_cannot_be_seen_over_there_is_not_needed(tmp_path: Path) -> None:
    hidden = tmp_path / "outer" / "home"
    hidden.mkdir(parents=True)
    cover = f"mount -t tmpfs none {hidden.parent}"
    way = f'exec unshare -rm sh -c \'{cover} && cd / && exec "$@"\' sh "$@"'
    model = elsewhere(hidden, wrapper(tmp_path, way))
    with contextlib.closing(open_session(model)) as session:
        reply = session.call(model.schema.batch({"x y": [1.5], "c": ["b"]}))
    assert reply.failure is None, reply.failure
    assert reply.outputs is not None
    assert reply.outputs["y"].to_pylist() == [3.0]
    assert not reply.outputs["said"][0].as_py().startswith(str(hidden))


def test_r_elsewhere_that_dies_is_started_again(tmp_path: Path) -> None:
    source = "score <- function(df) { if (df$x == 1) quit(); df$x }"
    model = model_of(tmp_path, "r", source, X, Y, command=("env", "X=1"))
    with contextlib.closing(open_session(model)) as session:
        failure = session.call(model.schema.batch({"x": [1.0]})).failure
        assert failure is not None
        assert failure.outcome is Outcome.DIED
        assert session.call(model.schema.batch({"x": [2.0]})).failure is None


@pytest.mark.parametrize(
    ("command", "error", "said"),
    [
        (("no-such-command", "-x"), MissingError, "no-such-command: no such command"),
        (("./no-such-script",), OpenError, "status 1 while the form was opened\n./no-such-script: No"),
        (("true",), OpenError, "the process ended with status 0"),
        (("sh", "-c", "echo no way >&2; exit 9"), OpenError, "status 9 while the form was opened\nno way"),
        (("env", "PATH=/nowhere", "/bin/sh", "-c", "exec /bin/sh"), MissingError, "reaches no Rscript"),
    ],
)  # fmt: skip
def test_a_command_that_reaches_no_r_says_so(
    tmp_path: Path, command: tuple[str, ...], error: type[OpenError], said: str
) -> None:
    model = model_of(tmp_path, "r", "score <- function(df) 1", X, Y, command=command)
    with pytest.raises(error) as caught:
        open_session(model, LIMITS)
    assert said in str(caught.value)
