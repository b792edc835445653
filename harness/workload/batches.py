"""The batch to be timed: the model's own rows where it names data, else rows drawn from its schema."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from harness.protocols import Session
from harness.schema import Schema
from harness.search.rows.backgrounds import NoLegalRowError, make_space
from harness.search.rows.mixed import random_rows
from harness.search.rows.pools import build_pools

#: How often rows are drawn before the constraints are said to leave too few, and how many at least each time.
DRAWS = 20
FEWEST_DRAWN = 256


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows to be timed, and where they come from: ``data`` or ``drawn``."""

    rows: pa.RecordBatch
    source: str


def batch_of(schema: Schema, rows: int, seed: int, data: pa.RecordBatch | None = None) -> Batch:
    """A batch of ``rows`` >= 1 rows, the same for the same seed.

    Rows of ``data`` are sampled without repetition, and repeated as often as the size asks.
    """
    if data is not None and data.num_rows > 0:
        rng = np.random.default_rng([seed, rows])
        return Batch(data.take(pa.array(_cycled(data.num_rows, rows, rng))), "data")
    return Batch(drawn(schema, rows, seed), "drawn")


def askable(sessions: Iterable[Session]) -> pa.RecordBatch | None:
    """The rows of the first session that answers from a recording, so that no others can be asked."""
    for session in sessions:
        rows: Callable[[], pa.RecordBatch] | None = getattr(session, "rows", None)
        if rows is not None:
            return rows()
    return None


def _cycled(there: int, rows: int, rng: np.random.Generator) -> npt.NDArray[np.int64]:
    """Indices of ``rows`` rows out of ``there``: every row once before any is taken again."""
    return np.concatenate([rng.permutation(there) for _ in range(-(-rows // there))])[:rows]


def drawn(schema: Schema, rows: int, seed: int) -> pa.RecordBatch:
    """Legal rows drawn from the ranges, levels and special values of each input.

    Raises NoLegalRowError where the constraints leave hardly any.
    """
    space = make_space(schema, build_pools(schema, ()), None, seed)
    parts: list[pa.RecordBatch] = []
    found = 0
    for attempt in range(DRAWS):
        part = random_rows(space, max(rows, FEWEST_DRAWN), seed + attempt)
        parts.append(part)
        found += part.num_rows
        if found >= rows:
            return pa.Table.from_batches(parts).slice(0, rows).combine_chunks().to_batches()[0]
    raise NoLegalRowError(
        f"of {DRAWS * max(rows, FEWEST_DRAWN):,} rows drawn, {found:,} keep the constraints, "
        f"and {rows:,} are needed: name data in the model file, or ask for fewer rows"
    )
