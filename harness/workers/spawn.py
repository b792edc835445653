"""Start a process by way of the launcher, which ties its life to that of the thread that starts it."""

from __future__ import annotations

import contextlib
import fcntl
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

from harness.protocols import Limits, MissingError
from harness.workers.launch import Launch

_LAUNCHER = (Path(__file__).parent / "launcher.py").read_text(encoding="utf-8")
_PIPE_BYTES = 1 << 20
_F_SETPIPE_SZ = 1031


class Pipes:
    """Two pipes: calls go out, answers come in. With ``sharing`` also a socket to pass memory over."""

    def __init__(self, sharing: bool = False) -> None:
        self.calls_read, self.calls_write = os.pipe()
        self.answers_read, self.answers_write = os.pipe()
        self.near: socket.socket | None = None
        self.far: socket.socket | None = None
        if sharing:
            self.near, self.far = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        for fd in (self.calls_write, self.answers_read):
            _enlarge(fd)

    @property
    def far_ends(self) -> dict[str, int]:
        """The worker's descriptors, by what stands for them in a command line."""
        found = {"{read}": self.calls_read, "{write}": self.answers_write}
        return found if self.far is None else {**found, "{socket}": self.far.fileno()}

    def close_far_ends(self) -> None:
        """Close the worker's ends, once it has them: the end of file shows then."""
        os.close(self.calls_read)
        os.close(self.answers_write)
        if self.far is not None:
            self.far.close()

    def close(self) -> None:
        """Close all of them."""
        self.close_far_ends()
        os.close(self.calls_write)
        os.close(self.answers_read)
        if self.near is not None:
            self.near.close()


def _enlarge(fd: int) -> None:
    # a larger pipe means fewer switches between the processes; a system that forbids it works all the same
    with contextlib.suppress(OSError):
        fcntl.fcntl(fd, _F_SETPIPE_SZ, _PIPE_BYTES)


def spawn(launch: Launch, limits: Limits, pipes: Pipes, output: int, scratch: str) -> subprocess.Popen[Any]:
    """Start a worker in a session of its own; all that it prints goes to ``output``, and its temporary files
    to the folder ``scratch``, unless its form asks for another.

    Raises MissingError where the program or the folder is not there.
    """
    elsewhere = bool(launch.script)
    ends = pipes.far_ends
    command = [str(ends.get(one, one)) for one in launch.arguments]
    memory = "0" if elsewhere else str(limits.memory_bytes or 0)
    try:
        return subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", _LAUNCHER, str(os.getpid()), memory, *command],
            stdin=pipes.calls_read if elsewhere else subprocess.DEVNULL,
            stdout=pipes.answers_write if elsewhere else output,
            stderr=output,
            pass_fds=() if elsewhere else tuple(ends.values()),
            cwd=launch.folder,
            env={**launch.environment, **({} if "TMPDIR" in launch.asked else {"TMPDIR": scratch})},
            start_new_session=True,
        )
    except FileNotFoundError as error:
        raise MissingError(f"{error.filename}: there is no such file or folder") from None
