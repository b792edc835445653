"""Shared memory: it cannot be cut short, has no name that could be left, and ends with its last user."""

from __future__ import annotations

import contextlib
import gc
import mmap
import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from forms import floats, model_of, needs_native, needs_r, open_session

from harness.protocols import Place
from harness.schema import Input, Kind, Schema
from harness.workers import memory
from harness.workers.memory import Segment, segment_of
from harness.workers.python import wire
from harness.workers.shared import share

needs_memfd = pytest.mark.skipif(not hasattr(os, "memfd_create"), reason="sealed memory is Linux's")


def open_fd(fd: int) -> bool:
    try:
        os.fstat(fd)
    except OSError:
        return False
    return True


@needs_memfd
def test_nobody_can_cut_it_short_or_make_it_longer() -> None:
    segment = Segment(10_000)
    for size in (0, 4096, 1 << 20):
        with pytest.raises(PermissionError):
            os.ftruncate(segment.fd, size)
    assert segment.size == 12_288
    segment.view[-1] = 7


@needs_memfd
def test_memory_that_is_lent_can_be_written_to_by_its_owner_alone() -> None:
    segment = Segment(4096)
    segment.view[:3] = (1, 2, 3)
    segment.read_only()
    with pytest.raises(PermissionError):
        mmap.mmap(segment.fd, 4096)
    with pytest.raises(PermissionError):
        os.pwrite(segment.fd, b"x", 0)
    private = mmap.mmap(segment.fd, 4096, flags=mmap.MAP_PRIVATE)
    private[0] = 9
    segment.view[1] = 8
    assert segment.view[:3].tolist() == [1, 8, 3]
    private.close()


def test_it_ends_with_the_last_reference() -> None:
    segment = Segment(4096)
    fd, number = segment.fd, segment.number
    assert memory.alive(number)
    del segment
    gc.collect()
    assert not memory.alive(number)
    assert not open_fd(fd)


def test_a_batch_keeps_its_memory_and_a_slice_keeps_it_too() -> None:
    schema = Schema((Input("x", Kind.FLOAT),))
    batch = share(pa.RecordBatch.from_arrays([pa.array([1.0, 2.0])], schema=schema.arrow), schema)
    values = batch.column(0).buffers()[1]
    found = segment_of(values.address, values.size)
    assert found is not None
    number, part = found.number, batch.slice(1)
    del batch, found, values
    gc.collect()
    assert memory.alive(number)
    assert part.column(0).to_pylist() == [2.0]
    del part
    gc.collect()
    assert not memory.alive(number)


def test_a_shared_batch_is_equal_to_what_it_was_made_of() -> None:
    inputs = (
        Input("x", Kind.FLOAT, missing=True),
        Input("n", Kind.INT, missing=True),
        Input("b", Kind.BOOL),
        Input("c", Kind.CATEGORY, levels=("a", "b"), missing=True),
        Input("s", Kind.STRING),
        Input("none", Kind.STRING, missing=True),
    )
    schema = Schema(inputs)
    whole = schema.batch(
        {
            "x": [1.5, None, float("nan"), -0.0, None],
            "n": [1, None, 3, 4, 5],
            "b": [True, False, True, True, False],
            "c": ["a", None, "b", "b", "a"],
            "s": ["", "é", "x" * 100, "b", "a"],
            "none": [None] * 5,
        }
    )
    for batch in (whole, whole.slice(1, 3), whole.slice(4, 1)):
        born = share(batch, schema)
        # NaN is not equal to itself, but to its own bits
        assert born.slice(0).column(1).equals(batch.column(1))
        assert repr(born.to_pylist()) == repr(batch.to_pylist())


def test_missing_doubles_hold_r_s_own_missing_value_under_the_nulls() -> None:
    schema = Schema((Input("x", Kind.FLOAT, missing=True),))
    array = pa.array(np.arange(1000.0), mask=np.arange(1000) % 7 == 3)
    born = share(pa.RecordBatch.from_arrays([array], schema=schema.arrow), schema)
    bits = np.frombuffer(born.column(0).buffers()[1], "<u8", 1000)
    assert (bits[3::7] == wire.R_NA_REAL).all()
    assert bits[4] == np.float64(4.0).view("<u8")


# ---- where sealed memory is forbidden ------------------------------------------------------------------


@pytest.fixture
def without_memfd(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    def forbidden(*_: Any) -> int:
        raise PermissionError("forbidden here")

    monkeypatch.setattr(os, "memfd_create", forbidden, raising=False)
    yield
    gc.collect()


def names() -> set[str]:
    return {one.name for one in Path("/dev/shm").glob("parity-*")}


def test_without_memfd_it_is_a_file_that_has_no_name(without_memfd: None) -> None:
    before = names()
    segment = Segment(4096)
    segment.view[0] = 5
    assert os.pread(segment.fd, 1, 0) == b"\x05"
    assert os.fstat(segment.fd).st_nlink == 0
    assert names() == before


@needs_r
@needs_native
def test_r_forms_run_without_memfd(without_memfd: None, tmp_path: Path) -> None:
    source = "score <- function(df) { df$a[1] <- df$a[1] + 1; df$a }"
    model = model_of(tmp_path, "r", source, floats("a"), {"y": Kind.FLOAT})
    with contextlib.closing(open_session(model, place=Place(variant="native"))) as session:
        for rows in (1, 20_000, 300_000):
            batch = pa.RecordBatch.from_arrays([pa.array(np.arange(float(rows)))], schema=model.schema.arrow)
            for one in (batch, share(batch, model.schema)):
                reply = session.call(one)
                assert reply.failure is None, reply.failure
                assert reply.outputs is not None
                assert reply.outputs["y"].to_pylist() == [1.0, *map(float, range(1, rows))]


KILLED = """
import os, sys
sys.path.insert(0, {tests!r})
if {forbidden}:
    def forbidden(*_): raise PermissionError
    os.memfd_create = forbidden
from pathlib import Path
import numpy as np, pyarrow as pa
from forms import floats, model_of, open_session
from harness.schema import Kind
from harness.workers.shared import share
source = "score <- function(df) if (df$a[1] == 1) repeat {{}} else df$a"
model = model_of(Path({folder!r}), "r", source, floats("a"), {{"y": Kind.FLOAT}})
session = open_session(model)
def batch(x): return pa.RecordBatch.from_arrays([pa.array(np.full(50_000, x))], schema=model.schema.arrow)
assert session.call(share(batch(2.0), model.schema)).failure is None
print(session.pid, flush=True)
session.call(batch(1.0))
"""


@needs_r
@needs_native
@pytest.mark.parametrize("forbidden", [False, True])
def test_a_harness_that_is_killed_in_a_call_leaves_neither_memory_nor_process(
    tmp_path: Path, forbidden: bool
) -> None:
    before = names()
    code = KILLED.format(tests=str(Path(__file__).parents[1]), folder=str(tmp_path), forbidden=forbidden)
    parent = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    with contextlib.closing(parent.stdout):  # type: ignore[type-var]
        assert parent.stdout is not None
        worker = int(parent.stdout.readline())
        fd = os.pidfd_open(worker)
        parent.send_signal(signal.SIGKILL)
        parent.wait(30)
    assert select.select([fd], [], [], 30)[0]
    os.close(fd)
    assert names() == before
