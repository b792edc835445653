"""Which rows are legal input, as the model file declares it."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from harness.schema import Input, Kind, Schema
from harness.workers.columns import frame

Mask = npt.NDArray[np.bool_]

#: What no text input may contain: NUL, and the code points that are no characters.
ILLEGAL_TEXT = "[\x00\ufffe\uffff]"


class ConstraintError(ValueError):
    """A constraint cannot be evaluated on a row. The message names the rule and pandas' reason."""


def legal_rows(batch: pa.RecordBatch, schema: Schema) -> Mask:
    """Say for each row whether it is legal: [min, max] or special or missing where allowed, and every
    constraint holds (judged on the pandas frame; NA does not hold)."""
    legal = np.ones(batch.num_rows, dtype=bool)
    for one in schema:
        legal &= legal_values(batch.column(one.name), one)
    return legal & holding_rows(batch, schema)


def holding_rows(batch: pa.RecordBatch, schema: Schema) -> Mask:
    """Say for each row whether every constraint holds. Raises ConstraintError."""
    holds = np.ones(batch.num_rows, dtype=bool)
    if not schema.constraints or batch.num_rows == 0:
        return holds
    rows = frame(batch, schema)
    for rule in schema.constraints:
        try:
            verdict = rows.eval(rule, engine="python")
        except Exception as error:  # pandas raises almost anything for an expression it cannot do
            raise ConstraintError(f"constraint {rule!r} cannot be evaluated: {error}") from error
        holds &= _true(verdict, batch.num_rows)
    return holds


def _true(verdict: Any, rows: int) -> Mask:
    """A verdict of pandas on so many rows as a mask: a rule without inputs is one truth, NA does not hold."""
    if np.ndim(verdict) == 0:
        return np.full(rows, bool(verdict))
    return np.asarray([v is not None and bool(v) for v in _plain(verdict)], dtype=bool)


def _plain(verdict: object) -> list[object]:
    """The values of a boolean Series as Python objects, NA as None."""
    values = getattr(verdict, "array", verdict)
    if getattr(getattr(values, "dtype", None), "na_value", None) is not None and hasattr(values, "to_numpy"):
        return list(values.to_numpy(dtype=object, na_value=None))
    return list(np.asarray(values, dtype=object))


def legal_values(column: pa.Array, one: Input) -> Mask:
    """Say for each value of one input whether it is legal by itself."""
    absent = column.is_null().to_numpy(zero_copy_only=False)
    if one.kind is Kind.BOOL:
        present = np.ones(len(column), dtype=bool)
    elif one.kind.ordered:
        present = _in_range(column, one)
    elif one.kind is Kind.CATEGORY and not one.unseen:
        present = _filled(pc.is_in(column, value_set=pa.array(list(one.levels), type=pa.string())))
    else:
        present = ~_filled(pc.match_substring_regex(column, ILLEGAL_TEXT))
    return np.where(absent, one.missing, present)


def _filled(mask: pa.Array) -> Mask:
    values: Mask = pc.fill_null(mask, False).to_numpy(zero_copy_only=False)
    return values


def _in_range(column: pa.Array, one: Input) -> Mask:
    assert one.bounds is not None
    low, high = (pa.scalar(v, type=column.type) for v in one.bounds)
    inside = pc.and_(pc.greater_equal(column, low), pc.less_equal(column, high))
    if one.special:
        inside = pc.or_(inside, pc.is_in(column, value_set=pa.array(list(one.special), type=column.type)))
    return _filled(inside)
