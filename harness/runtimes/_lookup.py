"""Find recorded rows by their values: exact, built once, a whole batch at a time."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

Codes = npt.NDArray[np.int64]
_NAN = np.int64(np.float64(np.nan).view(np.int64))


class Lookup:
    """Rows by the values of all their columns: missing equals missing, NaN equals NaN, -0.0 is not 0.0.

    Each column's values are numbered; numbers of two columns are combined and numbered again, and so on,
    so that a row is found by one number and two different rows never share one.
    """

    def __init__(self, batch: pa.RecordBatch) -> None:
        self._columns: list[Any] = []
        self._pairs: list[Any] = []
        row: Codes = np.zeros(batch.num_rows, dtype=np.int64)
        for column in batch.columns:
            codes = self._number(column)
            pair = row * (len(self._columns[-1]) + 1) + codes
            self._pairs.append(pd.Index(pd.unique(pair)))
            row = self._pairs[-1].get_indexer(pair).astype(np.int64)
        _, first = np.unique(row, return_index=True)
        self._first: Codes = first.astype(np.int64)
        self.first_of: Codes = self._first[row] if batch.num_rows else row

    def find(self, batch: pa.RecordBatch) -> Codes:
        """For each row of a batch the first recorded row with the same values, or -1; shape (rows,)."""
        row: Codes = np.zeros(batch.num_rows, dtype=np.int64)
        for column, known, pairs in zip(batch.columns, self._columns, self._pairs, strict=True):
            codes = _coded(column, known)
            pair = np.where((row < 0) | (codes < 0), -1, row * (len(known) + 1) + codes)
            row = pairs.get_indexer(pair).astype(np.int64)
        found = np.full(batch.num_rows, -1, dtype=np.int64)
        found[row >= 0] = self._first[row[row >= 0]]
        return found

    def _number(self, column: pa.Array) -> Codes:
        present = column.drop_null() if column.null_count else column
        if pa.types.is_string(column.type):
            known: Any = pd.Index(present.unique().to_pylist(), dtype=object)
        else:
            known = pd.Index(pd.unique(_bits(present)))
        self._columns.append(known)
        return _coded(column, known)


def _coded(column: pa.Array, known: Any) -> Codes:
    """0 for missing, 1 and up for a known value, -1 for another one."""
    if pa.types.is_string(column.type):
        encoded = column.dictionary_encode()
        numbers = known.get_indexer(pd.Index(encoded.dictionary.to_pylist(), dtype=object))
        numbers = np.where(numbers < 0, -1, numbers + 1)
        indices = pc.fill_null(encoded.indices, -1).to_numpy(zero_copy_only=False)
        found: Codes = np.append(numbers, 0)[indices].astype(np.int64)
        return found
    numbers = known.get_indexer(_bits(column))
    codes: Codes = np.where(numbers < 0, -1, numbers + 1).astype(np.int64)
    if column.null_count:
        codes[column.is_null().to_numpy(zero_copy_only=False)] = 0
    return codes


def _bits(column: pa.Array) -> Codes:
    """Values as 64-bit integers, equal where the values are the same."""
    if pa.types.is_boolean(column.type):
        column = column.cast(pa.int8())
    elif pa.types.is_date32(column.type):
        column = column.cast(pa.int32())
    elif pa.types.is_timestamp(column.type):
        column = column.cast(pa.int64())
    filled = pc.fill_null(column, 0) if column.null_count else column
    values: Any = filled.to_numpy(zero_copy_only=False)
    if not pa.types.is_floating(column.type):
        return np.asarray(values.astype(np.int64))
    bits = np.asarray(values.astype(np.float64)).view(np.int64)
    return np.where(np.isnan(values), _NAN, bits)
