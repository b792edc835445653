"""Ctrl-C at any moment of a call to the native R session: it reaches the caller, and the next is answered."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from forms import floats, model_of, needs_native, needs_r, open_session
from soak_calls import descriptors, has_ended

from harness.protocols import Limits, Place
from harness.schema import Kind
from harness.workers import memory
from harness.workers.session import WorkerSession
from harness.workers.shared import share

pytestmark = [needs_r, needs_native]

LIMITS = Limits(open_s=60, call_s=30)
Y = {"y": Kind.FLOAT}


@pytest.fixture(autouse=True)
def interruptible() -> Iterator[None]:
    """A shell's background jobs ignore Ctrl-C; and an alarm is one here."""
    old = {one: signal.getsignal(one) for one in (signal.SIGINT, signal.SIGALRM)}

    def interrupt(*_: Any) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGALRM, interrupt)
    yield
    signal.setitimer(signal.ITIMER_REAL, 0)
    for number, handler in old.items():
        signal.signal(number, handler)


def opened(folder: Path, source: str) -> WorkerSession:
    session = open_session(
        model_of(folder, "r", source, floats("a", "b"), Y), LIMITS, Place(variant="native")
    )
    assert isinstance(session, WorkerSession)
    return session


def batch(session: WorkerSession, value: float, rows: int) -> pa.RecordBatch:
    columns = [pa.array(np.full(rows, value)), pa.array(np.arange(float(rows)))]
    return pa.RecordBatch.from_arrays(columns, schema=session.errand.model.schema.arrow)


@pytest.mark.parametrize("rows", [1, 20_000, 200_000])
def test_ctrl_c_while_r_computes_ends_r_and_reaches_the_caller(tmp_path: Path, rows: int) -> None:
    source = """
    status <- grep("^PPid:", readLines("/proc/self/status"), value = TRUE)
    parent <- as.integer(sub("PPid:", "", status))
    score <- function(df) {
      if (df$a[1] == 1) { tools::pskill(parent, tools::SIGINT); repeat {} }
      df$a + df$b
    }
    """
    with contextlib.closing(opened(tmp_path, source)) as session:
        pid = session.pid
        assert pid is not None
        with pytest.raises(KeyboardInterrupt):
            session.call(batch(session, 1.0, rows))
        assert has_ended(pid)
        reply = session.call(batch(session, 2.0, rows))
        assert reply.outputs is not None
        assert reply.outputs["y"].to_pylist() == (np.arange(rows) + 2.0).tolist()


@pytest.mark.slow
@pytest.mark.parametrize("shared", [True, False])
def test_ctrl_c_at_any_moment_leaves_a_session_that_answers_rightly(tmp_path: Path, shared: bool) -> None:
    before, segments = descriptors(), len(list(memory.segments()))
    session = opened(tmp_path, "score <- function(df) df$a + df$b")
    interrupted, pids = 0, set()
    with contextlib.closing(session):
        for number in range(60):
            rows = (1, 3_000, 70_000)[number % 3]
            one = batch(session, float(number), rows)
            asked = share(one, session.errand.model.schema) if shared else one
            pids.add(session.pid)
            try:
                # from the first microseconds of a call on to beyond its end
                signal.setitimer(signal.ITIMER_REAL, 1e-6 * (1 + number) ** 2)
                session.call(asked)
                signal.setitimer(signal.ITIMER_REAL, 0)
            except KeyboardInterrupt:
                interrupted += 1
            reply = session.call(asked)
            assert reply.failure is None, reply.failure
            assert reply.outputs is not None
            assert reply.outputs["y"].to_pylist() == (np.arange(rows) + float(number)).tolist()
            del reply, asked
    assert interrupted > 5
    assert all(has_ended(pid) for pid in pids if pid is not None)
    assert descriptors() == before
    assert len(list(memory.segments())) == segments
