"""Frames over a pair of blocking file descriptors: the worker's side of the pipe."""

from __future__ import annotations

import os
from typing import Any

from . import wire
from .decode import header
from .encode import encode

_IOV_MAX = 512


class Pipe:
    """Reads and writes whole frames."""

    def __init__(self, read_fd: int, write_fd: int) -> None:
        self.read_fd = read_fd
        self.write_fd = write_fd

    def receive(self) -> tuple[int, int, Any] | None:
        """The next frame's kind, call and payload (a fresh, writable buffer); None at the end."""
        head = self._read(wire.HEADER.size)
        if head is None:
            return None
        kind, call, length = header(bytes(head))
        payload = self._read(length)
        return None if payload is None else (kind, call, payload)

    def _read(self, length: int) -> bytearray | None:
        buffer = bytearray(length)
        rest = memoryview(buffer)
        while rest:
            got = os.readv(self.read_fd, [rest])
            if got == 0:
                return None
            rest = rest[got:]
        return buffer

    def send(self, frame: wire.Frame) -> None:
        """Write a whole frame."""
        parts = [memoryview(one) for one in encode(frame) if len(one)]
        while parts:
            sent = os.writev(self.write_fd, parts[:_IOV_MAX])
            while parts and sent >= len(parts[0]):
                sent -= len(parts.pop(0))
            if sent:
                parts[0] = parts[0][sent:]
