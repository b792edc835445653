"""Where a worker writes its answers: shared memory, used again when nobody looks at an answer any more."""

from __future__ import annotations

import weakref
from functools import partial
from typing import Any

import numpy as np

from harness.workers.memory import Segment
from harness.workers.undisturbed import undisturbed

_LEAST_BYTES = 1 << 20
#: From this size on an answer is handed out where it lies; a smaller one is copied.
_HANDED_OUT_BYTES = 1 << 18


def roomy(size: int) -> int:
    """A size for memory that is to serve batches somewhat larger as well."""
    return max(_LEAST_BYTES, 1 << (size - 1).bit_length() if size < 1 << 26 else size + size // 4)


class _Look:
    """What every array of one answer holds on to: the answer's memory is in use as long as this is there."""

    def __init__(self, segment: Segment) -> None:
        self._segment = segment
        self.__array_interface__ = {
            "version": 3,
            "shape": (segment.size,),
            "typestr": "|u1",
            "data": (segment.address, False),
        }


class Answers:
    """The memory of one worker's answers: one area is the worker's, those looked at are left alone."""

    def __init__(self) -> None:
        self._current: Segment | None = None
        self._look: weakref.ref[_Look] | None = None
        self._free: list[Segment] = []
        self._numbers: set[int] = set()
        self._closed = False

    def of_size(self, size: int) -> Segment:
        """The area for the next answer, at least so large."""
        if self._look is not None:  # it is free again when that look ends
            self._current = self._look = None
        if self._current is None and self._free:
            self._current = self._free.pop()
        if self._current is None or self._current.size < size:
            if self._current is not None:
                self._current.close()
            self._current = undisturbed(partial(Segment, roomy(size)))
            self._numbers.add(self._current.number)
        return self._current

    def has(self, segment: Segment) -> bool:
        """Whether a segment is for answers."""
        return segment.number in self._numbers

    def taken(self, offset: int, size: int) -> Any:
        """Bytes of the answer that has come, which stay as they are."""
        assert self._current is not None
        if size < _HANDED_OUT_BYTES:
            return self._current.view[offset : offset + size].copy()
        look = None if self._look is None else self._look()
        if look is None:
            look = _Look(self._current)
            self._look = weakref.ref(look)
            weakref.finalize(look, self._back, self._current)
        return np.asarray(look)[offset : offset + size]

    def close(self) -> None:
        """Give the memory up; what is still looked at stays until it is not."""
        self._closed = True
        for one in (self._current, *self._free):
            if one is not None:
                one.close()
        self._current, self._free = None, []

    def _back(self, segment: Segment) -> None:
        if self._closed:
            segment.close()
        else:
            self._free.append(segment)
