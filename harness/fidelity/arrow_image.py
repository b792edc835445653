"""A specimen as an Arrow batch, bit by bit."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from harness.fidelity.columns import MICROSECONDS, Column, Kind, Specimen, is_na

_PLAIN_TYPES = {
    Kind.INTEGER: pa.int32(),
    Kind.LOGICAL: pa.bool_(),
    Kind.CHARACTER: pa.string(),
    Kind.LATIN1: pa.string(),
    Kind.INTEGER64: pa.int64(),
}


def batch(specimen: Specimen) -> pa.RecordBatch | None:
    """The table as a batch; None where no Arrow type can say it (half a day in a date)."""
    if not all(column.has_arrow_image for column in specimen.columns):
        return None
    return pa.RecordBatch.from_arrays(
        [_array(column) for column in specimen.columns], names=[column.name for column in specimen.columns]
    )


def _array(column: Column) -> pa.Array:
    match column.kind:
        case Kind.DOUBLE:
            return _doubles(column)
        case Kind.FACTOR | Kind.ORDERED:
            return pa.DictionaryArray.from_arrays(
                pa.array(column.values, pa.int32()),
                pa.array(column.levels, pa.string()),
                ordered=column.kind is Kind.ORDERED,
            )
        case Kind.DATE | Kind.DATE_INTEGER:
            return pa.array(column.values, pa.int32()).view(pa.date32())
        case Kind.DATETIME:
            return pa.array(column.values, pa.int64()).view(pa.timestamp("us", column.zone))
        case Kind.DIFFTIME:
            scale = MICROSECONDS[column.units]
            ticks = [None if value is None else round(float(value) * scale) for value in column.values]
            return pa.array(ticks, pa.int64()).view(pa.duration("us"))
        case _:
            return pa.array(column.values, _PLAIN_TYPES[column.kind])


def _doubles(column: Column) -> pa.Array:
    missing = np.array([is_na(value) for value in column.values], dtype=bool)
    held = np.array([0.0 if is_na(value) else value for value in column.values], dtype="<f8")
    return pa.array(held, pa.float64(), mask=missing, from_pandas=False)
