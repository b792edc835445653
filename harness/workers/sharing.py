"""Calls to an R worker of this machine: batches and answers in shared memory, a small frame as the signal.

A call is a frame of kind CALL_SHARED::

    int64 rows   int32 columns   int32 form
    uint32 news   uint32 segment of the answers (0: none)   uint32 segment   uint32 0
    int64 offset   int64 bytes
    int32 kind[columns], filled up to 8 bytes

and then, by ``form``: INLINE: an Arrow IPC message; PLACED: nothing, the message lies in ``segment`` at
``offset``; DESCRIBED: for each column, where its Arrow buffers lie::

    uint32 segment of values, of bitmap (0: none), of texts (0: none)   int32 flags
    int64 offset of values, of bitmap, of texts   int64 first element   int64 bytes of texts

The answer is RESULT_SHARED: four stamps of the monotonic clock, and for each output where its column data lie
(in the form that ``harness/workers/python/wire`` describes), in the frame itself or in the answers' segment.
Or it is REFUSED_SHARED, with column and row of a value that R's type cannot say; or a frame that a call by
pipe gets as well. Segments are passed as descriptors over a socket, before a call that needs them (``news``).
"""

from __future__ import annotations

import contextlib
import os
import socket
import struct
import weakref
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from harness.schema import Input, Kind
from harness.workers import memory
from harness.workers.answers import answers
from harness.workers.areas import Answers, roomy
from harness.workers.columns import to_wire
from harness.workers.errand import Errand
from harness.workers.failures import refused
from harness.workers.lending import KINDS, WIDE, Lending
from harness.workers.memory import Segment
from harness.workers.python import wire
from harness.workers.python.decode import one_column, tables
from harness.workers.python.errors import Refusal
from harness.workers.python.wire import Column, WireError
from harness.workers.said import Said
from harness.workers.timing import STAMPS
from harness.workers.undisturbed import undisturbed

_CALL = struct.Struct("<q2i4I2q")
_RESULT = struct.Struct("<4q2iq")
_PLACE = struct.Struct("<2i2q")
_REFUSED = struct.Struct("<2q")
_NEWS = struct.Struct("<IIQ")
_WRITABLE, _GONE = 1, 2
_DESCRIBED, _INLINE, _PLACED = range(3)

#: Up to so many cells a batch travels in the frame itself, and up to so many as one message in shared memory.
_INLINE_CELLS = 8_192
_PLACED_CELLS = 131_072
_SMALL_ANSWER = 32_768
_FD_TIMEOUT_S = 5.0


class _Lent(NamedTuple):
    """The batch that was asked last, where nothing of it had to be copied."""

    batch: weakref.ref[pa.RecordBatch]
    places: bytes
    segments: Mapping[int, Segment]


class Sharing:
    """The near end of one worker's shared memory. Not thread-safe; close() gives its memory up."""

    def __init__(self, errand: Errand, near: socket.socket) -> None:
        self._outputs = errand.model.outputs
        self._schema = errand.model.schema
        self._inputs = tuple(self._schema)
        self._arrow = self._schema.arrow
        self._kinds = [_kind(one) for one in self._inputs]
        self._packed_kinds = struct.pack(f"<{len(self._kinds)}i", *self._kinds).ljust(
            (len(self._kinds) + 1) // 2 * 8, b"\0"
        )
        self._socket = near
        near.settimeout(_FD_TIMEOUT_S)
        self._told: set[int] = set()
        # two in turn: R may be busy with the columns of a call until it answers the next
        self._copies: list[Segment | None] = [None, None]
        self._turn = 0
        self._answers = Answers()
        self._lent: _Lent | None = None

    def ask(self, batch: pa.RecordBatch, call: int) -> list[wire.Buffer] | None:
        """The frame of a call; None for a batch of other types than declared, which crosses another way."""
        if not batch.schema.equals(self._arrow) or not self._inputs:
            return None
        rows = batch.num_rows
        cells = rows * len(self._kinds)
        if self._lent is not None and self._lent.batch() is batch:
            return self._frame(call, rows, _DESCRIBED, self._lent.places, self._lent.segments)
        if cells <= _INLINE_CELLS:
            return self._frame(call, rows, _INLINE, batch.serialize())
        if cells <= _PLACED_CELLS and not _is_shared(batch):
            message = batch.serialize()
            segment = self._room(message.size)
            segment.view[: message.size] = np.frombuffer(message, dtype="u1")
            return self._frame(call, rows, _PLACED, b"", {segment.number: segment}, segment, message.size)
        lending = Lending()
        for array, one, kind in zip(batch.columns, self._inputs, self._kinds, strict=True):
            lending.add(array, one, kind)
        room = self._room(lending.size) if lending.size else None
        needed = dict(lending.lent) if room is None else {**lending.lent, room.number: room}
        places = lending.copy_to(room)
        if room is None:
            self._lent = _Lent(weakref.ref(batch), places, needed)
        return self._frame(call, rows, _DESCRIBED, places, needed)

    def said(self, kind: int, payload: Any, batch: pa.RecordBatch) -> Said:
        """A RESULT_SHARED or REFUSED_SHARED frame. Raises WireError."""
        try:
            if kind == wire.REFUSED_SHARED:
                return self._refused(payload, batch)
            return self._answered(payload, batch.num_rows)
        except struct.error as error:
            raise WireError(f"an answer that is cut short: {error}") from None
        except Refusal as refusal:
            return Said(None, refused(refusal))

    def _answered(self, payload: Any, rows: int) -> Said:
        *stamps, count, inlined, warned = _RESULT.unpack_from(payload)
        if count != len(self._outputs):
            raise WireError(f"{count} outputs came, but {len(self._outputs)} were asked")
        start = (_RESULT.size + count * _PLACE.size) * inlined
        places = _PLACE.iter_unpack(memoryview(payload)[_RESULT.size : _RESULT.size + count * _PLACE.size])
        columns = [
            self._column(place, one.name, rows, payload, start)
            for place, one in zip(places, self._outputs, strict=True)
        ]
        texts = tables(bytes(payload[-warned:]))[0].lists()["warning"] if warned else ()
        stamped = dict(zip(STAMPS, stamps, strict=True))
        try:
            return Said(answers(columns, self._outputs), None, tuple(texts), stamped)
        except Refusal as refusal:
            return Said(None, refused(refusal), tuple(texts), stamped)

    def _refused(self, payload: Any, batch: pa.RecordBatch) -> Said:
        """The refusal in words: those of a call by pipe, which refuses the same values."""
        column, row = _REFUSED.unpack(payload)
        to_wire(batch, self._schema, "r")
        raise WireError(f"R refused row {row} of column {column}, which it can say")

    def close(self) -> None:
        """Give up the memory of this worker."""
        self._socket.close()
        for one in self._copies:
            if one is not None:
                one.close()
        self._answers.close()

    def _column(self, place: Sequence[int], name: str, rows: int, payload: Any, start: int) -> Column:
        kind, nulls, offset, size = place
        if start:
            data = np.frombuffer(payload, "u1", size, start + offset)
        else:
            data = self._answers.taken(offset, size)
        if kind == wire.DOUBLE and size == 8 * rows:
            # NaN and NA are both missing in an answer; False: neither is there
            return Column(name, kind, data.view("<f8"), False if nulls == wire.NONE else None)
        return one_column(data, name, kind, nulls, rows)

    def _frame(
        self,
        call: int,
        rows: int,
        form: int,
        rest: Any,
        needed: Mapping[int, Segment] | None = None,
        placed: Segment | None = None,
        size: int = 0,
    ) -> list[wire.Buffer]:
        area = self._answer_area(rows)
        wanted = dict(needed or {}) if area is None else {**(needed or {}), area.number: area}
        news = self._announce(wanted) if wanted or self._told else 0
        head = _CALL.pack(
            rows, len(self._kinds), form, news, 0 if area is None else area.number,
            0 if placed is None else placed.number, 0, 0, size,
        )  # fmt: skip
        length = len(head) + len(self._packed_kinds) + len(memoryview(rest).cast("B"))
        return [
            wire.HEADER.pack(wire.MARK + wire.CALL_SHARED, call, length) + head + self._packed_kinds,
            rest,
        ]

    def _announce(self, needed: Mapping[int, Segment]) -> int:
        """Pass the segments that the worker has not got, and tell of those that are gone: how many."""
        gone = [number for number in self._told if number not in needed and not memory.alive(number)]
        fresh = [one for number, one in needed.items() if number not in self._told]
        # a worker that has ended shows when the call is sent
        with contextlib.suppress(OSError):
            for number in gone:
                self._socket.send(_NEWS.pack(number, _GONE, 0))
                self._told.discard(number)
            for one in fresh:
                undisturbed(partial(self._pass_on, one))
        return len(gone) + len(fresh)

    def _pass_on(self, one: Segment) -> None:
        ours = self._answers.has(one)
        fd = one.fd if ours else _read_only(one.fd)
        try:
            socket.send_fds(self._socket, [_NEWS.pack(one.number, _WRITABLE if ours else 0, one.size)], [fd])
        finally:
            if fd != one.fd:
                os.close(fd)
        self._told.add(one.number)

    def _room(self, size: int) -> Segment:
        self._turn = 1 - self._turn
        found = self._copies[self._turn]
        if found is None or found.size < size:
            if found is not None:
                found.close()
            self._copies[self._turn] = None
            found = self._copies[self._turn] = undisturbed(partial(Segment, roomy(size)))
            found.read_only()
        return found

    def _answer_area(self, rows: int) -> Segment | None:
        if 8 * rows * len(self._outputs) <= _SMALL_ANSWER:
            return None
        # texts need more than numbers; what is not written to takes no memory
        size = sum((64 if one.kind.textual else 16) * rows + 4096 for one in self._outputs)
        return self._answers.of_size(size)


def _is_shared(batch: pa.RecordBatch) -> bool:
    """Whether a batch was born in shared memory, as far as its first column tells."""
    values = batch.column(0).buffers()[1]
    return values is not None and memory.segment_of(values.address, values.size) is not None


def _kind(one: Input) -> int:
    if one.kind is Kind.CATEGORY and one.unseen:
        return KINDS[Kind.STRING]
    if one.wide:
        return WIDE
    return KINDS[one.kind]


def _read_only(fd: int) -> int:
    """The same memory, to be read only; the descriptor itself where /proc is not there to open it again."""
    try:
        return os.open(f"/proc/self/fd/{fd}", os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return fd
