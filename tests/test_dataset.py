"""Data from CSV and Parquet: what is missing, what is text, and what is refused with its place."""

from __future__ import annotations

import datetime as dt

import pyarrow as pa
import pyarrow.parquet
import pytest

from harness.dataset import DataError, read_data
from harness.schema import Input, Kind, Schema


def schema(**inputs):
    return Schema(tuple(Input(name, **keys) for name, keys in inputs.items()))


def csv(folder, text):
    path = folder / "rows.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_each_type_is_read_as_declared(tmp_path):
    path = csv(tmp_path, "f,i,b,c,s,d,t\n1.5,3,TRUE,a,007,2024-02-29,2024-02-29 12:00:00\n")
    wanted = schema(
        f={"kind": Kind.FLOAT},
        i={"kind": Kind.INT},
        b={"kind": Kind.BOOL},
        c={"kind": Kind.CATEGORY, "levels": ("a",)},
        s={"kind": Kind.STRING},
        d={"kind": Kind.DATE},
        t={"kind": Kind.DATETIME},
    )
    row = read_data(path, wanted).batch.to_pylist()[0]
    assert row == {
        "f": 1.5,
        "i": 3,
        "b": True,
        "c": "a",
        "s": "007",
        "d": dt.date(2024, 2, 29),
        "t": dt.datetime(2024, 2, 29, 12),
    }


@pytest.mark.parametrize("word", ["", "NA", "NaN", "null"])
def test_numbers_know_the_words_for_missing(tmp_path, word):
    path = csv(tmp_path, f"f,g\n{word},1\n")
    batch = read_data(path, schema(f={"kind": Kind.FLOAT, "missing": True})).batch
    assert batch.column("f").to_pylist() == [None]


def test_text_tells_quoted_from_unquoted(tmp_path):
    path = csv(tmp_path, 's,k\nNA,1\n"NA",2\n"",3\n,4\n')
    batch = read_data(path, schema(s={"kind": Kind.STRING, "missing": True})).batch
    assert batch.column("s").to_pylist() == [None, "NA", "", None]


def test_a_level_named_na_is_a_level(tmp_path):
    path = csv(tmp_path, "c,k\nNA,1\nx,2\n")
    batch = read_data(path, schema(c={"kind": Kind.CATEGORY, "levels": ("NA", "x")})).batch
    assert batch.column("c").to_pylist() == ["NA", "x"]


def test_a_wrong_value_is_named_with_its_row_and_column(tmp_path):
    path = csv(tmp_path, "f\n1\nabc\n")
    with pytest.raises(DataError, match=r"rows.csv: row 2, column 'f': 'abc' is no float"):
        read_data(path, schema(f={"kind": Kind.FLOAT}))


def test_a_fraction_is_no_integer_but_a_whole_double_is(tmp_path):
    assert read_data(csv(tmp_path, "i\n3.0\n"), schema(i={"kind": Kind.INT})).batch.column(
        "i"
    ).to_pylist() == [3]
    with pytest.raises(DataError, match=r"row 1, column 'i': '3\.5' is no int"):
        read_data(csv(tmp_path, "i\n3.5\n"), schema(i={"kind": Kind.INT}))


def test_a_lacking_column_is_named_with_the_nearest(tmp_path):
    path = csv(tmp_path, "duratoin,amount\n1,2\n")
    with pytest.raises(DataError, match="column 'duration' is not there; did you mean 'duratoin'"):
        read_data(path, schema(duration={"kind": Kind.FLOAT}))


def test_no_rows_no_file_and_another_format_are_refused(tmp_path):
    wanted = schema(f={"kind": Kind.FLOAT})
    with pytest.raises(DataError, match="no rows"):
        read_data(csv(tmp_path, "f\n"), wanted)
    with pytest.raises(DataError, match="no such file"):
        read_data(tmp_path / "absent.csv", wanted)
    (tmp_path / "rows.xlsx").write_bytes(b"PK")
    with pytest.raises(DataError, match=r"CSV .* or Parquet"):
        read_data(tmp_path / "rows.xlsx", wanted)
    (tmp_path / "rows.parquet").write_bytes(b"no parquet")
    with pytest.raises(DataError, match="cannot be read"):
        read_data(tmp_path / "rows.parquet", wanted)


def test_parquet_keeps_types_and_names_rows_by_key(tmp_path):
    path = tmp_path / "rows.parquet"
    table = pa.table(
        {"id": ["A", "B"], "f": [1.0, float("nan")], "c": pa.array(["x", "y"]).dictionary_encode()}
    )
    pyarrow.parquet.write_table(table, path)
    wanted = schema(f={"kind": Kind.FLOAT, "missing": True}, c={"kind": Kind.CATEGORY, "levels": ("x", "y")})
    data = read_data(path, wanted, key="id")
    assert data.keys == ("A", "B")
    assert data.batch.to_pylist() == [{"f": 1.0, "c": "x"}, {"f": None, "c": "y"}]
