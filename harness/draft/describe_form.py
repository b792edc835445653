"""Stands in for a Python form while a model file is drafted; see ``describe.R``, which says the same in R."""

from __future__ import annotations

import os
import sys
import types
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd


def _function() -> Any:
    source = os.environ["PARITY_DRAFT_SOURCE"]
    module = types.ModuleType("parity_draft_form")
    module.__file__ = source
    sys.modules[module.__name__] = module
    exec(compile(Path(source).read_bytes(), source, "exec", dont_inherit=True), vars(module))
    return getattr(module, os.environ["PARITY_DRAFT_CALL"])


def parity_draft_describe(df: pd.DataFrame, *model: Any) -> list[str]:
    """One text a row, all the same: a line an output, ``kind<TAB>length<TAB>name``."""
    answer = _function()(df, *model)
    table = isinstance(answer, Mapping) or hasattr(answer, "columns")
    outputs = {str(name): answer[name] for name in answer} if table else {"": answer}
    lines = [f"{_kind(value)}\t{np.size(value)}\t{name}" for name, value in outputs.items()]
    return ["\n".join(lines)] * len(df)


def _kind(value: Any) -> str:
    if not hasattr(value, "dtype") and not isinstance(value, list | tuple):
        return f"other:{type(value).__name__}"
    flat = value if hasattr(value, "dtype") and getattr(value, "ndim", 1) == 1 else np.asarray(value).ravel()
    series = pd.Series(flat)
    present = series.dropna()
    if isinstance(series.dtype, pd.CategoricalDtype):
        return "category"
    if pd.api.types.is_datetime64_any_dtype(series.dtype):
        return "datetime"
    if present.empty:
        return "unknown"
    if pd.api.types.is_bool_dtype(series.dtype):
        return "bool"
    if pd.api.types.is_integer_dtype(series.dtype):
        return "int"
    if pd.api.types.is_numeric_dtype(series.dtype):
        return _number(present)
    return _object(present)


def _number(present: Any) -> str:
    numbers = present.to_numpy(dtype=float)
    finite = numbers[np.isfinite(numbers)]
    return "whole" if (finite == np.trunc(finite)).all() else "float"


def _object(present: Any) -> str:
    sort = pd.api.types.infer_dtype(present, skipna=True)
    if sort in ("floating", "mixed-integer-float", "decimal"):
        return _number(present)
    kinds = {"string": "string", "boolean": "bool", "integer": "int", "date": "date", "datetime": "datetime"}
    return kinds.get(sort, f"other:{type(present.iloc[0]).__name__}")
