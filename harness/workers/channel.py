"""Frames to and from a worker, with a time limit, and with an eye on whether it is still there."""

from __future__ import annotations

import os
import select
import time
from collections.abc import Callable, Sequence
from typing import Any

from harness.workers.python import wire
from harness.workers.python.decode import header

_IOV_MAX = 512
_FIRST_READ = 1 << 16
_TICK_S = 1.0
_LINGER_NS = 50_000


class GoneError(Exception):
    """The worker ended, or closed its end of the pipe, before its frame was whole."""


class LateError(Exception):
    """The time limit passed before the worker's frame was whole."""


class Channel:
    """One end of a pair of pipes. ``exit_fd`` becomes readable when the worker has ended (None: unknown).

    A program that the worker started may hold the pipe open after the worker's death, so the end of file
    alone does not tell. ``on_tick`` is called about once a second while waiting.
    """

    def __init__(
        self, read_fd: int, write_fd: int, exit_fd: int | None, on_tick: Callable[[], object]
    ) -> None:
        self.read_fd = read_fd
        self.write_fd = write_fd
        self._on_tick = on_tick
        os.set_blocking(read_fd, False)
        os.set_blocking(write_fd, False)
        self._reading = select.poll()
        self._reading.register(read_fd, select.POLLIN)
        self._writing = select.poll()
        self._writing.register(write_fd, select.POLLOUT)
        if exit_fd is not None:
            self._reading.register(exit_fd, select.POLLIN)
            self._writing.register(exit_fd, select.POLLIN)

    def send(self, buffers: Sequence[wire.Buffer], deadline: float) -> None:
        """Write a frame. ``deadline`` is on time.monotonic. Raises GoneError or LateError."""
        parts = [memoryview(one) for one in buffers if memoryview(one).nbytes]
        while parts:
            try:
                sent = os.writev(self.write_fd, parts[:_IOV_MAX])
            except BlockingIOError:
                self._wait(self._writing, self.write_fd, deadline)
                continue
            except BrokenPipeError:
                raise GoneError from None
            while parts and sent >= parts[0].nbytes:
                sent -= parts.pop(0).nbytes
            if sent:
                parts[0] = parts[0][sent:]

    def receive(self, deadline: float) -> tuple[int, int, Any]:
        """The next frame's kind, call and payload. Raises GoneError, LateError or wire.WireError."""
        self._linger()
        self._wait(self._reading, self.read_fd, deadline)
        # only one frame is ever under way, so that reading beyond the header takes nothing of another
        got = self._read_some(deadline)
        while len(got) < wire.HEADER.size:
            got += self._read_some(deadline)
        kind, call, length = header(got[: wire.HEADER.size])
        have = len(got) - wire.HEADER.size
        if have > length:
            raise wire.WireError(f"{have - length} bytes too many after a frame")
        if have == length:
            return kind, call, bytearray(memoryview(got)[wire.HEADER.size :])
        payload = bytearray(length)
        payload[:have] = got[wire.HEADER.size :]
        self._fill(memoryview(payload)[have:], deadline)
        return kind, call, payload

    def _linger(self) -> None:
        """Wait a moment without sleeping: to wake up takes longer than R takes for a small call. Others that
        want to run go first."""
        until = time.monotonic_ns() + _LINGER_NS
        while not self._reading.poll(0) and time.monotonic_ns() < until:
            os.sched_yield()

    def read_line(self, deadline: float) -> bytes:
        """One line of plain text, read byte by byte so that nothing after it is taken."""
        line = bytearray()
        while not line.endswith(b"\n"):
            line += self._read_some(deadline, most=1)
        return bytes(line)

    def _read_some(self, deadline: float, most: int = _FIRST_READ) -> bytes:
        while True:
            try:
                found = os.read(self.read_fd, most)
            except BlockingIOError:
                self._wait(self._reading, self.read_fd, deadline)
                continue
            if not found:
                raise GoneError
            return found

    def _fill(self, rest: memoryview, deadline: float) -> None:
        while rest:
            try:
                count = os.readv(self.read_fd, [rest])
            except BlockingIOError:
                self._wait(self._reading, self.read_fd, deadline)
                continue
            if count == 0:
                raise GoneError
            rest = rest[count:]

    def _wait(self, poll: select.poll, fd: int, deadline: float) -> None:
        while True:
            left = deadline - time.monotonic()
            if left <= 0:
                raise LateError
            ready = poll.poll(1000 * min(left, _TICK_S))
            if any(one == fd for one, _ in ready):
                return
            if ready:
                raise GoneError
            self._on_tick()
