"""The data and the stored models are what their papers say, and the suites fit them."""

import csv
import hashlib
import json
import shutil
import struct
import subprocess
import sys
import tomllib
from pathlib import Path

import pyarrow.csv
import pyarrow.parquet
import pytest

ROOT = Path(__file__).resolve().parents[2]
CREDIT = ROOT / "fixtures/german_credit"
SUITES = sorted(path.parent.name for path in (ROOT / "suites").glob("*/model.toml"))
COLUMNS = json.loads((CREDIT / "columns.json").read_text("utf-8"))["columns"]


def applicants() -> list[dict[str, str]]:
    with (CREDIT / "applicants.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_the_checksums_hold():
    lines = (CREDIT / "SHA256SUMS").read_text("ascii").splitlines()
    sums = {name: digest for digest, name in (line.split() for line in lines)}
    assert set(sums) == {"applicants.csv", "applicants.parquet", "columns.json"}
    found = {name: hashlib.sha256((CREDIT / name).read_bytes()).hexdigest() for name in sums}
    assert found == sums


def test_the_data_are_the_thousand_applicants_of_the_source():
    rows = applicants()
    assert [row["application_id"] for row in rows] == [f"GC-{i:04d}" for i in range(1, 1001)]
    assert list(rows[0]) == ["application_id", *(column["name"] for column in COLUMNS)]
    assert sum(row["outcome"] == "bad" for row in rows) == 300
    # figures of the source: its sum of amounts, and its first row
    assert sum(int(row["credit_amount"]) for row in rows) == 3_271_258
    assert (rows[0]["duration_months"], rows[0]["credit_amount"], rows[0]["age"]) == (
        "6",
        "1169",
        "67",
    )


def test_every_level_occurs_and_no_other():
    rows = applicants()
    for column in COLUMNS:
        if column["type"] == "category":
            found = {row[column["name"]] for row in rows}
            assert found == {level["level"] for level in column["levels"]}


def test_the_parquet_file_holds_the_table_of_the_csv_file():
    plain = pyarrow.csv.read_csv(CREDIT / "applicants.csv")
    assert pyarrow.parquet.read_table(CREDIT / "applicants.parquet").equals(plain)


@pytest.mark.parametrize("name", SUITES)
def test_a_model_file_declares_levels_in_the_order_of_the_data_and_accepts_its_rows(name):
    declared = tomllib.loads((ROOT / "suites" / name / "model.toml").read_text("utf-8"))
    levels_of = {c["name"]: [x["level"] for x in c["levels"]] for c in COLUMNS if "levels" in c}
    for column, what in declared["inputs"].items():
        if what["type"] == "category":
            assert what["levels"] == levels_of[column]
        elif what["type"] != "bool":
            values = [float(row[column]) for row in applicants()]
            assert what["min"] <= min(values) <= max(values) <= what["max"]


@pytest.mark.parametrize("name", SUITES)
def test_every_path_of_a_model_file_exists(name):
    folder = ROOT / "suites" / name
    declared = tomllib.loads((folder / "model.toml").read_text("utf-8"))
    targets = declared["targets"].values()
    paths = [target[key] for target in targets for key in ("source", "model") if key in target]
    for path in [declared["model"]["data"], *paths]:
        assert (folder / path).is_file(), path


@pytest.mark.parametrize("name", [name for name in SUITES if name != "seed_migration"])
def test_the_committed_graph_is_what_its_script_builds(suite, name, tmp_path):
    onnx = pytest.importorskip("onnx", reason="onnx is not installed")
    # the scripts write beside themselves, and read the fixtures two folders up
    copy = tmp_path / "suites" / name
    copy.mkdir(parents=True)
    shutil.copy(ROOT / "suites" / name / "build_onnx.py", copy)
    (tmp_path / "fixtures").symlink_to(ROOT / "fixtures")
    command = [sys.executable, copy / "build_onnx.py"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    committed = suite(name).declared["targets"]["onnx"]["source"]
    built = onnx.load(copy / committed)
    assert built.graph == onnx.load(ROOT / "suites" / name / committed).graph


def test_exact_json_gives_any_double_back_bit_for_bit(tmp_path):
    if shutil.which("Rscript") is None:
        pytest.skip("Rscript is not installed")
    # doubles of all sizes: random bits, but for those that are infinite or no number
    code = """
        if (!requireNamespace("jsonlite", quietly = TRUE)) quit(status = 77)
        source("r_reference/exact_json.R")
        set.seed(1)
        bytes <- as.raw(sample(0:255, 8 * 5000, replace = TRUE))
        x <- readBin(bytes, "double", 5000, endian = "little")
        x <- c(0, -0, 1/3, 0.1, 2^53 + 2, 5e-324, .Machine$double.xmax, x[is.finite(x)])
        folder <- commandArgs(trailingOnly = TRUE)
        writeBin(x, file.path(folder, "x.bin"), endian = "little")
        write_exact_json(list(x = x), file.path(folder, "x.json"))
    """
    done = subprocess.run(
        ["Rscript", "--vanilla", "-e", code, tmp_path], cwd=ROOT, capture_output=True, text=True
    )
    if done.returncode == 77:
        pytest.skip("R's package jsonlite is not installed")
    assert done.returncode == 0, done.stderr
    numbers = json.loads((tmp_path / "x.json").read_text("ascii"))["x"]
    bits = b"".join(struct.pack("<d", number) for number in numbers)
    assert bits == (tmp_path / "x.bin").read_bytes()
