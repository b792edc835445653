"""Runs the forms of a bundled suite on one table, without the harness.

The frames are what the model file's format says that the forms see. So the suites are judged apart
from the harness, and a fault of the one does not hide in the other.
"""

import contextlib
import functools
import importlib.util
import json
import os
import shutil
import subprocess
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

ROOT = Path(__file__).resolve().parents[2]
ANSWER_R = Path(__file__).with_name("answer.R")
NA_REAL = np.array([0x7FF00000000007A2], dtype=np.uint64).view(np.float64)[0]
NA_INTEGER = -(2**31)


@dataclass(frozen=True)
class Suite:
    """One folder of suites/: its declaration, and its forms as functions of a table.

    A table maps each input to a list of plain values, None where one is missing. Answers map each
    output to an array: float64 with NaN for missing, or object for text.
    """

    name: str

    @property
    def folder(self) -> Path:
        return ROOT / "suites" / self.name

    @functools.cached_property
    def declared(self) -> dict:
        return tomllib.loads((self.folder / "model.toml").read_text("utf-8"))

    @property
    def inputs(self) -> dict:
        return self.declared["inputs"]

    @functools.cached_property
    def neutral(self) -> dict:
        return json.loads((ROOT / "fixtures/models" / self.name / "model.json").read_text("utf-8"))

    def data(self) -> dict[str, list]:
        """The rows that the model file names, as a table."""
        path = self.folder / self.declared["model"]["data"]
        frame = pd.read_csv(path) if path.suffix == ".csv" else pd.read_parquet(path)
        return {name: frame[name].tolist() for name in self.inputs}

    def python(self, table: dict[str, list]) -> dict[str, np.ndarray]:
        target = self.declared["targets"]["python"]
        with contextlib.chdir(self.folder):
            call = getattr(load_source(self.folder / target["source"]), target["call"])
            return self._answers(call(self.frame(table)))

    def frame(self, table: dict[str, list]) -> pd.DataFrame:
        return pd.DataFrame({n: pandas_column(table[n], d) for n, d in self.inputs.items()})

    def torch(self, table: dict[str, list]) -> dict[str, np.ndarray]:
        torch = pytest.importorskip("torch", reason="torch is not installed")
        target = self.declared["targets"]["torch"]
        batch = {
            name: torch.from_numpy(tensor_column(table[name], declared, name, target, as_code=True))
            for name, declared in self.inputs.items()
        }
        with contextlib.chdir(self.folder):
            call = getattr(load_source(self.folder / target["source"]), target["call"])
            return self._answers({name: out.numpy() for name, out in call(batch).items()})

    def onnx(self, table: dict[str, list], threads: int = 1) -> dict[str, np.ndarray]:
        ort = pytest.importorskip("onnxruntime", reason="onnxruntime is not installed")
        target = self.declared["targets"]["onnx"]
        options = ort.SessionOptions()
        options.intra_op_num_threads = threads
        path = self.folder / target["source"]
        session = ort.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        feed = {
            node.name: tensor_column(
                table[node.name],
                self.inputs[node.name],
                node.name,
                target,
                "string" not in node.type,
            )
            for node in session.get_inputs()
        }
        names = [node.name for node in session.get_outputs()]
        return self._answers(dict(zip(names, session.run(names, feed), strict=True)))

    def r(self, table: dict[str, list], exchange: Path) -> dict[str, np.ndarray]:
        """Answer in one run of Rscript; `exchange` is an empty folder."""
        if shutil.which("Rscript") is None:
            pytest.skip("Rscript is not installed")
        rows = len(next(iter(table.values())))
        columns = [
            {"name": name, **declared, **store_for_r(table[name], declared, exchange / f"{i}")}
            for i, (name, declared) in enumerate(self.inputs.items())
        ]
        only_output = next(iter(self.declared["outputs"]))
        spec = {"rows": rows, "columns": columns, "only_output": only_output}
        (exchange / "frame.json").write_text(json.dumps(spec), "utf-8")
        target = self.declared["targets"]["r"]
        arguments = [exchange, target["source"], target["call"]]
        if "model" in target:
            arguments.append(target["model"])
        command = ["Rscript", "--vanilla", ANSWER_R, *arguments]
        environment = {**os.environ, "LC_ALL": "C.UTF-8", "TZ": "UTC"}
        done = subprocess.run(command, cwd=self.folder, env=environment, capture_output=True, text=True)
        if done.returncode == 77:
            pytest.skip(f"R packages that are not installed: {done.stdout}")
        assert done.returncode == 0, done.stderr
        outputs = self.declared["outputs"]
        return self._answers({name: read_from_r(exchange / f"answer-{name}") for name in outputs})

    def _answers(self, outputs) -> dict[str, np.ndarray]:
        declared = self.declared["outputs"]
        if not isinstance(outputs, dict | pd.DataFrame):
            outputs = {next(iter(declared)): outputs}
        return {name: as_answer(outputs[name], what["type"]) for name, what in declared.items()}


@pytest.fixture(scope="session")
def suite() -> Callable[[str], Suite]:
    """The suite of this name."""
    return functools.cache(Suite)


def load_source(path: Path):
    """Import the file of a form, under a name of its own."""
    spec = importlib.util.spec_from_file_location(f"form_{path.parent.name}_{path.stem}", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def as_answer(values, kind: str) -> np.ndarray:
    flat = np.asarray(values).reshape(-1)
    return flat.astype(object) if kind in ("category", "string") else flat.astype(np.float64)


def pandas_column(values: list, declared: dict):
    kind, missing = declared["type"], declared.get("missing", False)
    if kind == "float":
        return pd.array([np.nan if v is None else v for v in values], dtype="float64").to_numpy()
    if kind == "int":
        return pd.array(values, dtype="Int64" if missing else "int64")
    if kind == "bool":
        return pd.array(values, dtype="boolean" if missing else "bool")
    if declared.get("unseen"):
        return pd.Series(values, dtype=object)
    return pd.Categorical(values, categories=declared["levels"])


def tensor_column(values: list, declared: dict, name: str, target: dict, as_code: bool) -> np.ndarray:
    kind, absent = declared["type"], target.get("missing_as", {}).get(name)
    if kind == "float":
        return np.array([np.nan if v is None else v for v in values], dtype=np.float64)
    if kind == "category" and not as_code:
        absent = "" if absent is None else absent
        return np.array([absent if v is None else v for v in values], dtype=object)
    if kind == "category":
        code = {level: i for i, level in enumerate(declared["levels"])}
        values = [None if v is None else code.get(v, -1) for v in values]
    assert absent is not None or None not in values, f"{name} has no missing_as"
    filled = [absent if v is None else v for v in values]
    return np.array(filled, dtype=bool if kind == "bool" else np.int64)


def store_for_r(values: list, declared: dict, path: Path) -> dict:
    kind = declared["type"]
    if kind == "category" and declared.get("unseen"):
        path.write_text(json.dumps(values), "utf-8")
        return {"file": path.name, "stored": "text"}
    if kind == "float":
        np.array([NA_REAL if v is None else v for v in values], dtype="<f8").tofile(path)
        return {"file": path.name, "stored": "double"}
    if kind == "category":
        values = [None if v is None else declared["levels"].index(v) for v in values]
    np.array([NA_INTEGER if v is None else v for v in values], dtype="<i4").tofile(path)
    return {"file": path.name, "stored": "integer"}


def read_from_r(path: Path):
    if path.with_suffix(".json").exists():
        return json.loads(path.with_suffix(".json").read_text("utf-8"))
    return np.fromfile(path.with_suffix(".bin"), dtype="<f8")
