"""When two answers are equal: elementwise, never on an average.

Missing equals missing and nothing else. Exact values are equal as values (620 equals 620.0), text
by code points. Floats: equal infinities are equal, -0.0 equals 0.0, otherwise
``|c - r| <= atol + rtol * |r|`` with r the reference, or ``|c - r| <= n * ulp(r)`` in double.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

BoolArray = npt.NDArray[np.bool_]
FloatArray = npt.NDArray[np.float64]

DEFAULT_RTOL = 1e-9
DEFAULT_ATOL = 1e-12
KNIFE_EDGE = 1e-12
_LARGEST_ULP = 2.0**971  # of the largest double, where np.spacing steps to infinity


@dataclass(frozen=True, slots=True)
class Tolerance:
    """The rule by which one output is judged.

    ``exact`` ignores the rest; ``ulp`` (units in the last place of the reference, in double), where
    given, replaces ``rtol`` and ``atol``. ``why`` is the author's reason for a loose rule.
    """

    exact: bool = False
    rtol: float = DEFAULT_RTOL
    atol: float = DEFAULT_ATOL
    ulp: int | None = None
    why: str | None = None

    def __str__(self) -> str:
        if self.exact:
            return "exact"
        if self.ulp is not None:
            return f"ulp={self.ulp}"
        return f"rtol={self.rtol:g}, atol={self.atol:g}"

    def equal(self, reference: pa.Array, candidate: pa.Array) -> BoolArray:
        """Say for each of n rows whether the candidate's value equals the reference's.

        Both are Arrow arrays of n values in which null is missing; NaN counts as missing too. Raises
        ValueError where they differ in length.
        """
        if len(reference) != len(candidate):
            raise ValueError(
                f"{len(reference)} reference values, {len(candidate)} candidate values: not the same rows"
            )
        missing_r, missing_c = missing(reference), missing(candidate)
        same = missing_r & missing_c
        both = ~missing_r & ~missing_c
        if not both.any():
            return same
        rows = None if both.all() else np.flatnonzero(both)
        r = reference if rows is None else reference.take(pa.array(rows))
        c = candidate if rows is None else candidate.take(pa.array(rows))
        verdict = self._equal_present(r, c)
        if rows is None:
            return verdict
        same[rows] = verdict
        return same

    def _equal_present(self, r: pa.Array, c: pa.Array) -> BoolArray:
        if not (is_number(r.type) and is_number(c.type)):
            return _equal_text(r, c)
        if pa.types.is_temporal(r.type) != pa.types.is_temporal(c.type):
            return np.zeros(len(r), dtype=bool)  # 1970-01-01 is not the number 0
        same = _equal_exact_numbers(_numbers(r), _numbers(c))
        if self.exact:
            return same
        rf, cf = _doubles(r), _doubles(c)
        with np.errstate(invalid="ignore", over="ignore"):
            difference = _difference(r, c)
            # an integer and a double that only look equal in double differ by at least one
            difference[(difference == 0) & ~same] = 1.0
            if self.ulp is not None:
                allowed = self.ulp * np.minimum(np.spacing(np.abs(rf)), _LARGEST_ULP)
            else:
                allowed = self.atol + self.rtol * np.abs(rf)
            finite = np.isfinite(rf) & np.isfinite(cf)
            close: BoolArray = same | (finite & (difference <= allowed))
        return close


def missing(values: pa.Array) -> BoolArray:
    """Say for each value whether it is missing: null, or NaN in a floating array."""
    absent = np.zeros(len(values), dtype=bool)
    if values.null_count:
        absent |= values.is_null().to_numpy(zero_copy_only=False)
    if pa.types.is_floating(values.type):
        absent |= np.isnan(_doubles(values))
    return absent


def is_number(kind: pa.DataType) -> bool:
    """Whether an Arrow type compares as a number (booleans count as 0 and 1)."""
    return bool(
        pa.types.is_floating(kind)
        or pa.types.is_integer(kind)
        or pa.types.is_boolean(kind)
        or pa.types.is_date(kind)
        or pa.types.is_timestamp(kind)
    )


def _numbers(values: pa.Array) -> npt.NDArray[np.float64] | npt.NDArray[np.int64]:
    if pa.types.is_floating(values.type):
        return _doubles(values)
    if pa.types.is_temporal(values.type):
        # a date equals the timestamp of its midnight, and is counted in microseconds like it
        values = values.cast(pa.timestamp("us"))
    whole: npt.NDArray[np.int64] = values.cast(pa.int64()).to_numpy(zero_copy_only=False)
    return whole


def _doubles(values: pa.Array) -> FloatArray:
    if pa.types.is_floating(values.type):
        filled = pc.fill_null(values, float("nan")) if values.null_count else values
        real: FloatArray = filled.to_numpy(zero_copy_only=False).astype(np.float64, copy=False)
        return real
    return _numbers(values).astype(np.float64)


def doubles(values: pa.Array) -> FloatArray:
    """The values of a numeric array as doubles, missing as NaN (shape ``(n,)``)."""
    if pa.types.is_floating(values.type):
        return _doubles(values)
    out = np.full(len(values), np.nan)
    present = ~missing(values)
    out[present] = _doubles(values.drop_null())
    return out


def _difference(r: pa.Array, c: pa.Array) -> FloatArray:
    if pa.types.is_integer(r.type) and pa.types.is_integer(c.type):
        # beyond 2**53 doubles skip integers: subtract before rounding; modulo 2**64 the result is exact
        low, high = np.minimum(_numbers(r), _numbers(c)), np.maximum(_numbers(r), _numbers(c))
        return (high.astype(np.uint64) - low.astype(np.uint64)).astype(np.float64)
    difference: FloatArray = np.abs(_doubles(c) - _doubles(r))
    return difference


def _equal_exact_numbers(r: npt.NDArray[np.generic], c: npt.NDArray[np.generic]) -> BoolArray:
    if r.dtype == c.dtype:
        same: BoolArray = r == c
        return same
    whole, real = (r, c) if r.dtype == np.int64 else (c, r)
    close: BoolArray = whole.astype(np.float64) == real
    # 2**53 + 1 rounds to 2**53, so those that look equal are compared as integers (2**63 is none of them)
    rows = np.flatnonzero(close & (real != 2.0**63))
    close[:] = False
    close[rows] = whole[rows] == real[rows].astype(np.int64)
    return close


def _equal_text(r: pa.Array, c: pa.Array) -> BoolArray:
    if is_number(r.type) or is_number(c.type):
        return np.zeros(len(r), dtype=bool)  # the text "1" is not the number 1
    same: BoolArray = pc.equal(r.cast(pa.string()), c.cast(pa.string())).to_numpy(zero_copy_only=False)
    return same
