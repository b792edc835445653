"""Worker processes: nothing of them outlives the harness, and their end is never taken for an answer."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from forms import LIMITS, floats, model_of, needs_r, open_session

from harness.model import Model
from harness.protocols import Limits, OpenError, Outcome
from harness.schema import Kind
from harness.workers.channel import GoneError, LateError
from harness.workers.errand import Errand
from harness.workers.handshake import greet
from harness.workers.launch import Launch
from harness.workers.printed import KEPT, Printed
from harness.workers.process import Process, deadline
from harness.workers.python import wire
from harness.workers.python.encode import encode
from harness.workers.python.wire import Frame, Table

Y = {"y": Kind.FLOAT}
Run = Callable[[str], Process]
LONG_S = 30.0
pytestmark = pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="watches processes by pidfd (Linux)")


def ended(pid: int) -> bool:
    """Wait until a process is gone."""
    try:
        fd = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([fd], [], [], LONG_S)[0])
    finally:
        os.close(fd)


def python_process(
    code: str, folder: Path, limits: Limits = LIMITS, printed: Printed | None = None
) -> Process:
    """A worker whose program is any Python code; ``read_fd`` and ``write_fd`` are there."""
    start = f"import os, sys, time, signal\nread_fd, write_fd = map(int, sys.argv[1:])\n{code}"
    launch = Launch((sys.executable, "-c", start, "{read}", "{write}"), folder, dict(os.environ), "python")
    return Process(launch, LIMITS, Printed())


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Run]:
    started: list[Process] = []

    def start(code: str) -> Process:
        started.append(python_process(code, tmp_path))
        return started[-1]

    yield start
    for one in started:
        one.kill()


def test_an_answer_that_never_comes_is_late(run: Run) -> None:
    process = run("time.sleep(600)")
    with pytest.raises(LateError):
        process.channel.receive(deadline(0.2))
    assert process.kill() == -signal.SIGKILL


def test_a_call_that_is_never_read_is_late(run: Run) -> None:
    process = run("time.sleep(600)")
    with pytest.raises(LateError):
        process.channel.send([bytes(8 << 20)], deadline(0.5))


def test_half_an_answer_of_a_killed_process_is_none(run: Run) -> None:
    frame = b"".join(bytes(part) for part in encode(Frame(wire.RESULT, 1, [wire.fields(x=1.0)])))
    half = frame[: len(frame) - 8]
    process = run(f"os.write(write_fd, {half!r}); os.kill(os.getpid(), signal.SIGKILL)")
    with pytest.raises(GoneError):
        process.channel.receive(deadline(LONG_S))
    assert process.ending() == (-9, "was killed by SIGKILL (out of memory, or killed from outside)")


def test_an_answer_written_just_before_the_end_counts(run: Run) -> None:
    frame = b"".join(bytes(part) for part in encode(Frame(wire.RESULT, 1, [wire.fields(x=1.0)])))
    process = run(f"os.write(write_fd, {frame!r}); os._exit(0)")
    assert ended(process.pid)
    assert process.channel.receive(deadline(LONG_S))[:2] == (wire.RESULT, 1)


def test_a_grandchild_that_holds_the_pipe_does_not_hide_the_end(run: Run) -> None:
    process = run("os.fork() or time.sleep(600); os._exit(7)")
    with pytest.raises(GoneError):
        process.channel.receive(deadline(LONG_S))
    assert process.ending() == (7, "ended with status 7")


def test_what_a_worker_started_ends_with_it(run: Run) -> None:
    code = (
        "child = os.fork()\nif child == 0: time.sleep(600)\n"
        "os.write(write_fd, str(child).encode() + b'\\n'); time.sleep(600)"
    )
    process = run(code)
    child = int(process.channel.read_line(deadline(LONG_S)))
    process.kill()
    assert ended(child)


def test_bytes_that_are_no_frame_are_told_from_silence(run: Run) -> None:
    process = run("os.write(write_fd, b'Loading required package'); time.sleep(600)")
    with pytest.raises(wire.WireError, match="not a frame"):
        process.channel.receive(deadline(LONG_S))


def test_a_worker_outlives_the_thread_that_opened_it(run: Run) -> None:
    found: list[Process] = []
    code = "os.read(read_fd, 1); os.write(write_fd, b'up\\n'); time.sleep(600)"
    thread = threading.Thread(target=lambda: found.append(run(code)))
    thread.start()
    thread.join()
    found[0].channel.send([b"x"], deadline(LONG_S))
    assert found[0].channel.read_line(deadline(LONG_S)) == b"up\n"


def test_ending_twice_is_harmless(run: Run) -> None:
    process = run("time.sleep(600)")
    process.kill()
    process.close()
    process.kill()
    assert ended(process.pid)


HARNESS = """
import os, signal, sys, time
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs ignore it
sys.path.insert(0, {tests!r})
from pathlib import Path
from forms import floats, model_of, open_session
from harness.schema import Kind
model = model_of(Path({folder!r}), {runtime!r}, {source!r}, floats("x"), {{"y": Kind.FLOAT}})
session = open_session(model)
print(session.pid, flush=True)
{then}
"""
HANGING = {
    "r": "score <- function(df) repeat {}",
    "python": "def score(df):\n    while True: pass",
}


def harness(folder: Path, runtime: str, then: str) -> tuple[subprocess.Popen[str], int]:
    """A harness of its own with one open session; its process and the worker's id."""
    tests, source = str(Path(__file__).parents[1]), HANGING[runtime]
    code = HARNESS.format(tests=tests, folder=str(folder), runtime=runtime, source=source, then=then)
    parent = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    return parent, int(parent.stdout.readline())


CALLING = "print('calling', flush=True)\nsession.call(model.schema.batch({'x': [1.0]}))"


@pytest.mark.parametrize("runtime", [pytest.param("r", marks=needs_r), "python"])
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_a_worker_in_an_endless_loop_ends_with_the_harness(
    tmp_path: Path, runtime: str, number: signal.Signals
) -> None:
    parent, worker = harness(tmp_path, runtime, CALLING)
    with contextlib.closing(parent.stdout), contextlib.closing(parent.stderr):  # type: ignore[type-var]
        assert parent.stdout is not None
        assert parent.stdout.readline() == "calling\n"
        parent.send_signal(number)
        parent.wait(LONG_S)
        assert ended(worker)


def test_a_harness_that_forgets_to_close_leaves_no_worker(tmp_path: Path) -> None:
    parent, worker = harness(tmp_path, "python", "")
    _, errors = parent.communicate(timeout=LONG_S)
    assert (parent.returncode, errors) == (0, "")
    assert ended(worker)


def test_a_session_that_nobody_holds_ends_its_worker(tmp_path: Path) -> None:
    session = open_session(model_of(tmp_path, "python", HANGING["python"], floats("x"), Y))
    pid = session.pid  # type: ignore[attr-defined]
    del session
    assert ended(pid)


INTERRUPTING = """
import os, signal
def score(df):
    os.kill(os.getppid(), signal.SIGINT)
    while True: pass
"""


def test_ctrl_c_during_a_call_ends_the_worker_and_reaches_the_caller(tmp_path: Path) -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs ignore it
    model = model_of(tmp_path, "python", INTERRUPTING, floats("x"), Y)
    session = open_session(model)
    pid = session.pid  # type: ignore[attr-defined]
    with pytest.raises(KeyboardInterrupt):
        session.call(model.schema.batch({"x": [1.0]}))
    assert ended(pid)
    session.close()


MEMORY = 1 << 30


@pytest.mark.parametrize(
    ("runtime", "source"),
    [
        pytest.param("r", "score <- function(df) if (df$x == 1) rep(0, 4e8) else df$x", marks=needs_r),
        (
            "python",
            "import numpy as np\ndef score(df):\n    return np.zeros(int(4e8)) if df.x[0] == 1 else df.x",
        ),
    ],
)
def test_a_memory_limit_makes_a_greedy_call_fail_and_no_other(
    tmp_path: Path, runtime: str, source: str
) -> None:
    model = model_of(tmp_path, runtime, source, floats("x"), Y)
    session = open_session(model, Limits(open_s=60, call_s=60, memory_bytes=MEMORY))
    with contextlib.closing(session):
        failure = session.call(model.schema.batch({"x": [1.0]})).failure
        assert failure is not None
        assert failure.outcome in (Outcome.RAISED, Outcome.DIED)
        assert "llocate" in failure.message + failure.trace
        reply = session.call(model.schema.batch({"x": [2.0]}))
        assert reply.outputs is not None
        assert reply.outputs["y"].to_pylist() == [2.0]


def test_a_worker_of_another_protocol_is_refused_with_both_versions(tmp_path: Path, run: Run) -> None:
    hello = wire.fields(
        magic="parity-harness", protocol=99, language="python", version="9", clock="monotonic"
    )
    frame = b"".join(bytes(part) for part in encode(Frame(wire.HELLO, 0, [hello, Table([], 0)])))
    process = run(f"os.write(write_fd, {frame!r}); time.sleep(600)")
    with pytest.raises(OpenError, match=r"speaks version 99(\.0)? of the protocol, but .* speaks 1"):
        greet(process, errand(tmp_path, process), deadline(LONG_S))


def errand(folder: Path, process: Process) -> Errand:
    model: Model = model_of(folder, "python", "", [], {})
    return Errand(model, model.forms[0], process.launch, [], LIMITS)


def test_only_the_end_of_what_is_printed_is_kept(tmp_path: Path) -> None:
    printed = Printed()
    os.write(printed.fd, b"start" + b"." * (3 << 20) + b"end")
    printed.trim()
    assert printed.size == KEPT
    os.write(printed.fd, b" and more")
    assert printed.tail().endswith("..end and more")
    assert len(printed.tail()) == KEPT
    printed.close()


def test_a_form_that_prints_without_end_fills_no_disk(tmp_path: Path) -> None:
    source = "def score(df):\n    for _ in range(300): print('x' * 99_999)\n    return df.x"
    model = model_of(tmp_path, "python", source, floats("x"), Y)
    with contextlib.closing(open_session(model)) as session:
        for _ in range(2):
            session.call(model.schema.batch({"x": [1.0]}))
        assert session._printed.size <= 2 * KEPT  # type: ignore[attr-defined]
        assert len(session.printed()) == KEPT


def test_temporary_files_of_a_worker_that_is_killed_do_not_stay(run: Run, tmp_path: Path) -> None:
    process = run("import tempfile; os.write(write_fd, tempfile.mkdtemp().encode()); time.sleep(600)")
    select.select([process.channel.read_fd], [], [], LONG_S)
    folder = Path(os.read(process.channel.read_fd, 4096).decode())
    assert folder.is_dir()
    process.kill()
    assert not folder.exists()
    assert not folder.parent.exists()
