"""Miniature forms that run in the test's own process: pairs of functions on numpy columns.

They stand for real targets where a test is about the search and not about crossing to a process.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from harness.model import Decision, Form, Model, Output
from harness.protocols import Failure, Limits, Outcome, Reply
from harness.schema import Input, Kind, Schema
from harness.search.lab import Respondent
from harness.target import Target
from harness.tolerance import Tolerance

Columns = Mapping[str, np.ndarray]
Function = Callable[[Columns], Any]


@dataclass
class FunctionSession:
    """Runs a function on columns: floats with NaN for missing, objects with None for text."""

    function: Function
    outputs: tuple[str, ...]
    calls: int = 0

    def call(self, batch: pa.RecordBatch) -> Reply:
        self.calls += 1
        columns = {name: as_numpy(batch.column(name)) for name in batch.schema.names}
        try:
            answer = self.function(columns)
        except Exception as error:
            return Reply(None, Failure(Outcome.RAISED, type(error).__name__, str(error)))
        if not isinstance(answer, dict):
            answer = {self.outputs[0]: answer}
        arrays = {name: as_arrow(answer[name]) for name in self.outputs}
        wrong = [n for n, a in arrays.items() if len(a) != batch.num_rows]
        if wrong:
            message = f"{wrong[0]}: {len(arrays[wrong[0]])} values for {batch.num_rows} rows"
            return Reply(None, Failure(Outcome.MISALIGNED, "WrongLength", message))
        return Reply(arrays)

    def printed(self) -> str:
        return ""

    def close(self) -> None:
        """Nothing to end."""


def as_numpy(column: pa.Array) -> np.ndarray:
    if pa.types.is_string(column.type) or pa.types.is_temporal(column.type):
        return np.array(column.to_pylist(), dtype=object)
    return column.cast(pa.float64()).to_numpy(zero_copy_only=False)


def as_arrow(values: Any) -> pa.Array:
    array = np.asarray(values)
    return pa.array(list(values) if array.dtype == object else array, from_pandas=True)


@dataclass
class MiniRespondent(Respondent):
    """A respondent over a function; `make` gives a fresh function for a fresh worker."""

    make: Callable[[], Function] = field(default=lambda: lambda columns: None)

    @property
    def session(self) -> FunctionSession:
        if self._session is None:
            self._session = FunctionSession(self.make(), tuple(o.name for o in self.model.outputs))
        return self._session


def number(name: str = "x", **keys: Any) -> Input:
    keys = {"minimum": 0.0, "maximum": 100.0} | keys
    return Input(name, Kind.FLOAT, **keys)


def model(*inputs: Input, outputs: tuple[Output, ...] = (), decisions: tuple[Decision, ...] = ()) -> Model:
    outputs = outputs or (Output("score", Kind.FLOAT, Tolerance()),)
    forms = (Form("r", "r"), Form("python", "python"))
    return Model("mini", "r", Schema(tuple(inputs)), outputs, forms, Path(), decisions=decisions)


def respondent(of: Model, name: str, make: Callable[[], Function]) -> MiniRespondent:
    return MiniRespondent(of, Target(of.form(name)), Limits(), make=make)
