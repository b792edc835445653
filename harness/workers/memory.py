"""Shared memory without a name: nothing of it is left behind when the last process that has it ends."""

from __future__ import annotations

import contextlib
import fcntl
import itertools
import mmap
import os
import tempfile
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from harness.schema import Input

# Linux; Python names the first three only where its own headers had them
_F_ADD_SEALS = 1033
_SEAL_SEAL, _SEAL_SHRINK, _SEAL_GROW, _SEAL_FUTURE_WRITE = 1, 2, 4, 16
_PAGE = mmap.PAGESIZE

_numbers = itertools.count(1)
_alive: weakref.WeakValueDictionary[int, Segment] = weakref.WeakValueDictionary()


class Segment:
    """A piece of shared memory, mapped here for reading and writing.

    ``number`` tells it from all others of this process. It can neither shrink nor grow: whoever has it
    mapped never meets a hole. ``view`` is all of it, as bytes. Raises OSError where there is no memory.
    """

    def __init__(self, size: int) -> None:
        self.number = next(_numbers)
        self.size = -(-max(size, 1) // _PAGE) * _PAGE
        self.fd = _open(self.size)
        # closed with the last reference to it; the mapping lives as long as an array that looks at it
        self._closing = weakref.finalize(self, os.close, self.fd)
        self.view: Any = np.frombuffer(mmap.mmap(self.fd, self.size), dtype="u1")
        self.address: int = self.view.ctypes.data
        #: Addresses of doubles that have R's missing value wherever their bitmap says null.
        self.filled: set[int] = set()
        #: By the address of a column's values: for which input there are values as R has them, and where.
        self.ready: dict[int, tuple[Input, int]] = {}
        _alive[self.number] = self

    def read_only(self) -> None:
        """From now on nobody but this process can write to it. Harmless where the kernel is too old."""
        with contextlib.suppress(OSError):
            fcntl.fcntl(self.fd, _F_ADD_SEALS, _SEAL_FUTURE_WRITE)

    def holds(self, address: int, size: int) -> bool:
        """Whether bytes at an address of this process lie in it."""
        return self.address <= address and address + size <= self.address + self.size

    def close(self) -> None:
        """Give it up here; others who have it mapped keep it."""
        self._closing()
        _alive.pop(self.number, None)


def _open(size: int) -> int:
    """The descriptor of new memory: a sealed memfd, or an unlinked file where that is forbidden."""
    try:
        fd = os.memfd_create("parity", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    except (AttributeError, OSError):
        return _unlinked_file(size)
    try:
        os.ftruncate(fd, size)
        fcntl.fcntl(fd, _F_ADD_SEALS, _SEAL_SHRINK | _SEAL_GROW)
    except BaseException:
        os.close(fd)
        raise
    return fd


def _nameless_file(folder: str) -> int:
    """A file that never has a name, so that nothing is left of it however this process ends; where a file
    system has no such files, one whose name is taken away at once."""
    with contextlib.suppress(OSError):
        return os.open(folder, os.O_TMPFILE | os.O_RDWR | os.O_EXCL | os.O_CLOEXEC, 0o600)
    fd, path = tempfile.mkstemp(prefix="parity-", dir=folder)
    try:
        Path(path).unlink()
    except BaseException:
        os.close(fd)
        raise
    return fd


def _unlinked_file(size: int) -> int:
    fd = _nameless_file("/dev/shm" if os.access("/dev/shm", os.W_OK) else tempfile.gettempdir())
    try:
        # room is taken now: a full disk is an error here, and no SIGBUS later
        os.posix_fallocate(fd, 0, size)
    except BaseException:
        os.close(fd)
        raise
    return fd


def alive(number: int) -> bool:
    """Whether a segment of this number is still there."""
    return number in _alive


def segments() -> Iterator[Segment]:
    """All segments that are there."""
    yield from list(_alive.values())


def segment_of(address: int, size: int) -> Segment | None:
    """The segment in which bytes at an address of this process lie, or None."""
    return next((one for one in segments() if one.holds(address, size)), None)
