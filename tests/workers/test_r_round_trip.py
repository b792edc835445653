"""Every type through a real R worker and back, bit for bit."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
import numpy as np
import pytest
from forms import model_of, needs_r, open_session
from hypothesis import given, settings

from harness.protocols import Session
from harness.schema import Input, Kind
from harness.workers.launch import R_END
from harness.workers.python import decode, wire
from harness.workers.python.encode import encode
from harness.workers.python.wire import Column, Frame, Table, Texts

pytestmark = needs_r

LEVELS = ("b", "a", "", "é ü", "x\ny")
KINDS = [
    Input("real", Kind.FLOAT, missing=True),
    Input("whole", Kind.INT, missing=True),
    Input("wide", Kind.INT, minimum=-(2**53), maximum=2**53, missing=True),
    Input("flag", Kind.BOOL, missing=True),
    Input("level", Kind.CATEGORY, levels=LEVELS, missing=True),
    Input("open", Kind.CATEGORY, levels=("a",), unseen=True, missing=True),
    Input("text", Kind.STRING, missing=True),
    Input("day", Kind.DATE, missing=True),
    Input("moment", Kind.DATETIME, missing=True),
]
TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\x00\ufffe\uffff"), max_size=6)
VALUES = {
    "real": st.floats(),
    "whole": st.integers(-(2**31) + 1, 2**31 - 1),
    "wide": st.integers(-(2**53), 2**53),
    "flag": st.booleans(),
    "level": st.sampled_from(LEVELS),
    "open": TEXT,
    "text": TEXT,
    "day": st.dates(dt.date(1600, 1, 1), dt.date(2400, 1, 1)),
    "moment": st.datetimes(dt.datetime(1900, 1, 1), dt.datetime(2100, 1, 1)).map(
        lambda t: t.replace(microsecond=0)
    ),
}


@pytest.fixture(scope="module")
def identity(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    source = "score <- function(df) { names(df) <- paste0('out_', names(df)); df }"
    outputs = {f"out_{one.name}": one.kind for one in KINDS}
    with open_session(model_of(tmp_path_factory.mktemp("identity"), "r", source, KINDS, outputs)) as session:
        yield session


def there_and_back(session: Any, columns: dict[str, list[Any]]) -> dict[str, list[Any]]:
    schema = session.errand.model.schema
    reply = session.call(schema.batch(columns))
    assert reply.failure is None, reply.failure
    return {name.removeprefix("out_"): values.to_pylist() for name, values in reply.outputs.items()}


@given(
    st.integers(1, 6).flatmap(
        lambda rows: st.fixed_dictionaries(
            {
                name: st.lists(st.none() | values, min_size=rows, max_size=rows)
                for name, values in VALUES.items()
            }
        )
    )
)
@settings(max_examples=150, deadline=None)
def test_any_batch_comes_back_as_it_was(identity: Session, columns: dict[str, list[Any]]) -> None:
    back = there_and_back(identity, columns)
    # in an answer NaN and missing are one; all else keeps its value and its sign
    columns["real"] = [None if one != one else one for one in columns["real"]]
    assert repr(back["real"]) == repr(columns["real"])
    assert back["wide"] == [None if one is None else float(one) for one in columns["wide"]]
    for name in ("whole", "flag", "level", "open", "text", "day", "moment"):
        assert back[name] == columns[name]


@pytest.mark.parametrize("name", list(VALUES))
def test_a_column_of_missing_values_comes_back_missing(identity: Session, name: str) -> None:
    everything = {one: [None] for one in VALUES}
    assert there_and_back(identity, everything)[name] == [None]


# ---- the wire itself, without a form -------------------------------------------------------------------

ECHO = """
local({
  worker <- new.env(parent = baseenv())
  for (name in c("wire.R", "read.R", "write.R", "values.R")) {
    sys.source(file.path(commandArgs(TRUE)[1L], name), worker)
  }
  link <- list(input = file("stdin", "rb", raw = TRUE), output = file("/dev/stdout", "wb", raw = TRUE),
               kept = new.env())
  frame <- worker$read_frame(link)
  columns <- frame$tables[[1L]]$columns
  rows <- frame$tables[[1L]]$rows
  written <- lapply(columns, worker$output_column, name = "x", rows = rows)
  parts <- worker$frame_parts(list(worker$table_of(written, rows)))
  worker$write_frame(link, worker$RESULT, frame$call, parts)
})
"""


def echo(tmp_path: Path, table: Table) -> Table:
    script = tmp_path / "echo.R"
    script.write_text(ECHO, encoding="utf-8")
    raw = b"".join(bytes(part) for part in encode(Frame(wire.CALL, 5, [table])))
    done = subprocess.run(
        ["Rscript", "--vanilla", str(script), str(R_END)], input=raw, capture_output=True, check=True,
        env={**os.environ, "LC_ALL": "C.UTF-8"},
    )  # fmt: skip
    kind, call, length = decode.header(done.stdout[:16])
    assert (kind, call, length) == (wire.RESULT, 5, len(done.stdout) - 16)
    return decode.tables(done.stdout[16:])[0]


BITS = [
    wire.R_NA_REAL, 0x7FF8000000000000, 0xFFF8000000000000, 0x7FF8DEADBEEF0001, 0x8000000000000000, 1,
    0x800FFFFFFFFFFFFF, 0x7FF0000000000000, 0xFFF0000000000000, 0x3FB999999999999A,
]  # fmt: skip


@pytest.mark.parametrize("rows", [1, 2, len(BITS)])
def test_every_bit_of_a_double_survives_r(tmp_path: Path, rows: int) -> None:
    columns = [
        Column(f"x{i}", wire.DOUBLE, np.array(BITS[i : i + rows], dtype="<u8").view("<f8"), native=True)
        for i in range(len(BITS) - rows + 1)
    ]
    back = echo(tmp_path, Table(columns, rows))
    for before, after in zip(columns, back.columns, strict=True):
        assert after.values.view("<u8").tolist() == before.values.view("<u8").tolist()
        na = [bits == wire.R_NA_REAL for bits in before.values.view("<u8")]
        assert (after.missing is not None and after.missing.tolist() == na) or not any(na)


@pytest.mark.parametrize("rows", [1, 3, 8])
def test_every_kind_and_every_way_to_be_missing_survives_r(tmp_path: Path, rows: int) -> None:
    missing = np.arange(rows) % 2 == 1
    codes = np.where(missing, -1, np.arange(rows) % 3).astype("<i4")
    texts = Texts.of(["", "é\n", 'q"uote'])
    native_codes = np.where(codes < 0, wire.R_NA_INT, codes + 1).astype("<i4")
    whole = np.where(missing, wire.R_NA_INT, np.arange(rows) - 1).astype("<i4")
    table = Table(
        [
            Column("masked double", wire.DOUBLE, np.arange(rows) + 0.5, missing),
            Column("i", wire.INT32, whole, native=True),
            Column("b", wire.BOOL, np.ones(rows, dtype="u1"), missing),
            Column("t", wire.TEXT, codes, texts=texts),
            Column("native text", wire.TEXT, native_codes, texts=texts, native=True),
            Column("f", wire.FACTOR, native_codes, texts=texts, native=True),
            Column("d", wire.DATE, np.arange(rows) - 0.5),
            Column("", wire.DATETIME, np.arange(rows) * 1e9 + 0.25),
        ],
        rows,
    )
    back = echo(tmp_path, table).lists()
    absent = missing.tolist()
    labels = [None if code < 0 else texts.strings()[code] for code in codes.tolist()]
    assert back["masked double"] == [None if gone else i + 0.5 for i, gone in enumerate(absent)]
    assert back["i"] == [None if gone else i - 1 for i, gone in enumerate(absent)]
    assert back["b"] == [None if gone else True for gone in absent]
    assert back["t"] == back["native text"] == back["f"] == labels
    assert back["d"] == [i - 0.5 for i in range(rows)]
    assert back[""] == [i * 1e9 + 0.25 for i in range(rows)]
