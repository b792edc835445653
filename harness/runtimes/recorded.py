"""Recorded answers: a Parquet file of inputs and outputs by name that stands for a form elsewhere."""

from __future__ import annotations

import time
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from harness.model import Form, Model
from harness.protocols import Clue, Failure, Lack, Limits, OpenError, Outcome, Place, Reply, Session
from harness.runtimes._lookup import Lookup
from harness.runtimes._plain import plain_lack
from harness.schema import ARROW_TYPES, Input, Kind
from harness.trace import Stopwatch

KEYS = frozenset({"source"})
REQUIRED: tuple[str | tuple[str, ...], ...] = ("source",)

_PLACE = Place()
_REMEDY = "write it again with `parity record`"


def lack(form: Form | None, place: Place = _PLACE) -> Lack | None:
    """Nothing is ever lacking to read recorded answers on the CPU."""
    return plain_lack("a recording", place)


def open(model: Model, form: Form, place: Place, limits: Limits) -> Session:
    """Read the answers and index them. Raises OpenError that names the file, and the column."""
    if form.source is None:
        raise OpenError(f"target {form.name!r}: recorded answers need `source`, a Parquet file")
    table = _read(form.source)
    _check_names(table, model, form.source)
    inputs = [_input(table, one, form.source) for one in model.schema]
    outputs = {one.name: _output(table[one.name], one.kind) for one in model.outputs}
    return RecordedSession(
        pa.RecordBatch.from_arrays(inputs, schema=model.schema.arrow), outputs, form.source
    )


def clues(model: Model, form: Form, session: Session | None) -> tuple[Clue, ...]:
    """Recorded answers show nothing of how they were made; their rows are asked anyway."""
    return ()


def versions() -> Mapping[str, str]:
    """The version of pyarrow, which reads the answers."""
    return {"pyarrow": metadata.version("pyarrow")}


class RecordedSession:
    """Answers rows that were recorded, and says of any other that it was not."""

    def __init__(self, inputs: pa.RecordBatch, outputs: Mapping[str, pa.Array], path: Path) -> None:
        self._inputs = inputs
        self._outputs = outputs
        self._path = path
        self._lookup = Lookup(inputs)
        self._warnings = self._contradictions()

    def rows(self) -> pa.RecordBatch:
        """The inputs of every recorded row, each once: the only rows that can be asked."""
        first = self._lookup.first_of == np.arange(self._inputs.num_rows)
        return self._inputs.filter(pa.array(first))

    def call(self, batch: pa.RecordBatch) -> Reply:
        """The recorded answers to a batch; UNANSWERABLE where a row was not recorded."""
        watch = Stopwatch(time.monotonic_ns())
        found = self._lookup.find(batch)
        unknown = np.flatnonzero(found < 0)
        if len(unknown):
            watch.mark("compute")
            return Reply(None, self._not_recorded(int(unknown[0])), (), tuple(watch.spans))
        places = pa.array(found)
        outputs = {name: values.take(places) for name, values in self._outputs.items()}
        watch.mark("compute")
        return Reply(outputs, None, self._warnings, tuple(watch.spans))

    def printed(self) -> str:
        """Nothing: no form runs."""
        return ""

    def close(self) -> None:
        """Nothing to end."""

    def _not_recorded(self, row: int) -> Failure:
        message = f"row {row} was not recorded in {self._path.name}; only recorded rows can be asked"
        return Failure(Outcome.UNANSWERABLE, "NotRecorded", message, row=row)

    def _contradictions(self) -> tuple[str, ...]:
        """Rows recorded twice with other answers (the form was not deterministic): the first counts."""
        first = pa.array(self._lookup.first_of)
        other = np.zeros(self._inputs.num_rows, dtype=bool)
        for values in self._outputs.values():
            same = pc.equal(values, values.take(first))
            both_missing = pc.and_(values.is_null(), values.take(first).is_null())
            other |= ~pc.or_(pc.fill_null(same, False), both_missing).to_numpy(zero_copy_only=False)
        count = int(other.sum())
        if not count:
            return ()
        return (
            f"{self._path.name}: {count} rows were recorded before with another answer; the first counts",
        )


def _read(path: Path) -> pa.Table:
    if not path.is_file():
        raise OpenError(f"{path}: there are no recorded answers; write them with `parity record`")
    try:
        return pq.read_table(path)
    except (pa.ArrowInvalid, OSError) as error:
        raise OpenError(f"{path}: not a Parquet file that can be read ({error}); {_REMEDY}") from None


def _check_names(table: pa.Table, model: Model, path: Path) -> None:
    wanted = [*model.schema.names, *(one.name for one in model.outputs)]
    lacking = [name for name in wanted if name not in table.column_names]
    if lacking:
        known = ", ".join(table.column_names)
        raise OpenError(
            f"{path}: no column {', '.join(map(repr, lacking))} (there are: {known}); "
            f"recorded answers need every input and output of {model.name}; {_REMEDY}"
        )
    if not table.num_rows:
        raise OpenError(f"{path}: no row is recorded; {_REMEDY}")


def _input(table: pa.Table, one: Input, path: Path) -> pa.Array:
    column = _plain(table[one.name])
    try:
        return column.cast(one.arrow_type)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise OpenError(
            f"{path}: column {one.name!r} is {column.type}, which is no {one.kind.value}: {error}; {_REMEDY}"
        ) from None


def _output(column: pa.ChunkedArray, kind: Kind) -> pa.Array:
    """The recorded values in one of the types of a reply: the declared one, unless that alters a value."""
    values = _plain(column)
    if pa.types.is_floating(values.type):
        values = pa.array(values.cast(pa.float64()).to_numpy(zero_copy_only=False), from_pandas=True)
    try:
        return values if pa.types.is_floating(values.type) else values.cast(ARROW_TYPES[kind])
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return values


def _plain(column: pa.ChunkedArray) -> pa.Array:
    values = column.combine_chunks()
    values = values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values
    if pa.types.is_dictionary(values.type):
        values = values.dictionary_decode()
    if pa.types.is_large_string(values.type):
        return values.cast(pa.string())
    if pa.types.is_timestamp(values.type):
        return values.cast(pa.timestamp("us"))
    return values
