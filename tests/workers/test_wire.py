"""Frames: what is written is what is read, and bytes that are no frame say so."""

from __future__ import annotations

import ast
import contextlib
import struct
from pathlib import Path

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings

from harness.workers.python import decode, wire
from harness.workers.python.encode import encode
from harness.workers.python.wire import Column, Frame, Table, Texts, WireError

TEXT = st.text(st.characters(codec="utf-8"), max_size=8)
DOUBLE_BITS = st.one_of(
    st.integers(0, 2**64 - 1),
    st.sampled_from([0x7FF00000000007A2, 0x7FF8000000000000, 0x8000000000000000, 1, 0x7FF0000000000000]),
)


def through(*tables: Table, kind: int = wire.CALL) -> list[Table]:
    raw = b"".join(bytes(part) for part in encode(Frame(kind, 7, tables)))
    assert decode.header(raw[:16]) == (kind, 7, len(raw) - 16)
    return decode.tables(bytearray(raw[16:]))


def one(column: Column) -> Column:
    return through(Table([column], len(column.values)))[0].columns[0]


@st.composite
def columns(draw: st.DrawFn, rows: int) -> Column:
    name = draw(TEXT)
    kind = draw(st.sampled_from([*wire.DTYPES, wire.TEXT, wire.FACTOR]))
    if kind in wire.TEXTUAL:
        entries = draw(st.lists(TEXT, max_size=4))
        codes = draw(st.lists(st.integers(-1, len(entries) - 1), min_size=rows, max_size=rows))
        return Column(name, kind, np.array(codes, dtype="<i4"), texts=Texts.of(entries))
    dtype = wire.DTYPES[kind]
    raw = draw(st.binary(min_size=rows * dtype.itemsize, max_size=rows * dtype.itemsize))
    missing = draw(st.one_of(st.none(), st.lists(st.booleans(), min_size=rows, max_size=rows)))
    mask = None if missing is None else np.array(missing, dtype=bool)
    return Column(name, kind, np.frombuffer(raw, dtype), mask)


@st.composite
def some_tables(draw: st.DrawFn) -> Table:
    rows = draw(st.integers(0, 5))
    count = draw(st.integers(0, 4))
    return Table([draw(columns(rows)) for _ in range(count)], rows)


def same(left: Column, right: Column) -> bool:
    masks = [
        np.zeros(len(one.values), dtype=bool) if one.missing is None else one.missing for one in (left, right)
    ]
    texts = [None if one.texts is None else one.texts.strings() for one in (left, right)]
    return (
        (left.name, left.kind, texts[0]) == (right.name, right.kind, texts[1])
        and left.values.tobytes() == right.values.tobytes()
        and bool((masks[0] == masks[1]).all())
    )


@given(st.lists(some_tables(), max_size=3))
def test_tables_come_back_as_they_were(given_tables: list[Table]) -> None:
    back = through(*given_tables)
    assert len(back) == len(given_tables)
    for before, after in zip(given_tables, back, strict=True):
        assert before.rows == after.rows
        assert all(same(a, b) for a, b in zip(before.columns, after.columns, strict=True))


@given(st.lists(DOUBLE_BITS, min_size=1, max_size=9))
def test_the_bits_of_doubles_are_never_altered(bits: list[int]) -> None:
    values = np.array(bits, dtype="<u8").view("<f8")
    assert one(Column("x", wire.DOUBLE, values)).values.view("<u8").tolist() == bits


def test_every_part_lies_on_a_multiple_of_eight_bytes() -> None:
    odd = [
        Column("é", wire.INT32, np.array([1, 2, 3], dtype="<i4")),
        wire.texts_column("t", ["a", None, "bcd"]),
    ]
    table = Table([*odd, Column("d", wire.DOUBLE, np.array([1.5, 2.5, 3.5]))], 3)
    raw = b"".join(bytes(part) for part in encode(Frame(wire.CALL, 1, [table])))[16:]
    at = raw.index(struct.pack("<3d", 1.5, 2.5, 3.5))
    assert at % 8 == 0
    assert len(raw) % 8 == 0


@given(st.lists(some_tables(), min_size=1, max_size=2), st.data())
@settings(max_examples=300)
def test_damaged_payloads_are_refused_or_read_but_never_crash(
    given_tables: list[Table], data: st.DataObject
) -> None:
    raw = bytearray(b"".join(bytes(part) for part in encode(Frame(wire.CALL, 1, given_tables)))[16:])
    for _ in range(data.draw(st.integers(1, 3))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    del raw[data.draw(st.integers(0, len(raw))) :]
    with contextlib.suppress(WireError):
        decode.tables(raw)


@pytest.mark.parametrize("head", [b"Error in library(x)", b"[1] 0.25\n[1] 0.5 ", bytes(16)])
def test_a_line_of_text_is_no_header(head: bytes) -> None:
    with pytest.raises(WireError, match="not a frame"):
        decode.header(head[:16])


def test_r_s_own_missing_values_are_told_from_nan() -> None:
    bits = np.array([wire.R_NA_REAL, 0x7FF8000000000000, 0x7FF80000000007A2], dtype="<u8")
    back = one(Column("x", wire.DOUBLE, bits.view("<f8"), native=True))
    # R calls both of the outer ones NA: it looks at the lower half of the bits alone
    assert back.missing.tolist() == [True, False, True]
    whole = one(Column("i", wire.INT32, np.array([wire.R_NA_INT, 0], dtype="<i4"), native=True))
    assert whole.missing.tolist() == [True, False]


def test_r_s_codes_count_from_one() -> None:
    codes = np.array([1, 2, wire.R_NA_INT], dtype="<i4")
    back = one(Column("f", wire.FACTOR, codes, texts=Texts.of(["a", "b"]), native=True))
    assert back.values.tolist() == [0, 1, -1]


def test_entries_are_kept_from_one_frame_to_the_next() -> None:
    kept: decode.Kept = {}
    first = Table([Column("f", wire.FACTOR, np.array([1], dtype="<i4"), texts=Texts.of(["a", "b"]))], 1)
    second = Table([Column("f", wire.FACTOR, np.array([0], dtype="<i4"))], 1)
    for table, label in ((first, "b"), (second, "a")):
        raw = b"".join(bytes(part) for part in encode(Frame(wire.CALL, 1, [table])))[16:]
        assert decode.tables(raw, kept)[0].record() == {"f": label}


def test_entries_that_were_never_sent_are_refused() -> None:
    raw = encode(Frame(wire.CALL, 1, [Table([Column("f", wire.FACTOR, np.array([0], dtype="<i4"))], 1)]))
    with pytest.raises(WireError, match="'f': stands for earlier entries"):
        decode.tables(b"".join(bytes(part) for part in raw)[16:])


def test_a_column_of_another_length_than_its_table_is_refused() -> None:
    with pytest.raises(WireError, match=r"'x': shape \(2,\) in a table of 3 rows"):
        encode(Frame(wire.CALL, 1, [Table([Column("x", wire.DOUBLE, np.zeros(2))], 3)]))


def test_fields_keep_their_types() -> None:
    given_fields = {"text": "ä\n", "empty": "", "flag": True, "whole": 3, "real": 0.1, "none": None}
    assert through(wire.fields(**given_fields))[0].record() == given_fields


def test_columns_become_lists_with_none_for_missing() -> None:
    table = Table(
        [
            wire.texts_column("t", ["a", None, "a"]),
            Column("b", wire.BOOL, np.array([1, 0, 1], dtype="u1"), np.array([False, False, True])),
        ],
        3,
    )
    assert through(table)[0].lists() == {"t": ["a", None, "a"], "b": [True, False, None]}


def test_the_python_end_is_written_for_python_3_8() -> None:
    folder = Path(wire.__file__).parent
    for path in folder.glob("*.py"):
        ast.parse(path.read_text(encoding="utf-8"), str(path), feature_version=(3, 8))
