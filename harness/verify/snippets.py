"""A counterexample as code that a person can run: R, Python, and a pytest test."""

from __future__ import annotations

import datetime as dt
import json
import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

from harness.model import Form, Model
from harness.schema import Input, Kind
from harness.verify.counterexamples import Counterexample
from harness.verify.verdict import shown_path

_R_NA = {
    Kind.FLOAT: "NA_real_",
    Kind.INT: "NA_integer_",
    Kind.BOOL: "NA",
    Kind.STRING: "NA_character_",
}


def r_snippet(model: Model, form: Form, example: Counterexample) -> str:
    """R code that sources the form and calls it on the example's rows, to be run in the model's folder."""
    columns = ",\n".join(f"  {_r_name(i.name)} = {_r_column(i, example.rows)}" for i in model.schema)
    lines = [f"setwd({json.dumps(str(model.folder))})"]
    if form.source is not None:
        lines.append(f'source({json.dumps(str(form.source))}, encoding = "UTF-8")')
    lines.append(f"df <- data.frame(\n{columns},\n  check.names = FALSE, stringsAsFactors = FALSE\n)")
    extra = f", readRDS({json.dumps(str(form.model))})" if form.model is not None else ""
    return "\n".join([*lines, f"{form.call}(df{extra})"])


def python_snippet(model: Model, form: Form, example: Counterexample) -> str:
    """Python code that loads the form and calls it on the example's rows, to be run in the model's folder."""
    columns = "".join(f"    {i.name!r}: {_python_column(i, example.rows)},\n" for i in model.schema)
    folder = str(model.folder)
    lines = ["import datetime as dt", "import os", "import sys", "", "import pandas as pd", ""]
    lines.append(f"os.chdir({folder!r})")
    lines.append(f"sys.path.insert(0, {folder!r})")
    lines.append(_python_import(form))
    lines.append(f"df = pd.DataFrame({{\n{columns}}})")
    extra = ""
    if form.model is not None:
        lines.insert(4, "import joblib")
        extra = f", joblib.load({str(form.model)!r})"
    return "\n".join([*lines, f"print({_python_call(form)}(df{extra}))"])


def pytest_snippet(model: Model, example: Counterexample, number: int) -> str:
    """A pytest test that holds the target to the reference on the example's rows, to be run where this was
    made."""
    name = re.sub(r"\W+", "_", f"{example.target}_{example.cause}_{number}").strip("_").lower()
    rows = ",\n".join("        " + _python_row(row) for row in example.rows)
    path = shown_path(str(model.path or model.folder))
    return (
        "import datetime as dt\n"
        "import harness\n\n\n"
        f"def test_{name}():\n"
        f"    model = harness.load_model({path!r})\n"
        f"    rows = [\n{rows}\n    ]\n"
        f"    harness.assert_agrees(model, {example.target!r}, rows)"
    )


def _python_row(row: Mapping[str, Any]) -> str:
    return "{" + ", ".join(f"{k!r}: {_python(v)}" for k, v in row.items()) + "}"


def _python_import(form: Form) -> str:
    if form.module is not None:
        return f"import importlib; form = importlib.import_module({form.module!r})"
    return f"import runpy; form = runpy.run_path({str(form.source)!r})"


def _python_call(form: Form) -> str:
    return f"form.{form.call}" if form.module is not None else f"form[{form.call!r}]"


def _r_name(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z.][\w.]*", name) else f"`{name}`"


def _r_column(one: Input, rows: Sequence[Mapping[str, Any]]) -> str:
    values = [_r_value(one, row[one.name]) for row in rows]
    vector = values[0] if len(values) == 1 else f"c({', '.join(values)})"
    if one.kind is Kind.CATEGORY and not one.unseen:
        levels = ", ".join(json.dumps(level, ensure_ascii=False) for level in one.levels)
        return f"factor({vector}, levels = c({levels}))"
    return vector


def _r_value(one: Input, value: Any) -> str:
    if value is None:
        return {Kind.DATE: "as.Date(NA)", Kind.DATETIME: 'as.POSIXct(NA, tz = "UTC")'}.get(
            one.kind, "NA_real_" if one.wide else _R_NA.get(one.kind, "NA_character_")
        )
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, dt.datetime):
        return f'as.POSIXct("{value:%Y-%m-%d %H:%M:%S}", tz = "UTC")'
    if isinstance(value, dt.date):
        return f'as.Date("{value.isoformat()}")'
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if one.kind is Kind.INT:
        return str(value) if one.wide else f"{value}L"
    return _r_double(float(value))


def _r_double(value: float) -> str:
    """A double that R reads back bit for bit: hexadecimal where decimals are long."""
    text = repr(value)
    return text if len(text) <= 15 or not math.isfinite(value) else value.hex()


def _python_column(one: Input, rows: Sequence[Mapping[str, Any]]) -> str:
    values = "[" + ", ".join(_python(row[one.name]) for row in rows) + "]"
    if one.kind is Kind.CATEGORY and not one.unseen:
        return f"pd.Categorical({values}, categories={list(one.levels)!r})"
    dtype = {
        Kind.FLOAT: "float64",
        Kind.INT: "Int64" if one.missing else "int64",
        Kind.BOOL: "boolean" if one.missing else "bool",
        Kind.DATE: "datetime64[s]",
        Kind.DATETIME: "datetime64[us]",
    }.get(one.kind, "object")
    return f"pd.Series({values}, dtype={dtype!r})"


def _python(value: Any) -> str:
    if isinstance(value, dt.datetime):
        return f"dt.datetime.fromisoformat({value.isoformat()!r})"
    if isinstance(value, dt.date):
        return f"dt.date.fromisoformat({value.isoformat()!r})"
    return repr(value)
