"""R's own serialization, written and read in Python: R is asked to read it, and to write what is hard."""

from __future__ import annotations

import gzip
import shutil
import subprocess
from pathlib import Path

import pyarrow as pa
import pytest

from harness.codecs import rds_native, rds_xdr, serialize

needs_r = pytest.mark.skipif(shutil.which("Rscript") is None, reason="R writes what is read here")


def r(code: str, folder: Path) -> str:
    done = subprocess.run(
        ["Rscript", "--vanilla", "-e", code], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def written_by_r(frame: str, folder: Path, arguments: str = "") -> pa.RecordBatch:
    r(f"writeBin(serialize({frame}, NULL{arguments}), 'x')", folder)
    return serialize.decode((folder / "x").read_bytes())


@needs_r
def test_r_reads_what_python_writes(tmp_path):
    batch = pa.RecordBatch.from_arrays(
        [
            pa.array([1.5, None, float("nan")]),
            pa.DictionaryArray.from_arrays(pa.array([1, None, 0]), pa.array(["no", "é"])),
            pa.array(["a", None, "字"]),
        ],
        names=["amount", "grade", "a name"],
    )
    for codec, read in ((rds_xdr, "readRDS('x')"), (rds_native, "readRDS('x')")):
        (tmp_path / "x").write_bytes(codec.encode(batch))
        said = r(
            f"x <- {read}; cat(is.na(x$amount), is.nan(x$amount), as.integer(x$grade), levels(x$grade), "
            "x[['a name']][c(1, 3)], is.na(x[['a name']]), dim(x))",
            tmp_path,
        )
        assert said == "FALSE TRUE TRUE FALSE FALSE TRUE 2 NA 1 no é a 字 FALSE TRUE FALSE 3 3"


@needs_r
@pytest.mark.parametrize("version", ["2", "3"])
@pytest.mark.parametrize("xdr", ["TRUE", "FALSE"])
def test_both_versions_and_byte_orders_are_read(tmp_path, version, xdr):
    batch = written_by_r(
        "data.frame(a = c(1.5, NA), b = c('x', NA), stringsAsFactors = FALSE)",
        tmp_path,
        f", version = {version}, xdr = {xdr}",
    )
    assert batch.to_pydict() == {"a": [1.5, None], "b": ["x", None]}


@needs_r
def test_ranges_that_r_never_wrote_out_are_read(tmp_path):
    batch = written_by_r("data.frame(a = 1:4, b = 4:1)", tmp_path)
    assert batch.schema.types == [pa.int32(), pa.int32()]
    assert batch.to_pydict() == {"a": [1, 2, 3, 4], "b": [4, 3, 2, 1]}


@needs_r
def test_vectors_behind_a_wrapper_are_read(tmp_path):
    code = "{ x <- runif(1000); y <- sort(x); data.frame(y = y, z = rev(y)) }"
    batch = written_by_r(code, tmp_path)
    assert batch.num_rows == 1000
    assert batch.column(0).to_pylist() == sorted(batch.column(1).to_pylist())


@needs_r
def test_text_in_latin_1_is_read_as_what_it_says(tmp_path):
    code = "{ x <- '\\xe9'; Encoding(x) <- 'latin1'; data.frame(x = c(x, 'a'), stringsAsFactors = FALSE) }"
    assert written_by_r(code, tmp_path).to_pydict() == {"x": ["é", "a"]}


@needs_r
@pytest.mark.parametrize(
    ("frame", "says"),
    [
        ("1:3", "no data.frame"),
        ("data.frame(x = I(list(1, 'a')))", "a list of values"),
        ("data.frame(x = complex(real = 1, imaginary = 2))", "no place"),
        ("data.frame(x = as.POSIXct(0.1234567, origin = '1970-01-01'))", "microsecond"),
    ],
)
def test_what_has_no_place_in_a_batch_is_refused(tmp_path, frame, says):
    with pytest.raises((TypeError, ValueError), match=says):
        written_by_r(frame, tmp_path)


def test_an_end_in_the_middle_is_said():
    whole = serialize.encode(pa.RecordBatch.from_pydict({"x": [1.5, 2.5]}))
    for cut in (10, 40, len(whole) - 1):
        with pytest.raises(ValueError, match="ends in the middle"):
            serialize.decode(whole[:cut])


def test_a_value_that_is_na_to_r_is_no_integer_there():
    with pytest.raises(ValueError, match="-2147483648 is NA to R"):
        serialize.encode(pa.RecordBatch.from_arrays([pa.array([-(2**31)], pa.int32())], names=["x"]))


def test_rds_is_compressed_as_r_compresses_it():
    batch = pa.RecordBatch.from_pydict({"x": [0.0] * 1000})
    assert len(rds_xdr.encode(batch)) < 300
    assert gzip.decompress(rds_xdr.encode(batch)) == serialize.encode(batch)
