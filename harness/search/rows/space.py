"""What rows are made from, and how many of them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import pyarrow as pa

from harness.forest import Forest
from harness.legal import holding_rows
from harness.protocols import Entry
from harness.schema import Scalar, Schema
from harness.search.rows.pools import Pool

BACKGROUNDS = 6
PAIR_VALUES = 24  # values of one input that are paired with another's


@dataclass(frozen=True, slots=True)
class Effort:
    """How large a batch may be, and what share of the usual rows the core takes (slow forms: less).

    Whatever the share, every interesting value is tried at least once.
    """

    batch: int = 8_192
    share: float = 1.0
    rate: float = field(default=math.inf, compare=False)  # rows a second of the slowest form
    call_s: float = field(default=0.0, compare=False)  # seconds that it takes for a single row

    @property
    def singles(self) -> int:
        """Rows spent on single values, over all inputs."""
        return int(60_000 * self.share)

    @property
    def pairs(self) -> int:
        """Rows spent on pairs of values, over all pairs of inputs."""
        return int(60_000 * self.share)

    @property
    def derived(self) -> int:
        """Rows in which two inputs together meet a number that a form names."""
        return int(30_000 * self.share)

    @property
    def entries(self) -> int:
        """Rows that meet the entries of tables."""
        return int(30_000 * self.share)

    @property
    def mixtures(self) -> int:
        """Rows in which several inputs are interesting at once."""
        return int(16_384 * self.share)

    def rows(self, space: Space) -> int:
        """About how many rows the core has."""
        values = sum(len(pool.values) for pool in space.pools.values())
        inputs = len(space.schema)
        paired = min(self.pairs, inputs * (inputs - 1) // 2 * PAIR_VALUES**2)
        return max(values, min(self.singles, values * BACKGROUNDS)) + paired + self.mixtures + self.derived


@dataclass(frozen=True, slots=True)
class Space:
    """Everything rows are made from: the schema, the pools, and rows to start from."""

    schema: Schema
    pools: Mapping[str, Pool]
    backgrounds: pa.RecordBatch
    data: pa.RecordBatch | None = None
    constants: tuple[float | int, ...] = ()  # numbers that the forms name
    forests: tuple[Forest, ...] = ()  # trees that forms are known to walk
    entries: tuple[Entry, ...] = ()  # entries of tables that forms hold

    @property
    def plain(self) -> dict[str, Scalar | None]:
        """The plainest background, by input name."""
        row: dict[str, Scalar | None] = self.backgrounds.slice(0, 1).to_pylist()[0]
        return row


def legal(schema: Schema, batch: pa.RecordBatch) -> pa.RecordBatch:
    """The rows that keep every constraint."""
    if not schema.constraints:
        return batch
    return batch.filter(pa.array(holding_rows(batch, schema)))


def batches(space: Space, parts: Iterable[pa.RecordBatch], size: int) -> Iterator[pa.RecordBatch]:
    """Gather parts into batches of about so many rows, legal rows only."""
    waiting: list[pa.RecordBatch] = []
    count = 0
    for part in parts:
        for start in range(0, part.num_rows, size):
            kept = legal(space.schema, part.slice(start, size))
            waiting.append(kept)
            count += kept.num_rows
            if count >= size:
                yield concat(space.schema, waiting)
                waiting, count = [], 0
    if count:
        yield concat(space.schema, waiting)


def concat(schema: Schema, parts: Sequence[pa.RecordBatch]) -> pa.RecordBatch:
    """Batches one after the other."""
    arrays = [pa.concat_arrays([part.column(one.name) for part in parts]) for one in schema]
    return pa.RecordBatch.from_arrays(arrays, schema=schema.arrow)


def with_column(base: pa.RecordBatch, name: str, column: pa.Array) -> pa.RecordBatch:
    """The rows with another column in the place of one."""
    return base.set_column(base.schema.get_field_index(name), base.schema.field(name), column)
