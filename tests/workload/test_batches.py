from collections import Counter

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.legal import legal_rows
from harness.schema import Input, Kind, Schema
from harness.search.rows.backgrounds import NoLegalRowError
from harness.workload.batches import batch_of
from harness.workload.memory import free_bytes, shortage

SCHEMA = Schema(
    (
        Input("amount", Kind.FLOAT, 0.0, 1e6, missing=True),
        Input("age", Kind.INT, 18, 100, special=(-1,)),
        Input("own", Kind.CATEGORY, levels=("a", "b")),
    ),
    constraints=("age > 30",),
)
DATA = pa.RecordBatch.from_pydict(
    {"amount": [1.0, 2.0, 3.0], "age": [40, 50, 60], "own": ["a", "b", "a"]}, schema=SCHEMA.arrow
)


@given(st.integers(1, 20), st.integers(0, 5))
def test_rows_of_data_are_each_used_once_before_any_is_used_again(rows, seed):
    batch = batch_of(SCHEMA, rows, seed, DATA)
    assert batch.source == "data"
    assert batch.rows.num_rows == rows
    counts = Counter(batch.rows.column("age").to_pylist())
    assert set(counts) <= {40, 50, 60}
    assert max(counts.values()) - min(counts[age] for age in (40, 50, 60)) <= 1


def test_the_same_seed_gives_the_same_batch_and_another_one_another():
    assert batch_of(SCHEMA, 50, 1).rows.equals(batch_of(SCHEMA, 50, 1).rows)
    assert not batch_of(SCHEMA, 50, 1).rows.equals(batch_of(SCHEMA, 50, 2).rows)


@settings(max_examples=25)
@given(st.sampled_from([1, 7, 1000, 5000]), st.integers(0, 100))
def test_drawn_rows_are_legal_and_as_many_as_asked_for(rows, seed):
    batch = batch_of(SCHEMA, rows, seed)
    assert batch.source == "drawn"
    assert batch.rows.num_rows == rows
    assert batch.rows.schema == SCHEMA.arrow
    assert legal_rows(batch.rows, SCHEMA).all()


def test_empty_data_is_no_data():
    assert batch_of(SCHEMA, 5, 1, DATA.slice(0, 0)).source == "drawn"


def test_constraints_that_leave_too_few_rows_say_what_to_do():
    amount = Input("amount", Kind.FLOAT, 0.0, 1e6, edges=(123456.789,))
    rare = Schema((amount,), constraints=("amount == 123456.789",))
    with pytest.raises(NoLegalRowError, match=r"of 20,000 rows drawn, 0 keep .*, and 1,000 are needed"):
        batch_of(rare, 1000, 1)


def test_a_batch_that_fits_is_not_held_up():
    assert shortage(SCHEMA, 1000, 4, free=10**9) is None
    assert shortage(SCHEMA, 10**12, 4, free=None) is None


def test_a_batch_that_does_not_fit_says_how_much_it_takes_and_what_to_do():
    message = shortage(SCHEMA, 10**8, 4, free=2**31)
    assert message == (
        "100,000,000 rows in 4 targets at once take about 71.5 GiB, and 2.0 GiB are free: "
        "ask for fewer --rows, or for one --target at a time"
    )


def test_free_memory_is_read_from_the_system(tmp_path):
    meminfo = tmp_path / "meminfo"
    meminfo.write_text("MemTotal:  8000 kB\nMemAvailable:  4000 kB\n")
    assert free_bytes(meminfo) == 4_096_000
    assert free_bytes(tmp_path / "absent") is None
    meminfo.write_text("MemTotal:  8000 kB\n")
    assert free_bytes(meminfo) is None
