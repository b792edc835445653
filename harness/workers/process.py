"""One worker process: started, watched, ended. Nothing of it outlives the harness."""

from __future__ import annotations

import atexit
import contextlib
import os
import select
import signal
import subprocess
import sys
import threading
import time
import weakref
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from harness.protocols import Limits, MissingError
from harness.workers.channel import Channel
from harness.workers.launch import Launch
from harness.workers.printed import Printed

_LAUNCHER = (Path(__file__).parent / "launcher.py").read_text(encoding="utf-8")
_GRACE_S = 1.0
_PIPE_BYTES = 1 << 20
_F_SETPIPE_SZ = 1031

_living: weakref.WeakSet[Process] = weakref.WeakSet()


class Process:
    """A worker process in a session and process group of its own, and the channel to it.

    Raises MissingError from the constructor where the command does not exist.
    """

    def __init__(self, launch: Launch, limits: Limits, printed: Printed) -> None:
        self.launch = launch
        self.owner = os.getpid()
        pipes = _Pipes()
        try:
            self._popen = _spawn(launch, limits, pipes, printed.fd)
        except BaseException:
            pipes.close()
            raise
        pipes.close_far_ends()
        self._pidfd = _pidfd(self._popen.pid)
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
        hint = " (did the form call quit()?)" if code == 0 else ""
        return code, f"ended with status {code}{hint}"

    def close(self) -> None:
        """Close the pipes, give it a moment to end by itself, kill it then. Twice is harmless."""
        self._close_pipes()
        if self._popen.returncode is None:
            self._await_exit(_GRACE_S)
        self.kill()

    def kill(self) -> int:
        """End it and all that it started, at once. Its return code."""
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
        return int(self._popen.returncode)

    def __del__(self) -> None:
        if hasattr(self, "channel"):  # else it was never started
            self.kill()

    def _close_pipes(self) -> None:
        for fd in (self.channel.write_fd, self.channel.read_fd):
            if fd >= 0:
                os.close(fd)
        self.channel.write_fd = self.channel.read_fd = -1

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


class _Pipes:
    """Two pipes: calls go out, answers come in."""

    def __init__(self) -> None:
        self.calls_read, self.calls_write = os.pipe()
        self.answers_read, self.answers_write = os.pipe()
        for fd in (self.calls_write, self.answers_read):
            _enlarge(fd)

    def close_far_ends(self) -> None:
        os.close(self.calls_read)
        os.close(self.answers_write)

    def close(self) -> None:
        self.close_far_ends()
        os.close(self.calls_write)
        os.close(self.answers_read)


def _enlarge(fd: int) -> None:
    import fcntl

    # a larger pipe means fewer switches between the processes; a system that forbids it works all the same
    with contextlib.suppress(OSError):
        fcntl.fcntl(fd, _F_SETPIPE_SZ, _PIPE_BYTES)


def _pidfd(pid: int) -> int | None:
    return os.pidfd_open(pid) if hasattr(os, "pidfd_open") else None


def _signal(number: int) -> str:
    try:
        name = signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
    hint = " (out of memory, or killed from outside)" if name == "SIGKILL" else ""
    return f"{name}{hint}"


class _Spawner:
    """A thread that starts every worker: the kernel kills a worker when the thread that started it ends."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pool: ThreadPoolExecutor | None = None
        self._owner = 0

    def run(self, arguments: list[str], **options: Any) -> subprocess.Popen[Any]:
        with self._lock:
            if self._pool is None or self._owner != os.getpid():
                self._pool = ThreadPoolExecutor(1, thread_name_prefix="parity-spawner")
                self._owner = os.getpid()
            start: Callable[..., Any] = subprocess.Popen
            process: subprocess.Popen[Any] = self._pool.submit(start, arguments, **options).result()
            return process


_spawner = _Spawner()


def _spawn(launch: Launch, limits: Limits, pipes: _Pipes, output: int) -> subprocess.Popen[Any]:
    elsewhere = bool(launch.script)
    known = {"{read}": str(pipes.calls_read), "{write}": str(pipes.answers_write)}
    command = [known.get(one, one) for one in launch.arguments]
    memory = "0" if elsewhere else str(limits.memory_bytes or 0)
    try:
        return _spawner.run(
            [sys.executable, "-I", "-S", "-c", _LAUNCHER, str(os.getpid()), memory, *command],
            stdin=pipes.calls_read if elsewhere else subprocess.DEVNULL,
            stdout=pipes.answers_write if elsewhere else output,
            stderr=output,
            pass_fds=() if elsewhere else (pipes.calls_read, pipes.answers_write),
            cwd=launch.folder,
            env=dict(launch.environment),
            start_new_session=True,
        )
    except FileNotFoundError as error:
        raise MissingError(f"{error.filename}: there is no such file or folder") from None


@atexit.register
def _end_all() -> None:
    for one in list(_living):
        one.kill()


def deadline(seconds: float) -> float:
    """The time on time.monotonic that is so many seconds away."""
    return time.monotonic() + seconds
