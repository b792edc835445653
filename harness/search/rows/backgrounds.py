"""The rows that a search starts from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa

from harness.schema import Schema
from harness.search.rows.mixed import drawn, mixed
from harness.search.rows.pools import Pool
from harness.search.rows.space import BACKGROUNDS, Space, concat, legal


class NoLegalRowError(ValueError):
    """No row was found that keeps every constraint."""


def make_space(
    schema: Schema,
    pools: Mapping[str, Pool],
    data: pa.RecordBatch | None,
    seed: int,
    constants: Sequence[float | int] = (),
) -> Space:
    """Choose backgrounds: the plain row first, then rows of the data, else random ones.

    Raises NoLegalRowError where thousands of random rows all break a constraint.
    """
    rng = np.random.default_rng(seed)
    plain = schema.batch({name: [pool.plain] for name, pool in pools.items()})
    parts = [plain]
    if data is not None and data.num_rows:
        chosen = rng.choice(data.num_rows, size=min(BACKGROUNDS * 4, data.num_rows), replace=False)
        parts.append(data.take(pa.array(chosen)))
    space = Space(schema, pools, plain, data)
    parts += [drawn(space, rng, 256), mixed(space, rng, 256)]
    found = legal(schema, concat(schema, parts))
    tries = 0
    while found.num_rows == 0:
        tries += 1
        if tries > 40:
            rules = "; ".join(schema.constraints)
            raise NoLegalRowError(
                f"no legal row found in 20,000 tries: do the constraints contradict? ({rules})"
            )
        found = legal(schema, concat(schema, [drawn(space, rng, 256), mixed(space, rng, 256)]))
    return Space(schema, pools, found.slice(0, BACKGROUNDS), data, tuple(constants))
