"""The native R session under gctorture(TRUE): R collects garbage at every allocation, so that whatever the
C code has forgotten to protect is gone at once."""

from __future__ import annotations

import contextlib
import datetime as dt
import textwrap
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from forms import floats, model_of, needs_native, needs_r, open_session

from harness.protocols import Limits, Place
from harness.schema import Input, Kind
from harness.workers.shared import share

pytestmark = [needs_r, needs_native, pytest.mark.slow]

NATIVE = Place(variant="native")
LIMITS = Limits(open_s=60, call_s=500)
# the byte compiler allocates without end
START = "compiler::enableJIT(0)\ntortured <- FALSE\nkept <- NULL\n"
TORTURE = "if (!tortured) { tortured <<- TRUE; gctorture(TRUE) }"
ROWS = 9_000  # enough for a column to be lent

EVERY = [
    Input("real", Kind.FLOAT, missing=True),
    Input("whole", Kind.INT, missing=True),
    Input("flag", Kind.BOOL, missing=True),
    Input("level", Kind.CATEGORY, levels=("b", "ä"), missing=True),
    Input("text", Kind.STRING, missing=True),
    Input("day", Kind.DATE, missing=True),
    Input("moment", Kind.DATETIME, missing=True),
]


SEEING = """
score <- function(df) {
  if (!tortured) { tortured <<- TRUE; gctorture(TRUE) }
  df$real + df$whole + df$flag + unclass(df$level) + nchar(df$text) + unclass(df$day) + unclass(df$moment)
}
"""


def test_every_type_is_seen(tmp_path: Path) -> None:
    model = model_of(tmp_path, "r", START + SEEING, EVERY, {"y": Kind.FLOAT})
    with contextlib.closing(open_session(model, LIMITS, NATIVE)) as session:
        for number in range(3):
            columns: dict[str, list[Any]] = {
                "real": [0.5, None, 1.0],
                "whole": [number, 1, 2],
                "flag": [True, False, False],
                "level": ["ä", "b", "b"],
                "text": ["é" * 7, "b", "c"],
                "day": [dt.date(1970, 1, 3), dt.date(2000, 1, 1), dt.date(1970, 1, 1)],
                "moment": [dt.datetime(1970, 1, 1, 0, 1), None, dt.datetime(1970, 1, 1)],
            }
            reply = session.call(model.schema.batch(columns))
            assert reply.failure is None, reply.failure
            assert reply.outputs is not None
            assert reply.outputs["y"].to_pylist() == [
                0.5 + number + 1 + 2 + 7 + 2 + 60,
                None,
                1.0 + 2 + 1 + 1,
            ]


FORMS = {
    "adds": "df$a + df$b",
    "gives a column back": "df$a",
    "gives several back": "list(y = df$a, z = df$b)",
    "keeps a column": "{ kept <<- c(kept, list(df$a)); df$b + kept[[1]][1] }",
    "keeps the frame": "{ if (is.null(kept)) kept <<- df; df$b + kept$a }",
    "keeps a promise": "{ f <- function(x) function() x; if (is.null(kept)) kept <<- f(df$a); kept() }",
    "writes to a column": "{ df$a[1] <- 0; df$a + df$b }",
}  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
def test_lent_columns_are_what_they_were(tmp_path: Path, form: str) -> None:
    code = FORMS[form]
    quiet = f"score <- function(df) {code}"
    harsh = f"score <- function(df) {{ {TORTURE}; {code} }}"
    answers = []
    for name, source in (("quiet", quiet), ("harsh", harsh)):
        folder = tmp_path / name
        folder.mkdir()
        model = model_of(folder, "r", START + source, floats("a", "b"), {"y": Kind.FLOAT})
        with contextlib.closing(open_session(model, LIMITS, NATIVE)) as session:
            said = []
            for number in range(4):
                columns = [pa.array(np.arange(ROWS) + float(number)), pa.array(np.full(ROWS, 10.0 * number))]
                batch = pa.RecordBatch.from_arrays(columns, schema=model.schema.arrow)
                reply = session.call(batch if number % 2 else share(batch, model.schema))
                assert reply.failure is None, reply.failure
                assert reply.outputs is not None
                said.append(reply.outputs["y"].to_pylist())
            answers.append(said)
    assert answers[0] == answers[1]


def test_errors_and_warnings_in_between(tmp_path: Path) -> None:
    source = f"""
    score <- function(df) {{
      {TORTURE}
      warning("careful ", df$a[1])
      if (df$a[1] %% 2 == 1) stop("odd ", df$a[1])
      rep("low", nrow(df))
    }}
    """
    model = model_of(tmp_path, "r", START + textwrap.dedent(source), floats("a"), {"y": Kind.STRING})
    with contextlib.closing(open_session(model, LIMITS, NATIVE)) as session:
        for number in range(2):
            columns = [pa.array(np.full(ROWS, float(number)))]
            batch = pa.RecordBatch.from_arrays(columns, schema=model.schema.arrow)
            reply = session.call(share(batch, model.schema))
            assert reply.warnings == (f"careful {number}",)
            if number % 2:
                assert reply.failure is not None
                assert reply.failure.message == f"odd {number}"
            else:
                assert reply.outputs is not None
                assert reply.outputs["y"].to_pylist() == ["low"] * ROWS
