"""The native R session: what a form does with its columns reaches nobody else; nothing is left of it."""

from __future__ import annotations

import contextlib
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from forms import floats, model_of, needs_native, needs_r, open_session

from harness.model import Model
from harness.protocols import Limits, Outcome, Place, Reply
from harness.schema import Input, Kind
from harness.workers.session import WorkerSession
from harness.workers.shared import room_for, share

pytestmark = [needs_r, needs_native]

Y = {"y": Kind.FLOAT}
NATIVE = Place(variant="native")
ROWS = 20_000  # columns of 160 kB: lent, not copied
LIMITS = Limits(open_s=60, call_s=30)

Open = Callable[..., tuple[Model, WorkerSession]]


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Open]:
    """A native session of a form over float columns a and b."""
    sessions: list[WorkerSession] = []

    def start(
        source: str, outputs: dict[str, Kind] = Y, limits: Limits = LIMITS
    ) -> tuple[Model, WorkerSession]:
        model = model_of(tmp_path, "r", source, floats("a", "b"), outputs)
        session = open_session(model, limits, NATIVE)
        assert isinstance(session, WorkerSession)
        assert session.packages["R session"] == "native"
        sessions.append(session)
        return model, session

    yield start
    for one in sessions:
        one.close()


def batch(model: Model, a: float, b: float = 0.0, rows: int = ROWS) -> pa.RecordBatch:
    """Columns of one value each, born in shared memory."""
    columns = [pa.array(np.full(rows, value)) for value in (a, b)]
    return share(pa.RecordBatch.from_arrays(columns, schema=model.schema.arrow), model.schema)


def heap(model: Model, a: float, b: float = 0.0, rows: int = ROWS) -> pa.RecordBatch:
    columns = [pa.array(np.full(rows, value)) for value in (a, b)]
    return pa.RecordBatch.from_arrays(columns, schema=model.schema.arrow)


EITHER = pytest.mark.parametrize("made", [batch, heap])


def values(reply: Reply) -> Any:
    assert reply.failure is None, reply.failure
    assert reply.outputs is not None
    return reply.outputs["y"].to_numpy(zero_copy_only=False)


KEEPING = {
    "in a global": "score <- function(df) { if (is.null(kept)) kept <<- df$a; df$a - df$a + kept }",
    "with its frame": "score <- function(df) { if (is.null(kept)) kept <<- df; df$a - df$a + kept$a }",
    "in a closure": (
        "score <- function(df) {\n if (is.null(kept)) kept <<- local({ y <- df$a; function() y })\n"
        " df$a - df$a + kept()\n}"
    ),
    "in a promise that nobody forced": (
        "later <- function(x) function() x\n"
        "score <- function(df) { if (is.null(kept)) kept <<- later(df$a); df$a - df$a + kept() }"
    ),
    "in a promise of the whole frame": (
        "score <- function(df) {\n if (is.null(kept)) { kept <<- function() df; return(rep(1, 20000)) }\n"
        " kept()$a\n}"
    ),
    "in its call": (
        "inner <- function(x) sys.call()\n"
        "score <- function(df) {\n if (is.null(kept)) kept <<- do.call(inner, list(df$a))\n"
        " df$a - df$a + kept[[2]]\n}"
    ),
    "in an environment": (
        "score <- function(df) {\n if (is.null(kept)) { kept <<- new.env(); kept$v <- df$a }\n"
        " df$a - df$a + kept$v\n}"
    ),
    "as an attribute": (
        "score <- function(df) {\n if (is.null(kept)) kept <<- structure(1, own = df$a)\n"
        " df$a - df$a + attr(kept, 'own')\n}"
    ),
    "with a name on it": (
        "score <- function(df) {\n if (is.null(kept)) kept <<- structure(df$a, unit = 'x')\n"
        " df$a - df$a + c(kept)\n}"
    ),
}  # fmt: skip


@EITHER
@pytest.mark.parametrize("way", KEEPING)
def test_a_column_that_a_form_keeps_stays_as_it_was(opened: Open, way: str, made: Any) -> None:
    model, session = opened(f"kept <- NULL\n{KEEPING[way]}")
    assert set(values(session.call(made(model, 1.0)))) == {1.0}
    pid = session.pid
    for other in (2.0, 3.0, 4.0):
        assert set(values(session.call(made(model, other)))) == {1.0}
    assert session.pid == pid


def test_many_kept_columns_survive_many_batches(opened: Open) -> None:
    source = """
    kept <- list()
    score <- function(df) {
      kept[[length(kept) + 1]] <<- df$a
      rep(sum(vapply(kept, function(x) x[1] + x[length(x)], 0)), nrow(df))
    }
    """
    model, session = opened(source)
    total = 0.0
    for number in range(30):
        total += 2 * number
        assert set(values(session.call(heap(model, float(number))))) == {total}


def test_a_promise_finds_its_own_batch_and_not_the_next(opened: Open) -> None:
    source = """
    first <- NULL
    score <- function(df) {
      force(df)
      if (is.null(first)) first <<- parent.frame()
      rep(get("df", first)$a[1], nrow(df))
    }
    """
    model, session = opened(source)
    assert [set(values(session.call(batch(model, one)))) for one in (1.0, 2.0)] == [{1.0}, {1.0}]


WRITING_IN_R = """
score <- function(df) {
  df$a[2] <- -1
  df$b[] <- -2
  df$a + df$b
}
"""


@EITHER
def test_writing_in_r_reaches_neither_the_caller_nor_the_next_call(opened: Open, made: Any) -> None:
    model, session = opened(WRITING_IN_R)
    one = made(model, 1.0, 5.0)
    expected = [-1.0, *[-1.0] * (ROWS - 1)]
    expected[1] = -3.0
    for _ in range(3):
        assert values(session.call(one)).tolist() == expected
    assert one.column(0).to_pylist() == [1.0] * ROWS


POKE = """
#include <Rinternals.h>
SEXP poke(SEXP x, SEXP value) {
  double *at = REAL(x);
  for (R_xlen_t i = 0; i < XLENGTH(x); i += 512) at[i] = Rf_asReal(value);
  return R_NilValue;
}
SEXP replace(SEXP df) {
  SET_VECTOR_ELT(df, 0, Rf_allocVector(REALSXP, XLENGTH(VECTOR_ELT(df, 1))));
  return R_NilValue;
}
SEXP at_null(void) { return Rf_ScalarReal(*(volatile double *)8); }
"""


@pytest.fixture(scope="session")
def poke(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A C library that writes to a vector without asking, and one that reads where nothing is."""
    folder = tmp_path_factory.mktemp("poke")
    (folder / "poke.c").write_text(POKE)
    subprocess.run(["R", "CMD", "SHLIB", "poke.c"], cwd=folder, check=True, capture_output=True)
    return folder / "poke.so"


@EITHER
def test_writing_in_c_reaches_neither_the_caller_nor_the_next_call(
    opened: Open, poke: Path, made: Any
) -> None:
    source = f"""
    dyn.load("{poke}")
    calls <- 0
    score <- function(df) {{
      calls <<- calls + 1
      if (calls == 1) .Call("poke", df$a, -7)
      df$a
    }}
    """
    model, session = opened(source)
    one = made(model, 1.0)
    assert -7.0 in values(session.call(one))
    assert set(values(session.call(one))) == {1.0}
    assert set(values(session.call(made(model, 2.0)))) == {2.0}
    assert one.column(0).to_pylist() == [1.0] * ROWS


@EITHER
def test_a_column_that_c_code_takes_out_of_its_frame_does_no_harm(
    opened: Open, poke: Path, made: Any
) -> None:
    # as data.table's set() does
    source = f"""
    dyn.load("{poke}")
    score <- function(df) {{
      .Call("replace", df)
      gc()
      waste <- lapply(1:50, function(i) numeric(2000))
      df$b
    }}
    """
    model, session = opened(source)
    pid = session.pid
    for value in (1.0, 2.0, 3.0):
        assert set(values(session.call(made(model, value, value + 1)))) == {value + 1}
    assert session.pid == pid


def test_what_c_has_written_to_a_kept_column_is_kept(opened: Open, poke: Path) -> None:
    source = f"""
    dyn.load("{poke}")
    kept <- NULL
    score <- function(df) {{
      if (is.null(kept)) {{ kept <<- df$a; .Call("poke", kept, -7) }}
      kept
    }}
    """
    model, session = opened(source)
    first = values(session.call(batch(model, 1.0))).tolist()
    assert first[0] == -7.0
    assert values(session.call(batch(model, 2.0))).tolist() == first


def test_r_can_write_to_no_memory_of_the_caller(opened: Open) -> None:
    # the descriptors that R was passed are closed; what is mapped is private
    source = """
    score <- function(df) {
      maps <- readLines("/proc/self/maps")
      mine <- grep("memfd:parity", maps, value = TRUE)
      stopifnot(length(mine) >= 1)
      shared <- sum(grepl("^[^ ]+ .w.s ", mine))
      open <- sum(grepl("memfd:parity", Sys.readlink(dir("/proc/self/fd", full.names = TRUE))))
      rep(10 * shared + open, nrow(df))
    }
    """
    model, session = opened(source)
    # one area for answers is shared, and nothing else
    assert set(values(session.call(batch(model, 1.0)))) == {10.0}


def test_an_answer_stays_when_the_next_one_comes(opened: Open) -> None:
    model, session = opened("score <- function(df) df$a + 0")
    rows = 100_000
    answers = [session.call(heap(model, float(one), rows=rows)) for one in range(6)]
    for number, reply in enumerate(answers):
        assert set(values(reply)) == {float(number)}
    session.close()
    assert set(values(answers[3])) == {3.0}


def test_columns_written_in_place_cross_without_a_copy(opened: Open) -> None:
    model, session = opened("score <- function(df) df$a + df$b")
    born, columns = room_for(model.schema, ROWS)
    columns["a"][:] = 1.5
    columns["b"][:] = np.arange(ROWS)
    assert values(session.call(born)).tolist() == (np.arange(ROWS) + 1.5).tolist()


def test_room_is_for_numbers_and_times_only(tmp_path: Path) -> None:
    model = model_of(tmp_path, "r", "", [Input("c", Kind.STRING)], Y)
    with pytest.raises(ValueError, match="input 'c' has type string"):
        room_for(model.schema, 3)


def test_slices_of_a_shared_batch_are_lent_too(opened: Open) -> None:
    model, session = opened("score <- function(df) df$a * 10 + df$b")
    whole = pa.RecordBatch.from_arrays(
        [
            pa.array([None if i % 3 == 0 else float(i) for i in range(50_000)]),
            pa.array(np.arange(50_000) / 4),
        ],
        schema=model.schema.arrow,
    )
    shared = share(whole, model.schema)
    for start, rows in ((0, 50_000), (1, 30_001), (13, 20_000), (49_990, 10)):
        expected = [
            None if x is None else x * 10 + y
            for x, y in zip(*(one.slice(start, rows).to_pylist() for one in whole.columns), strict=True)
        ]
        for one in (shared, whole):
            reply = session.call(one.slice(start, rows))
            assert reply.failure is None, reply.failure
            assert reply.outputs is not None
            assert reply.outputs["y"].to_pylist() == expected


# ---- ends ----------------------------------------------------------------------------------------------

FAULTS = {
    "segfault": ('dyn.load("{poke}"); .Call("at_null")', "was killed by SIGSEGV"),
    "kill": ("tools::pskill(Sys.getpid(), 9)", "was killed by SIGKILL"),
    "quit": ("q(status = 3)", "ended with status 3"),
    "stop the process by a signal": ("tools::pskill(Sys.getpid(), 15)", "was killed by SIGTERM"),
    "kill, with a program that holds the pipe": (
        "system('sleep 600 &'); tools::pskill(Sys.getpid(), 9); Sys.sleep(60)",
        "was killed by SIGKILL",
    ),
    "kill, with a fork that holds the pipe": (
        "p <- parallel::mcparallel(Sys.sleep(600)); tools::pskill(Sys.getpid(), 9); Sys.sleep(60)",
        "was killed by SIGKILL",
    ),
}


@EITHER
@pytest.mark.parametrize("fault", FAULTS)
def test_an_r_that_ends_takes_nothing_with_it(opened: Open, poke: Path, fault: str, made: Any) -> None:
    code, said = FAULTS[fault]
    code = code.replace("{poke}", str(poke))
    model, session = opened(f"score <- function(df) {{ if (df$a[1] == 1) {{ {code} }}; df$a }}")
    one = made(model, 1.0)
    for _ in range(2):
        failure = session.call(one).failure
        assert failure is not None
        assert failure.outcome is Outcome.DIED
        assert said in failure.message
        assert set(values(session.call(made(model, 2.0)))) == {2.0}
    assert one.column(0).to_pylist() == [1.0] * ROWS


def test_an_r_in_an_endless_loop_is_ended_in_time(opened: Open) -> None:
    model, session = opened(
        "score <- function(df) { if (df$a[1] == 1) repeat {}; df$a }", limits=Limits(open_s=60, call_s=0.5)
    )
    failure = session.call(batch(model, 1.0)).failure
    assert failure is not None
    assert (failure.outcome, failure.kind) == (Outcome.HUNG, "TimeLimit")
    assert set(values(session.call(batch(model, 2.0)))) == {2.0}


def test_an_endless_recursion_is_an_outcome(opened: Open) -> None:
    model, session = opened(
        "f <- function(n) f(n + 1)\nscore <- function(df) if (df$a[1] == 1) f(1) else df$a"
    )
    failure = session.call(batch(model, 1.0)).failure
    assert failure is not None
    assert failure.outcome in (Outcome.RAISED, Outcome.DIED)
    assert set(values(session.call(batch(model, 2.0)))) == {2.0}


def test_an_error_in_the_middle_leaves_the_columns_taken_back(opened: Open) -> None:
    source = """
    kept <- NULL
    score <- function(df) {
      if (df$a[1] == 1) { kept <<- df$a; stop("bad row") }
      df$a * 0 + kept[1]
    }
    """
    model, session = opened(source)
    failure = session.call(batch(model, 1.0)).failure
    assert failure is not None
    assert (failure.kind, failure.message) == ("simpleError", "bad row")
    assert failure.trace.startswith("score(df)")
    assert set(values(session.call(batch(model, 2.0)))) == {1.0}


def test_children_of_a_form_share_its_columns_and_change_nothing(opened: Open) -> None:
    source = """
    score <- function(df) {
      sums <- parallel::mclapply(df, function(x) { x[1] <- 0; sum(x) }, mc.cores = 2)
      df$a * 0 + sums$a + sums$b
    }
    """
    model, session = opened(source)
    for value in (1.0, 2.0):
        reply = values(session.call(batch(model, value, 3.0)))
        assert set(reply) == {(value + 3.0) * (ROWS - 1)}


def test_a_process_that_a_form_has_forked_answers_no_call(opened: Open) -> None:
    source = """
    score <- function(df) {
      if (df$a[1] == 1) {
        child <- parallel:::mcfork()
        if (inherits(child, "masterProcess")) return(df$a * 0 - 1)
        Sys.sleep(0.3)
      }
      df$a
    }
    """
    model, session = opened(source)
    for value in (1.0, 2.0, 1.0, 3.0):
        assert set(values(session.call(batch(model, value)))) == {value}


def test_warnings_come_with_large_and_small_answers(opened: Open) -> None:
    model, session = opened("score <- function(df) { warning('é', df$a[1]); df$a }")
    for rows in (1, ROWS):
        reply = session.call(batch(model, 1.0, rows=rows))
        assert reply.warnings == ("é1",)
        assert len(values(reply)) == rows
    assert session.call(batch(model, 2.0)).warnings == ("é2",)


def test_an_answer_of_more_text_than_there_is_room_for_comes_whole(opened: Open) -> None:
    source = "score <- function(df) { warning('long'); paste0(strrep('x', 500), seq_len(nrow(df))) }"
    model, session = opened(source, {"y": Kind.STRING})
    reply = session.call(batch(model, 1.0))
    assert reply.failure is None, reply.failure
    assert reply.outputs is not None
    assert reply.outputs["y"].to_pylist() == ["x" * 500 + str(row + 1) for row in range(ROWS)]
    assert reply.warnings == ("long",)
    assert [one.start_ns <= one.end_ns for one in reply.spans] == [True] * 7


HOGGING = """
kept <- NULL
score <- function(df) {
  if (!is.null(kept)) {
    hog <<- NULL
    gc()
    return(df$a + kept)
  }
  kept <<- df$a
  hog <<- list()
  for (size in c(1e7, 1e6, 1e5, 1e4)) repeat {
    more <- tryCatch(numeric(size), error = function(e) NULL)
    if (is.null(more)) break
    hog[[length(hog) + 1L]] <<- more
  }
  df$a
}
"""


def test_a_kept_column_that_there_was_no_memory_to_copy_raises_when_it_is_used(opened: Open) -> None:
    model, session = opened(HOGGING, limits=Limits(open_s=60, call_s=60, memory_bytes=900_000_000))
    one = batch(model, 1.0)
    assert set(values(session.call(one))) == {1.0}
    pid = session.pid
    failure = session.call(one).failure
    assert failure is not None
    assert "a column was used after its batch was gone" in failure.message
    assert session.pid == pid


def test_no_memory_or_process_is_left_when_sessions_end(opened: Open) -> None:
    def memory() -> int:
        return sum("memfd:parity" in one for one in _open_files())

    before = memory()
    model, session = opened("score <- function(df) if (df$a[1] == 1) q() else df$a")
    for value in (2.0, 1.0, 2.0):
        session.call(batch(model, value))
        session.call(heap(model, value))
    assert memory() > before
    session.close()
    assert memory() == before


def _open_files() -> list[str]:
    found = []
    for one in Path("/proc/self/fd").iterdir():
        with contextlib.suppress(OSError):  # the descriptor of the folder itself is closed by now
            found.append(str(one.readlink()))
    return found


EVERY_NUMBER = [
    Input("real", Kind.FLOAT, missing=True),
    Input("whole", Kind.INT, missing=True),
    Input("wide", Kind.INT, maximum=2**50),
    Input("level", Kind.CATEGORY, levels=("b", "a"), missing=True),
    Input("day", Kind.DATE),
    Input("moment", Kind.DATETIME, missing=True),
]


@pytest.mark.parametrize("shared", [True, False])
def test_kept_columns_of_every_type_stay_as_they_were(tmp_path: Path, shared: bool) -> None:
    source = """
    kept <- NULL
    score <- function(df) {
      if (is.null(kept)) {
        kept <<- df
        copy <<- unserialize(serialize(df, NULL))
      }
      df[] <- lapply(df, rev)
      rep(identical(kept, copy) + 10 * identical(df, copy), nrow(df))
    }
    """
    model = model_of(tmp_path, "r", source, EVERY_NUMBER, Y)
    with contextlib.closing(open_session(model, LIMITS, NATIVE)) as session:
        for number in range(4):
            whole = np.arange(ROWS) * (number + 1)
            columns = {
                "real": pa.array(whole / 3),
                "whole": pa.array(whole, mask=whole % 5 == 0),
                "wide": pa.array(whole * 2**20),
                "level": pa.array(["a", "b", None]).take(pa.array(whole % 3)),
                "day": pa.array(whole.astype("<i4"), pa.date32()),
                "moment": pa.array(whole * 10**6, pa.timestamp("us")),
            }
            one = pa.RecordBatch.from_arrays(list(columns.values()), schema=model.schema.arrow)
            assert set(values(session.call(share(one, model.schema) if shared else one))) == {1.0}
