"""One worker process: started, watched, ended. Nothing of it outlives the harness."""

from __future__ import annotations

import atexit
import contextlib
import os
import select
import shutil
import signal
import subprocess
import tempfile
import time
import weakref
from functools import partial

from harness.protocols import Limits
from harness.workers.channel import Channel
from harness.workers.launch import Launch
from harness.workers.printed import Printed
from harness.workers.spawn import Pipes, spawn
from harness.workers.undisturbed import undisturbed

_GRACE_S = 1.0

_living: weakref.WeakSet[Process] = weakref.WeakSet()


class Process:
    """A worker process in a session and process group of its own, and the channel to it.

    Raises MissingError from the constructor where the command does not exist.
    """

    def __init__(self, launch: Launch, limits: Limits, printed: Printed) -> None:
        self.launch = launch
        self.owner = os.getpid()
        undisturbed(partial(self._begin, limits, printed), self.kill)

    def _begin(self, limits: Limits, printed: Printed) -> None:
        pipes = Pipes(self.launch.sharing)
        # a worker that is killed cannot clean up: R leaves the folder of its session behind, a form its files
        self._scratch = tempfile.mkdtemp(prefix="parity-")
        try:
            self._popen = spawn(self.launch, limits, pipes, printed.fd, self._scratch)
        except BaseException:
            pipes.close()
            self._tidy()
            raise
        pipes.close_far_ends()
        self._pidfd = _pidfd(self._popen.pid)
        #: The socket over which memory is passed to it, where it was launched to share memory.
        self.near = pipes.near
        self.channel = Channel(pipes.answers_read, pipes.calls_write, self._pidfd, printed.trim)
        _living.add(self)

    @property
    def pid(self) -> int:
        """The process id (of the command that reaches it, where it runs elsewhere)."""
        return self._popen.pid

    def ending(self) -> tuple[int, str]:
        """Kill what is left, and say how it ended: its return code, and that in words."""
        self._await_exit(_GRACE_S)
        ended_itself = self._has_ended()
        code = self.kill()
        if not ended_itself:
            return code, "closed its pipe without an answer"
        if code < 0:
            return code, f"was killed by {_signal(-code)}"
        return code, f"ended with status {code}"

    def close(self) -> None:
        """Close the pipes, give it a moment to end by itself, kill it then. Twice is harmless."""
        self._close_pipes()
        if self._popen.returncode is None:
            self._await_exit(_GRACE_S)
        self.kill()

    def kill(self) -> int:
        """End it and all that it started, at once. Its return code."""
        if not hasattr(self, "channel"):  # it was never started
            return 0
        if self.owner != os.getpid():  # a fork of the harness must not end its parent's workers
            return 0
        self._close_pipes()
        if self._popen.returncode is None:
            # before the process is reaped: until then nobody else can have its group's number
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._popen.pid, signal.SIGKILL)
            self._popen.wait()
        if self._pidfd is not None:
            os.close(self._pidfd)
            self._pidfd = None
        _living.discard(self)
        self._tidy()
        return int(self._popen.returncode)

    def __del__(self) -> None:
        self.kill()

    def _tidy(self) -> None:
        shutil.rmtree(self._scratch, ignore_errors=True)

    def _close_pipes(self) -> None:
        for fd in (self.channel.write_fd, self.channel.read_fd):
            if fd >= 0:
                os.close(fd)
        self.channel.write_fd = self.channel.read_fd = -1
        if self.near is not None:
            self.near.close()

    def _has_ended(self) -> bool:
        if self._pidfd is None:
            return self._popen.poll() is not None
        return bool(select.select([self._pidfd], [], [], 0)[0])

    def _await_exit(self, seconds: float) -> None:
        if self._pidfd is not None:
            select.select([self._pidfd], [], [], seconds)
            return
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._popen.wait(seconds)


def _pidfd(pid: int) -> int | None:
    return os.pidfd_open(pid) if hasattr(os, "pidfd_open") else None


def _signal(number: int) -> str:
    try:
        name = signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
    hint = " (out of memory, or killed from outside)" if name == "SIGKILL" else ""
    return f"{name}{hint}"


@atexit.register
def _end_all() -> None:
    for one in list(_living):
        one.kill()


def deadline(seconds: float) -> float:
    """The time on time.monotonic that is so many seconds away."""
    return time.monotonic() + seconds
