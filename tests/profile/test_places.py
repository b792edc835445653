"""Samples are put into phases by the lines of the very code that measures the phases."""

import ast
from pathlib import Path

import pytest

from harness import workers
from harness.profile import loop
from harness.profile.places import WAIT, Caller, Worker, clock_readings, marked
from harness.profile.stacks import Frame

WORKERS = Path(workers.__file__).parent
SESSION = WORKERS / "session.py"
SERVE = WORKERS / "python" / "serve.py"


def line_of(file: Path, function: str, text: str) -> int:
    """The first line of a function that says this, so that the tests follow the code."""
    source = file.read_text()
    (found,) = (
        node
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef) and node.name == function
    )
    lines = source.splitlines()
    return next(n for n in range(found.lineno, found.end_lineno + 1) if text in lines[n - 1])


OUTSIDE = (Frame("<module>", "/usr/bin/parity", 3),)
LOOP = Frame("timed_calls", loop.__file__, 60)


def caller(text: str, *inner: Frame) -> str | None:
    call = Frame("WorkerSession.call", str(SESSION), line_of(SESSION, "call", text))
    placed = Caller().place((*OUTSIDE, LOOP, call, *inner))
    return None if placed is None else placed.phase


def worker(text: str) -> str | None:
    frames = (
        Frame("_Worker.serve_one", str(SERVE), 85),
        Frame("_Worker._call", str(SERVE), line_of(SERVE, "_call", text)),
    )
    placed = Worker().place(frames)
    return None if placed is None else placed.phase


def test_the_lines_of_a_call_are_in_the_phases_that_its_readings_of_the_clock_end():
    assert caller("self._encoded(") == "encode"
    assert caller("self._exchange(") == WAIT
    assert caller("self._understood(") == "decode-result"
    assert caller("the session is closed; open the target again") == "idle"


def test_sending_is_transport():
    send = Frame("Channel.send", str(WORKERS / "channel.py"), 53)
    assert caller("self._exchange(", send) == "transport"


def test_the_lines_of_a_worker_are_in_the_phases_that_its_readings_of_the_clock_end():
    assert worker("self.form.take(") == "decode"
    assert worker("self.form.compute(") == "compute"
    assert worker("collect(") == "encode-result"


def test_a_worker_that_writes_its_answer_returns():
    frames = (Frame("serve_one", str(SERVE), 85), Frame("Pipe.send", str(WORKERS / "python" / "pipe.py"), 45))
    placed = Worker().place(frames)
    assert placed is not None
    assert placed.phase == "return"


def test_a_worker_that_waits_for_a_call_is_in_no_phase():
    frames = (
        Frame("serve_one", str(SERVE), 74),
        Frame("Pipe.receive", str(WORKERS / "python" / "pipe.py"), 24),
    )
    assert Worker().place(frames) is None


def test_stacks_of_other_threads_and_other_times_are_in_no_phase():
    assert Caller().place(OUTSIDE) is None
    call = Frame("WorkerSession.call", str(SESSION), line_of(SESSION, "call", "self._encoded("))
    assert Caller().place((*OUTSIDE, call)) is None


def test_the_loop_itself_is_idle():
    placed = Caller().place((*OUTSIDE, LOOP))
    assert placed is not None
    assert (placed.phase, placed.frames) == ("idle", ())


def test_a_torn_stack_is_in_no_phase():
    assert Caller().place((*OUTSIDE, LOOP, Frame("_missing", "/x/columns.py", 130))) is None


def test_a_form_in_the_harness_own_process_computes():
    inside = (Frame("Recorded.call", "/x/recorded.py", 12), Frame("take", "/x/frame.py", 3))
    placed = Caller().place((*OUTSIDE, LOOP, *inside))
    assert placed is not None
    assert (placed.phase, placed.frames) == ("compute", inside)


def test_frames_begin_where_the_phase_can_be_told():
    call = Frame("WorkerSession.call", str(SESSION), line_of(SESSION, "call", "self._encoded("))
    inner = Frame("to_wire", str(WORKERS / "columns.py"), 33)
    placed = Caller().place((*OUTSIDE, LOOP, call, inner))
    assert placed is not None
    assert placed.frames == (call, inner)


def test_code_that_reads_the_clock_another_number_of_times_is_refused(tmp_path):
    file = tmp_path / "code.py"
    body = ("begun = time.monotonic_ns()", "work()", "return time.monotonic_ns()")
    file.write_text("import time\n\n\ndef call():\n" + "".join(f"    {line}\n" for line in body))
    assert clock_readings(file.read_text(), "call") == (5, 7)
    with pytest.raises(ValueError, match=r"code\.py: call reads the clock 2 times, at lines \(5, 7\)"):
        marked(file, "call", ("idle", "encode", "decode"))
    found = marked(file, "call", ("idle", "encode"))
    assert [found.phase_at(line) for line in (5, 6, 7, 8)] == ["idle", "encode", "encode", "idle"]


def test_a_function_of_the_same_name_elsewhere_is_another_one(tmp_path):
    found = marked(SESSION, "call", ("idle", "encode", WAIT, "decode-result"))
    assert found.is_in(Frame("WorkerSession.call", str(SESSION), 100))
    assert not found.is_in(Frame("WorkerSession.call", str(tmp_path / "session.py"), 100))
    assert not found.is_in(Frame("WorkerSession.mine", str(SESSION), 100))
