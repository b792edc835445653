"""Where the forms disagree everywhere: is one answer a fixed function of the other?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from harness.causes import Cause

Floats = npt.NDArray[np.float64]

#: The share of rows that a relation must explain. The rest is looked at by itself.
SHARE = 0.95
LEAST_ROWS = 8


@dataclass(frozen=True, slots=True)
class Relation:
    """``candidate = apply(reference)``, in words, with the share of rows it explains."""

    cause: Cause
    words: str
    apply: Callable[[Floats], Floats]
    share: float


def _logit(p: Floats) -> Floats:
    return np.log(p) - np.log1p(-p)


def _expit(x: Floats) -> Floats:
    return 1.0 / (1.0 + np.exp(-x))


_FIXED: tuple[tuple[str, Callable[[Floats], Floats]], ...] = (
    ("1 - reference", lambda r: 1.0 - r),
    ("-reference", lambda r: -r),
    ("100 * reference", lambda r: 100.0 * r),
    ("reference / 100", lambda r: r / 100.0),
    ("logit(reference)", _logit),
    ("-logit(reference)", lambda r: -_logit(r)),
    ("1 / (1 + exp(-reference))", _expit),
    ("1 / (1 + exp(reference))", lambda r: _expit(-r)),
    ("log(reference)", np.log),
    ("exp(reference)", np.exp),
    ("log10(reference)", np.log10),
    ("log1p(reference)", np.log1p),
    ("1 / reference", lambda r: 1.0 / r),
    ("reference squared", np.square),
    ("sqrt(reference)", np.sqrt),
)


def relate(reference: Floats, candidate: Floats, bad: npt.NDArray[np.bool_]) -> Relation | None:
    """The relation that explains nearly all rows, or None.

    ``reference`` and ``candidate`` are both answers of n rows (NaN: none), ``bad`` the rows that disagree.
    Only looked for where at least a third of the answered rows disagree.
    """
    usable = np.isfinite(reference) & np.isfinite(candidate)
    r, c, b = reference[usable], candidate[usable], bad[usable]
    if b.sum() < LEAST_ROWS or b.mean() < 1 / 3 or len(np.unique(r)) < 3:
        return None
    single = _single_precision(r, c, b)
    if single is not None:
        return single
    with np.errstate(all="ignore"):
        for words, function in _FIXED:
            share = _share(function(r), c)
            if share >= SHARE:
                return Relation(Cause.SCALE, f"candidate = {words}", function, share)
    return _affine(r, c)


def _share(predicted: Floats, given: Floats) -> float:
    close = np.abs(predicted - given) <= 1e-9 + 1e-6 * np.abs(given)
    return float(np.mean(close))


def _affine(r: Floats, c: Floats) -> Relation | None:
    """``a + b * reference``, through the medians of the lower and the upper third."""
    order = np.argsort(r)
    third = max(1, len(r) // 3)
    low, high = order[:third], order[-third:]
    i, j = low[len(low) // 2], high[len(high) // 2]
    if r[i] == r[j]:
        return None
    slope = _snapped((c[j] - c[i]) / (r[j] - r[i]))
    offset = _snapped(c[i] - slope * r[i])
    if slope == 0 or not np.isfinite(slope):
        return None
    share = _share(offset + slope * r, c)
    if share < SHARE:
        return None
    parts = [f"{slope:.9g} * reference" if not np.isclose(slope, 1.0, rtol=1e-9) else "reference"]
    if abs(offset) > 1e-9 * max(1.0, float(np.abs(c).max())):
        parts.append(f"{offset:.9g}")
    return Relation(Cause.SCALE, "candidate = " + " + ".join(parts), lambda x: offset + slope * x, share)


def _snapped(number: float) -> float:
    """A fitted number without the noise of its last digits."""
    return float(f"{number:.12g}")


def _single_precision(r: Floats, c: Floats, bad: npt.NDArray[np.bool_]) -> Relation | None:
    """Errors of the size of float32's, and answers that float32 holds or that err about as much."""
    scale = np.maximum(np.abs(r), 1e-6 * np.abs(r).max())
    error = np.abs(c - r)[bad] / scale[bad]
    if np.quantile(error, SHARE) > 2.0**-14 or np.median(error) > 2.0**-19:
        return None
    held = float(np.mean(c.astype(np.float32).astype(np.float64) == c))
    if held < SHARE and (np.median(error) < 2.0**-28 or _exact_elsewhere(r, c, bad)):
        return None
    words = "the answers differ as single precision differs from double"
    return Relation(Cause.SINGLE_PRECISION, words, lambda x: x, float(np.mean(error <= 2.0**-14)))


def _exact_elsewhere(r: Floats, c: Floats, bad: npt.NDArray[np.bool_]) -> bool:
    """Whether rows that agree do so to the last digits: single precision would show there as well."""
    fine = ~bad & (r != 0)
    if fine.sum() < LEAST_ROWS:
        return False
    return float(np.mean(np.abs(c - r)[fine] > 1e-12 * np.abs(r[fine]))) < 0.1
