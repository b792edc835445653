"""What R sees of every type, said by R itself; and that both R sessions see and say the same."""

from __future__ import annotations

import contextlib
import datetime as dt
import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
import numpy as np
import pyarrow as pa
import pytest
from forms import floats, model_of, needs_native, needs_r, open_session
from hypothesis import given, settings

from harness.model import Model
from harness.protocols import Limits, Outcome, Place, Session
from harness.schema import Input, Kind, Schema
from harness.workers.python import wire
from harness.workers.shared import share

pytestmark = [needs_r, needs_native]

SESSIONS = ("native", "portable")
LIMITS = Limits(open_s=60, call_s=120)
LEVELS = ("b", "a", "", "é ü", "x\ny", 'q"uote')
COLUMNS = [
    Input("real number", Kind.FLOAT, missing=True),
    Input("whole", Kind.INT, missing=True),
    Input("wide", Kind.INT, minimum=-(2**53), maximum=2**53, missing=True),
    Input("if", Kind.BOOL, missing=True),
    Input("level", Kind.CATEGORY, levels=LEVELS, missing=True),
    Input("open", Kind.CATEGORY, levels=("a",), unseen=True, missing=True),
    Input("tëxt `\\", Kind.STRING, missing=True),
    Input("day", Kind.DATE, missing=True),
    Input("moment", Kind.DATETIME, missing=True),
]
#: One text a row of what R has: bits of doubles, bytes of texts, numbers of levels; NA where it says so.
SEEING = r"""
hex <- function(x) paste(c("", as.character(x)), collapse = " ")
bits <- function(x) vapply(x, function(v) gsub(" ", "", hex(writeBin(v, raw(), endian = "big"))), "")
bytes <- function(x) ifelse(is.na(x), "NA", vapply(x, function(v) hex(charToRaw(v)), ""))
plain <- function(x) { attributes(x) <- NULL; x }
shown <- function(x) {
  said <- switch(typeof(x), double = bits(plain(x)), character = bytes(x), paste(plain(x)))
  stopifnot(typeof(x) != "character" || all(is.na(x) | validUTF8(x)))
  paste(class(x)[1L], said, sep = "=")
}
same <- function(x, y) identical(plain(x), plain(y), num.eq = FALSE, single.NA = FALSE)
score <- function(df) {
  rows <- nrow(df)
  few <- min(rows, UNIQUE)
  stopifnot(
    identical(row.names(df), as.character(seq_len(rows))), identical(class(df), "data.frame"),
    identical(levels(df$level), LEVELS), identical(attr(df$moment, "tzone"), "UTC"),
    all(vapply(df, function(x) same(x, x[rep_len(seq_len(few), rows)]), NA))
  )
  said <- lapply(df, function(x) shown(x[seq_len(few)]))
  rep_len(do.call(paste, c(said, sep = "|")), rows)
}
"""
CLASSES = ("numeric", "integer", "numeric", "logical", "factor", "character", "character", "Date", "POSIXct")
UNIQUE = 5

NAN_PAYLOADS = [
    wire.R_NA_REAL, 0x7FF8000000000000, 0xFFF8000000000000, 0x7FF8DEADBEEF0001, 0x7FF00000000007A2 + 2**63,
    0x7FF0000000000001, 0x8000000000000000, 1, 0x800FFFFFFFFFFFFF, 0x7FF0000000000000, 0xFFF0000000000000,
]  # fmt: skip


def double_of(bits: int) -> float:
    value: float = struct.unpack("<d", struct.pack("<Q", bits))[0]
    return value


TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\x00\ufffe\uffff"), max_size=12)
#: Doubles as their bits, for Python's own floats keep no NaN's payload safe.
CELLS: dict[str, st.SearchStrategy[Any]] = {
    "real number": st.sampled_from([int(one) for one in NAN_PAYLOADS]) | st.integers(0, 2**64 - 1),
    "whole": st.integers(-(2**31) + 1, 2**31 - 1),
    "wide": st.integers(-(2**53), 2**53),
    "if": st.booleans(),
    "level": st.sampled_from(LEVELS),
    "open": TEXT,
    "tëxt `\\": TEXT,
    "day": st.dates(dt.date(1600, 1, 1), dt.date(2400, 1, 1)),
    "moment": st.datetimes(dt.datetime(1900, 1, 1), dt.datetime(2100, 1, 1)),
}
ROWS = st.lists(st.tuples(*(st.none() | CELLS[one.name] for one in COLUMNS)), min_size=1, max_size=UNIQUE)
#: By how the batch crosses: in the frame, as one message, column by column with and without a copy.
SIZES = {"as drawn": 0, "one message": 4_000, "column by column": 16_000}


def column(one: Input, values: list[Any], rows: int) -> pa.Array:
    if one.kind is not Kind.FLOAT:
        few = pa.array(values, one.arrow_type)
    else:
        missing = np.array([value is None for value in values])
        raw = np.array([0 if value is None else value for value in values], dtype="<u8").view("<f8")
        few = pa.array(raw, mask=missing if missing.any() else None)
    return few.take(pa.array(np.resize(np.arange(len(values)), rows)))


def batch_of(schema: Schema, drawn: list[tuple[Any, ...]], rows: int) -> pa.RecordBatch:
    cells = list(zip(*drawn, strict=True))
    columns = [column(one, list(cells[place]), rows) for place, one in enumerate(schema)]
    return pa.RecordBatch.from_arrays(columns, schema=schema.arrow)


def bits(value: float) -> str:
    return struct.pack(">d", value).hex()


def seen(one: Input, value: Any) -> str:
    """What R must say of a value."""
    if value is None:
        if one.kind in (Kind.FLOAT, Kind.DATE, Kind.DATETIME) or one.wide:
            return f"{int(wire.R_NA_REAL):016x}"
        return "NA"
    match one.kind:
        case Kind.FLOAT:
            return f"{value:016x}"
        case Kind.INT:
            return bits(float(value)) if one.wide else str(value)
        case Kind.BOOL:
            return str(value).upper()
        case Kind.CATEGORY if not one.unseen:
            return str(LEVELS.index(value) + 1)
        case Kind.CATEGORY | Kind.STRING:
            return "".join(f" {byte:02x}" for byte in value.encode())
        case Kind.DATE:
            return bits(float((value - dt.date(1970, 1, 1)).days))
        case _:
            micros = (value - dt.datetime(1970, 1, 1)) // dt.timedelta(microseconds=1)
            return bits(micros / 1e6)


@pytest.fixture(scope="module", params=SESSIONS)
def seeing(request: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Model, Session]]:
    levels = ", ".join(f'"{one}"' for one in LEVELS[:-1]).replace("\n", "\\n")
    source = SEEING.replace("LEVELS", f"c({levels}, 'q\"uote')").replace("UNIQUE", str(UNIQUE))
    folder = tmp_path_factory.mktemp(request.param)
    model = model_of(folder, "r", source, COLUMNS, {"seen": Kind.STRING})
    with contextlib.closing(open_session(model, LIMITS, Place(variant=request.param))) as session:
        yield model, session


@pytest.mark.parametrize("size", SIZES)
@given(drawn=ROWS)
@settings(max_examples=60, deadline=None)
def test_r_sees_every_bit_of_every_type(
    seeing: tuple[Model, Session], size: str, drawn: list[tuple[Any, ...]]
) -> None:
    model, session = seeing
    # R checks that the first rows come again and again, and says what it sees of these
    few = drawn if not SIZES[size] else [drawn[place % len(drawn)] for place in range(UNIQUE)]
    rows = SIZES[size] or len(few)
    whole = batch_of(model.schema, few, rows)
    expected = [
        "|".join(f"{name}={seen(one, value)}" for name, one, value in zip(CLASSES, COLUMNS, row, strict=True))
        for row in few
    ]
    ways = [whole] if not SIZES[size] else [whole, share(whole, model.schema)]
    for batch in ways:
        reply = session.call(batch)
        assert reply.failure is None, (reply.failure, reply.failure.trace)
        assert reply.outputs is not None
        assert reply.outputs["seen"].to_pylist()[: len(few)] == expected


# ---- there and back, in both sessions ------------------------------------------------------------------

Pair = Callable[[Kind, str], tuple[Model, list[Session]]]


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    """A native and a portable session of a form whose answer is the value of any R code."""
    opened: dict[Kind, tuple[Model, list[Session]]] = {}

    def pair(kind: Kind, code: str) -> tuple[Model, list[Session]]:
        del code
        if kind not in opened:
            source = "score <- function(df) eval(parse(text = df$code[1]))"
            inputs = [*COLUMNS, Input("code", Kind.STRING)]
            model = model_of(tmp_path_factory.mktemp(kind.value), "r", source, inputs, {"y": kind})
            sessions = [open_session(model, LIMITS, Place(variant=one)) for one in SESSIONS]
            opened[kind] = (model, sessions)
        return opened[kind]

    yield pair
    for _, sessions in opened.values():
        for one in sessions:
            one.close()


ANSWERS = [
    (Kind.FLOAT, "df[['real number']]"),
    (Kind.FLOAT, "df[['real number']] * 1"),
    (Kind.FLOAT, "df$whole"),
    (Kind.FLOAT, "df[['if']]"),
    (Kind.INT, "df$whole"),
    (Kind.INT, "df$wide"),
    (Kind.INT, "list(y = df$whole %/% 7L)"),
    (Kind.BOOL, "df[['if']]"),
    (Kind.BOOL, "df$whole > 0"),
    (Kind.CATEGORY, "df$level"),
    (Kind.CATEGORY, "as.character(df$level)"),
    (Kind.CATEGORY, "df$open"),
    (Kind.STRING, "df[['tëxt `\\\\']]"),
    (Kind.STRING, "iconv(df$level, 'UTF-8', 'latin1')"),
    (Kind.STRING, "df$whole"),
    (Kind.DATE, "df$day"),
    (Kind.DATE, "list(y = df$moment)"),
    (Kind.DATETIME, "df$moment"),
    (Kind.DATETIME, "df$day"),
    (Kind.FLOAT, "stop('é: ', sum(is.na(df$whole)))"),
    (Kind.FLOAT, "{ warning('one'); warning('two'); df$wide }"),
    (Kind.FLOAT, "df$wide[-1]"),
    (Kind.FLOAT, "as.list(df$wide)"),
    (Kind.FLOAT, "quote(x + 1)"),
]


@pytest.mark.parametrize(("kind", "code"), ANSWERS)
@given(drawn=ROWS, rows=st.sampled_from([1, 6, 5_000, 16_000]))
@settings(max_examples=12, deadline=None)
def test_both_sessions_say_the_same(
    both: Pair, kind: Kind, code: str, drawn: list[tuple[Any, ...]], rows: int
) -> None:
    model, sessions = both(kind, code)
    inputs = Schema(tuple(model.schema)[:-1])
    columns = [*batch_of(inputs, drawn, rows).columns, pa.array([code] * rows)]
    batch = pa.RecordBatch.from_arrays(columns, schema=model.schema.arrow)
    native, portable = (one.call(batch) for one in sessions)
    assert str(native.failure) == str(portable.failure)
    assert native.warnings == portable.warnings
    assert (native.outputs is None) == (portable.outputs is None)
    if native.outputs is not None and portable.outputs is not None:
        ours, theirs = native.outputs["y"], portable.outputs["y"]
        assert ours.type == theirs.type
        assert ours.equals(theirs)


# ---- shapes and refusals -------------------------------------------------------------------------------


@pytest.mark.parametrize("variant", SESSIONS)
def test_a_model_without_inputs_sees_rows_and_no_columns(tmp_path: Path, variant: str) -> None:
    source = "score <- function(df) { stopifnot(is.data.frame(df), ncol(df) == 0); rep(7, nrow(df)) }"
    model = model_of(tmp_path, "r", source, [], {"y": Kind.FLOAT})
    batch = pa.RecordBatch.from_struct_array(pa.array([{}] * 3, pa.struct([])))
    with contextlib.closing(open_session(model, LIMITS, Place(variant=variant))) as session:
        reply = session.call(batch)
        assert reply.failure is None, reply.failure
        assert reply.outputs is not None
        assert reply.outputs["y"].to_pylist() == [7.0] * 3


@pytest.mark.parametrize("variant", SESSIONS)
@pytest.mark.parametrize("rows", [2, 5_000, 200_000])
@pytest.mark.parametrize(
    ("one", "value", "kind"),
    [
        (Input("x", Kind.INT), 2**31, "NotRepresentable"),
        (Input("x", Kind.INT), -(2**31), "NotRepresentable"),
        (Input("x", Kind.INT, maximum=2**60), 2**53 + 1, "NotRepresentable"),
        (Input("x", Kind.CATEGORY, levels=("a",)), "b", "UnknownLevel"),
        (Input("x", Kind.STRING), "a\0b", "NotRepresentable"),
    ],
)
def test_what_r_cannot_say_is_refused_with_its_row_and_not_altered(
    tmp_path: Path, variant: str, rows: int, one: Input, value: Any, kind: str
) -> None:
    model = model_of(tmp_path, "r", "score <- function(df) seq_len(nrow(df))", [one], {"y": Kind.INT})
    plain: Any = 1 if one.kind is Kind.INT else "a"
    whole = pa.array([*[plain] * (rows - 1), value], one.arrow_type)
    with contextlib.closing(open_session(model, LIMITS, Place(variant=variant))) as session:
        batch = pa.RecordBatch.from_arrays([whole], schema=model.schema.arrow)
        failure = session.call(batch).failure
        assert failure is not None
        assert (failure.outcome, failure.kind, failure.row) == (Outcome.UNANSWERABLE, kind, rows - 1)
        assert failure.message.startswith("x: ")
        assert session.call(batch.slice(0, rows - 1)).failure is None


@pytest.mark.slow
@pytest.mark.parametrize("variant", SESSIONS)
def test_a_million_rows_come_back(tmp_path: Path, variant: str) -> None:
    source = "score <- function(df) list(y = df$a, n = df$b * 2, t = ifelse(df$a > 0, 'up', NA))"
    outputs = {"y": Kind.FLOAT, "n": Kind.FLOAT, "t": Kind.STRING}
    model = model_of(tmp_path, "r", source, floats("a", "b"), outputs)
    rows = 1_000_000
    random = np.random.default_rng(1)
    a = pa.array(random.normal(size=rows), mask=random.random(rows) < 0.01)
    b = pa.array(np.arange(rows, dtype=float))
    batch = pa.RecordBatch.from_arrays([a, b], schema=model.schema.arrow)
    with contextlib.closing(open_session(model, LIMITS, Place(variant=variant))) as session:
        for one in (batch, share(batch, model.schema)):
            reply = session.call(one)
            assert reply.failure is None, reply.failure
            assert reply.outputs is not None
            assert reply.outputs["y"].equals(a)
            assert reply.outputs["n"].to_numpy().tolist() == (np.arange(rows) * 2.0).tolist()
            expected = [None if x is None or x <= 0 else "up" for x in a.to_pylist()]
            assert reply.outputs["t"].to_pylist() == expected
