"""A small decision tree over the inputs of rows, their missing values and their differences two by two: which
other rows will fail as these did?

Where no rule of one input tells (``stumps``), a form may refuse rows for a reason of several: a rent above
the income, with children. The tree only orders work and skips repetition; no verdict rests on it. Splits
lower the Gini impurity most (Breiman et al., Classification and Regression Trees, 1984).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from harness.tolerance import doubles, is_number

Mask = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]

DEPTH = 6
LEAST = 4  # rows in a leaf
PAIRED = 12  # numeric inputs that are subtracted from each other
VALUES = 30  # of a text or category, that are looked at one by one


@dataclass(frozen=True, slots=True)
class Feature:
    """What is looked at: a number, the difference of two, whether a value is missing or one of some texts."""

    name: str
    minus: str | None = None
    missing: bool = False
    texts: frozenset[str] = frozenset()

    def of(self, batch: pa.RecordBatch) -> Floats:
        """The feature of each row, shape ``(rows,)``; NaN where it has none."""
        column = batch.column(self.name)
        if self.missing:
            return np.asarray(column.is_null().to_numpy(zero_copy_only=False), dtype=np.float64)
        if self.texts:
            among = pc.is_in(column, value_set=pa.array(sorted(self.texts), type=column.type))
            return np.asarray(among.to_numpy(zero_copy_only=False), dtype=np.float64)
        numbers = _numbers(column)
        return numbers if self.minus is None else numbers - _numbers(batch.column(self.minus))


@dataclass(frozen=True, slots=True)
class Tree:
    """A leaf (``feature`` None) that says whether rows fail, or a split: below or at ``cut`` go left."""

    fails: bool
    feature: Feature | None = None
    cut: float = 0.0
    left: Tree | None = None
    right: Tree | None = None

    def predict(self, batch: pa.RecordBatch) -> Mask:
        """Which rows will fail (shape ``(rows,)``)."""
        if self.feature is None or self.left is None or self.right is None:
            return np.full(batch.num_rows, self.fails)
        values = self.feature.of(batch)
        low = values <= self.cut
        return np.where(low, self.left.predict(batch), self.right.predict(batch))


def grow(failing: pa.RecordBatch, fine: pa.RecordBatch) -> Tree:
    """A tree that tells failing rows from others."""
    rows = pa.Table.from_batches([failing, fine]).combine_chunks().to_batches()[0]
    fails = np.arange(rows.num_rows) < failing.num_rows
    features = _features(rows, fine)
    with np.errstate(invalid="ignore", over="ignore"):
        table = np.stack([one.of(rows) for one in features])
        return _grown(features, table, fails, DEPTH)


def _numbers(column: pa.Array) -> Floats:
    if pa.types.is_date32(column.type):
        return doubles(column.cast(pa.int32()))
    if pa.types.is_timestamp(column.type):
        return doubles(column.cast(pa.int64()))
    return doubles(column)


def _features(rows: pa.RecordBatch, fine: pa.RecordBatch) -> list[Feature]:
    found: list[Feature] = []
    alike: dict[str, list[str]] = {}  # names of columns that can be subtracted from each other
    for name in rows.schema.names:
        column = rows.column(name)
        if column.null_count:
            found.append(Feature(name, missing=True))
        if is_number(column.type) or pa.types.is_temporal(column.type) or pa.types.is_boolean(column.type):
            found.append(Feature(name))
            if not pa.types.is_boolean(column.type):
                alike.setdefault("number" if is_number(column.type) else str(column.type), []).append(name)
        else:
            counts = sorted(column.drop_null().value_counts().to_pylist(), key=lambda c: -c["counts"])
            found += [Feature(name, texts=frozenset((c["values"],))) for c in counts[:VALUES]]
            answered = frozenset(fine.column(name).drop_null().unique().to_pylist())
            if 1 < len(answered) < len(counts):  # a form may know some texts, and refuse all others
                found.append(Feature(name, texts=answered))
    pairs = (pair for names in alike.values() for pair in combinations(names[:PAIRED], 2))
    return found + [Feature(a, minus=b) for a, b in pairs]


def _grown(features: list[Feature], table: Floats, fails: Mask, depth: int) -> Tree:
    leaf = Tree(fails=bool(fails.mean() > 0.5))
    if depth == 0 or fails.all() or not fails.any() or len(fails) < 2 * LEAST:
        return leaf
    gains = [(_split(values, fails), at) for at, values in enumerate(table)]
    (impurity, cut), at = min(gains, key=lambda gain: gain[0][0])
    if not np.isfinite(impurity) or impurity >= _gini(fails.mean()) - 1e-12:
        return leaf
    low = table[at] <= cut
    return Tree(
        leaf.fails,
        features[at],
        cut,
        _grown(features, table[:, low], fails[low], depth - 1),
        _grown(features, table[:, ~low], fails[~low], depth - 1),
    )


def _gini(share: float) -> float:
    return float(2 * share * (1 - share))


def _split(values: Floats, fails: Mask) -> tuple[float, float]:
    """The lowest impurity that a cut of one feature leaves, and that cut; infinity where there is none."""
    order = np.argsort(values, kind="stable")  # NaN comes last
    sorted_values, sorted_fails = values[order], fails[order]
    count = len(values)
    left = np.arange(1, count)
    last_number = ~np.isnan(sorted_values[:-1]) & np.isnan(sorted_values[1:])
    usable = (sorted_values[:-1] < sorted_values[1:]) | last_number
    usable &= (left >= LEAST) & (count - left >= LEAST)
    if not usable.any():
        return np.inf, 0.0
    before = np.cumsum(sorted_fails)[:-1]
    after = sorted_fails.sum() - before
    shares = before / left, after / (count - left)
    impurity = sum(2 * s * (1 - s) * n for s, n in zip(shares, (left, count - left), strict=True)) / count
    at = int(np.argmin(np.where(usable, impurity, np.inf)))
    return float(impurity[at]), float(sorted_values[at])
