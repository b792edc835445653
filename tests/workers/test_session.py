"""Sessions: what is kept between calls, what a restart brings back, what is said when it cannot."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest
from forms import floats, model_of, needs_r, open_session

from harness.protocols import Outcome
from harness.schema import Input, Kind
from harness.workers.session import WorkerSession

LEVEL = [Input("c", Kind.CATEGORY, levels=("b", "ä", ""), missing=True)]
ECHO = {
    "r": "score <- function(df) { if (identical(as.character(df$c), 'b')) quit(); df$c }",
    "python": "import os\ndef score(df):\n    if list(df.c) == ['b']: os._exit(0)\n    return df.c",
}
EITHER = pytest.mark.parametrize("runtime", [pytest.param("r", marks=needs_r), "python"])


@EITHER
def test_levels_are_right_in_every_call_and_after_a_restart(tmp_path: Path, runtime: str) -> None:
    model = model_of(tmp_path, runtime, ECHO[runtime], LEVEL, {"y": Kind.CATEGORY})
    rows = ["ä", "b", None, ""]
    with contextlib.closing(open_session(model)) as session:
        for _ in range(2):
            for _ in range(3):
                reply = session.call(model.schema.batch({"c": rows}))
                assert reply.failure is None, reply.failure
                assert reply.outputs is not None
                assert reply.outputs["y"].to_pylist() == rows
            failure = session.call(model.schema.batch({"c": ["b"]})).failure
            assert failure is not None
            assert failure.outcome is Outcome.DIED


ONCE = {
    "r": """
        if (file.exists("opened")) stop("only once")
        file.create("opened")
        score <- function(df) quit()
    """,
    "python": """
        import os
        from pathlib import Path
        Path("opened").touch(exist_ok=False)
        def score(df): os._exit(0)
    """,
}


@EITHER
def test_a_form_that_does_not_open_again_is_an_outcome_of_the_next_call(tmp_path: Path, runtime: str) -> None:
    model = model_of(tmp_path, runtime, ONCE[runtime], floats("x"), {"y": Kind.FLOAT})
    with contextlib.closing(open_session(model)) as session:
        batch = model.schema.batch({"x": [1.0]})
        session.call(batch)
        failure = session.call(batch).failure
        assert failure is not None
        assert (failure.outcome, failure.kind) == (Outcome.DIED, "NotRestarted")
        assert f"score{'.R' if runtime == 'r' else '.py'}" in failure.message


@EITHER
def test_a_value_that_the_form_s_type_cannot_say_is_unanswerable_and_the_worker_lives(
    tmp_path: Path, runtime: str
) -> None:
    model = model_of(tmp_path, runtime, ECHO[runtime], LEVEL, {"y": Kind.CATEGORY})
    with contextlib.closing(open_session(model)) as session:
        assert isinstance(session, WorkerSession)
        pid = session.pid
        failure = session.call(model.schema.batch({"c": ["ä", "no level"]})).failure
        assert failure is not None
        assert (failure.outcome, failure.kind, failure.row) == (Outcome.UNANSWERABLE, "UnknownLevel", 1)
        assert session.call(model.schema.batch({"c": ["ä"]})).failure is None
        assert session.pid == pid


@EITHER
def test_it_says_what_it_runs_on(tmp_path: Path, runtime: str) -> None:
    model = model_of(tmp_path, runtime, ECHO[runtime], LEVEL, {"y": Kind.CATEGORY})
    with contextlib.closing(open_session(model)) as session:
        assert isinstance(session, WorkerSession)
        assert runtime in session.packages


@pytest.mark.parametrize("runtime", [pytest.param("r", marks=needs_r), "python"])
def test_rows_are_sifted_in_one_exchange(tmp_path: Path, runtime: str) -> None:
    source = {
        "r": """
            score <- function(df) {
              if (any(df$x > 2)) stop('too high')
              if (any(df$x == 0)) c(1, 2) else df$x
            }
        """,
        "python": """
            def score(df):
                if (df["x"] > 2).any():
                    raise ValueError("too high")
                return [1.0, 2.0] if (df["x"] == 0).any() else df["x"]
        """,
    }[runtime]
    model = model_of(tmp_path, runtime, source, floats("x"), {"y": Kind.FLOAT})
    session = open_session(model)
    try:
        told = session.sift(model.schema.batch({"x": [1.0, 3.0, 0.0, 2.0]}))  # type: ignore[attr-defined]
        assert [None if one is None else one.outcome for one in told] == [
            None,
            Outcome.RAISED,
            Outcome.MISALIGNED,
            None,
        ]
        assert told[1].message == "too high"
        assert session.call(model.schema.batch({"x": [1.0]})).failure is None
    finally:
        session.close()
