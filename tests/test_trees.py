"""A tree tells rows that fail for a reason of several inputs."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from harness.trees import grow


def rows(count: int, seed: int = 0) -> pa.RecordBatch:
    rng = np.random.default_rng(seed)
    columns = {
        "income": pa.array(rng.uniform(0, 100, count)),
        "rent": pa.array(rng.uniform(0, 100, count), mask=rng.random(count) < 0.1),
        "children": pa.array(rng.integers(0, 4, count)),
        "status": pa.array(rng.choice(["single", "couple", "widowed"], count)),
        "owner": pa.array(rng.random(count) < 0.5),
    }
    return pa.RecordBatch.from_pydict(columns)


def numbers(batch: pa.RecordBatch, name: str) -> np.ndarray:
    return batch.column(name).to_numpy(zero_copy_only=False).astype(float)


RULES = {
    "a difference and a count": lambda b: (
        (numbers(b, "rent") > numbers(b, "income")) & (numbers(b, "children") > 0)
    ),
    "a text and a missing value": lambda b: (
        np.array([s == "widowed" for s in b.column("status").to_pylist()])
        & b.column("rent").is_null().to_numpy(zero_copy_only=False)
    ),
    "either of two": lambda b: (numbers(b, "income") < 20) | (numbers(b, "owner") > 0),
}


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_rows_that_were_not_seen_are_told_by_the_same_rule(rule) -> None:
    seen, fresh = rows(1_500), rows(2_000, seed=1)
    fails = rule(seen)
    tree = grow(seen.filter(pa.array(fails)), seen.filter(pa.array(~fails)))
    assert np.mean(tree.predict(fresh) == rule(fresh)) > 0.97


def test_rows_that_all_fail_make_a_leaf() -> None:
    seen = rows(50)
    assert grow(seen, seen.slice(0, 0)).predict(rows(20)).all()
