"""A group of disagreeing rows with one cause, and how to tell its rows from others."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from harness.causes import Cause
from harness.schema import Schema
from harness.search.explain.line import Segment
from harness.search.lab import Facet, Row
from harness.tolerance import doubles

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Region:
    """Values of one input: segments of numbers, single values (None is missing), or everything."""

    name: str
    segments: tuple[Segment, ...] = ()
    values: frozenset[Any] | None = None

    def holds(self, batch: pa.RecordBatch) -> Mask:
        """Which rows lie in the region."""
        column = batch.column(self.name)
        if self.values is not None:
            inside = np.zeros(len(column), dtype=bool)
            if None in self.values:
                inside |= column.is_null().to_numpy(zero_copy_only=False)
            present = [v for v in self.values if v is not None]
            if present:
                among = pc.is_in(column, value_set=pa.array(present, type=column.type))
                inside |= among.to_numpy(zero_copy_only=False)
            return inside
        if not self.segments:
            return np.ones(len(column), dtype=bool)
        numbers = numbers_of(column)
        inside = np.zeros(len(column), dtype=bool)
        with np.errstate(invalid="ignore"):
            for segment in self.segments:
                inside |= (numbers >= segment.low) & (numbers <= segment.high)
        return inside


def numbers_of(column: pa.Array) -> npt.NDArray[np.float64]:
    """An ordered column as numbers: days for dates, seconds for datetimes, NaN for missing."""
    if pa.types.is_date32(column.type):
        return doubles(column.cast(pa.int32()))
    if pa.types.is_timestamp(column.type):
        return doubles(column.cast(pa.timestamp("s")).cast(pa.int64()))
    return doubles(column)


@dataclass(frozen=True, slots=True)
class Cluster:
    """Rows that disagree for one cause.

    ``where`` says in words which rows; ``example`` is the smallest that was found; ``regions`` hold a row
    of the cluster (all of them); ``neutral`` are the values that make the disagreement vanish.
    """

    facet: Facet
    cause: Cause
    where: str
    example: Row
    regions: tuple[Region, ...]
    neutral: Mapping[str, Any] = field(default_factory=dict)
    evidence: str = ""
    batch: tuple[Row, ...] = ()
    marked: bool = False  # whether it lies at a number that a form names
    met: bool = False  # whether the running forms show that an edge is met exactly

    def holds(self, batch: pa.RecordBatch) -> Mask:
        """Which rows lie in all regions of the cluster."""
        inside = np.ones(batch.num_rows, dtype=bool)
        for region in self.regions:
            inside &= region.holds(batch)
        return inside


@dataclass(frozen=True, slots=True)
class Found:
    """A cluster and how many of the disagreeing rows it explains."""

    cluster: Cluster
    rows: int
    sample: pa.RecordBatch | None = None  # some of these rows


def renamed(found: Found, cause: Cause, *where: Cause) -> Found:
    """With another cause, where its own is one of some."""
    if found.cluster.cause not in where:
        return found
    return replace(found, cluster=replace(found.cluster, cause=cause))


def neutralise(schema: Schema, batch: pa.RecordBatch, neutral: Mapping[str, Any]) -> pa.RecordBatch:
    """The rows with the inputs that carry a disagreement set to values that do not."""
    arrays = [
        pa.array([neutral[one.name]] * batch.num_rows, type=one.arrow_type)
        if one.name in neutral
        else batch.column(one.name)
        for one in schema
    ]
    return pa.RecordBatch.from_arrays(arrays, schema=schema.arrow)


def simplicity(schema: Schema, batch: pa.RecordBatch, plain: Row) -> npt.NDArray[np.int64]:
    """For each row, in how many inputs it differs from the plain row."""
    count = np.zeros(batch.num_rows, dtype=np.int64)
    for one in schema:
        column, value = batch.column(one.name), plain[one.name]
        absent = column.is_null().to_numpy(zero_copy_only=False)
        if value is None:
            count += ~absent
            continue
        equal = pc.fill_null(pc.equal(column, pa.scalar(value, type=column.type)), False)
        count += ~equal.to_numpy(zero_copy_only=False)
    return count


def spoken(value: Any) -> str:
    """A value as a person writes it: missing, true, an ISO date, text in quotes."""
    if value is None:
        return "missing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dt.date):
        return value.isoformat()
    return repr(value)


def spoken_row(row: Row, names: Iterable[str]) -> str:
    """Some inputs of a row in words: ``age = 30.0 and income is missing``."""
    parts = [f"{n} is missing" if row[n] is None else f"{n} = {spoken(row[n])}" for n in names]
    return " and ".join(parts)


def describe_values(values: list[Any]) -> str:
    """A few values in words: ``'A', 'B' or missing``."""
    texts = [spoken(v) for v in values[:6]]
    if len(values) > 6:
        texts[-1] = f"{len(values) - 5} more"
    return texts[0] if len(texts) == 1 else ", ".join(texts[:-1]) + " or " + texts[-1]
