"""The sampler as an external program: awaited, stopped, and its refusals said in a person's terms."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from harness.profile import pyspy
from harness.profile.stacks import Frame, Stack

READY = 'echo "py-spy> Sampling process 200 times a second. Press Control-C to exit."'


@pytest.fixture
def program(tmp_path):
    """Makes a stand-in for py-spy from a shell script; $output is the file it is told to write."""

    def make(script):
        path = tmp_path / "py-spy"
        path.write_text(f'#!/bin/sh\noutput="$9"\n{script}\n')
        path.chmod(0o755)
        return path

    return make


def waits_for_interrupt(then):
    # `read` from a pipe that never ends: woken by the signal only
    wait = 'mkfifo "$output.wait"\nwhile :; do read x < "$output.wait"; done'
    return f"trap '{then}; exit 0' INT\n{READY}\n{wait}"


def test_samples_are_read_when_the_body_has_ended(program):
    spy = program(waits_for_interrupt('echo "main (a.py:1);f (a.py:2) 7" > "$output"'))
    with pyspy.recording([1], spy) as recordings:
        assert recordings[0].stacks == ()
    assert recordings[0].error is None
    assert recordings[0].stacks == (Stack((Frame("main", "a.py", 1), Frame("f", "a.py", 2)), 7),)


def test_the_sampler_is_ended_where_the_body_fails(program, tmp_path):
    spy = program(f"echo $$ > {tmp_path}/pid\n{waits_for_interrupt(':')}")
    with pytest.raises(ZeroDivisionError), pyspy.recording([1], spy):
        raise ZeroDivisionError
    pid = int((tmp_path / "pid").read_text())
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_a_refusal_says_how_to_get_leave(program):
    spy = program('echo "Error: Permission Denied: Try running again with elevated permissions"; exit 1')
    with pyspy.recording([4711], spy) as recordings:
        pass
    assert recordings[0].stacks == ()
    assert recordings[0].error == (
        "py-spy may not look into process 4711 (ptrace is refused); run as root, or "
        "`sudo sysctl kernel.yama.ptrace_scope=0`, or start the container with `--cap-add SYS_PTRACE`"
    )


def test_one_process_that_cannot_be_sampled_does_not_stop_the_other(program):
    write = 'echo "main (a.py:1) 1" > "$output"'
    spy = program(f'[ "$3" = 2 ] && echo "Error: no python here" && exit 1\n{waits_for_interrupt(write)}')
    with pyspy.recording([1, 2], spy) as recordings:
        pass
    fine, refused = recordings
    assert (fine.error, len(fine.stacks)) == (None, 1)
    assert refused.error == "py-spy cannot sample process 2: Error: no python here"


def test_the_backtrace_behind_an_error_is_left_out(program):
    spy = program('echo "Error: no such process"; echo; echo "Stack backtrace:"; echo "  0: main"; exit 1')
    with pyspy.recording([1], spy) as recordings:
        pass
    assert recordings[0].error == "py-spy cannot sample process 1: Error: no such process"


def test_a_sampler_that_never_begins_is_given_up(program, monkeypatch):
    monkeypatch.setattr(pyspy, "READY_S", 0.05)
    with pyspy.recording([1], program("exec cat /dev/zero > /dev/null")) as recordings:
        pass
    assert recordings[0].error == "py-spy did not begin to sample process 1 within 0.05 s"


def test_a_sampler_that_writes_nothing_says_its_last_words(program):
    spy = program(waits_for_interrupt('echo "Error: the process exited"'))
    with pyspy.recording([1], spy) as recordings:
        pass
    assert recordings[0].error == "py-spy cannot sample process 1: Error: the process exited"


def test_a_program_that_cannot_be_started_says_so(tmp_path):
    (tmp_path / "py-spy").write_text("not a program")
    with pyspy.recording([1], tmp_path / "py-spy") as recordings:
        pass
    assert "cannot be started: Permission denied" in recordings[0].error


def test_py_spy_is_found_beside_the_interpreter_or_on_the_path(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    monkeypatch.setenv("PATH", str(tmp_path / "elsewhere"))
    assert pyspy.find_py_spy() is None
    lack = pyspy.lack()
    assert str(lack) == "py-spy is not installed; `pip install py-spy`"
    beside = tmp_path / "py-spy"
    beside.write_text("#!/bin/sh\n")
    beside.chmod(0o755)
    assert pyspy.find_py_spy() == beside
    assert pyspy.lack() is None
    (tmp_path / "elsewhere").mkdir()
    beside.rename(tmp_path / "elsewhere" / "py-spy")
    assert pyspy.find_py_spy() == tmp_path / "elsewhere" / "py-spy"


def test_a_process_that_is_no_python_is_said():
    spy = pyspy.find_py_spy()
    if spy is None:
        pytest.skip("py-spy comes with the extra 'profile'")
    with subprocess.Popen(["cat"], stdin=subprocess.PIPE) as other:
        with pyspy.recording([other.pid], Path(spy)) as recordings:
            pass
        assert other.stdin is not None
        other.stdin.close()
    assert recordings[0].error is not None
    assert recordings[0].error.startswith(f"py-spy cannot sample process {other.pid}: Error:")
