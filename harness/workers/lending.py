"""Where the Arrow buffers of a batch lie in shared memory: those that are born there are lent as they are,
all others are copied once."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from harness.schema import Input, Kind
from harness.workers.memory import Segment, segment_of
from harness.workers.missing import fill_missing
from harness.workers.shared import aligned

# as enum kind of harness/workers/r/native/native.h
FLOAT, INT, WIDE, BOOL, FACTOR, TEXT, DATE, DATETIME = range(1, 9)
KINDS: Mapping[Kind, int] = {
    Kind.FLOAT: FLOAT,
    Kind.INT: INT,
    Kind.BOOL: BOOL,
    Kind.CATEGORY: FACTOR,
    Kind.STRING: TEXT,
    Kind.DATE: DATE,
    Kind.DATETIME: DATETIME,
}
_WIDTHS = {FLOAT: 8, INT: 8, WIDE: 8, DATE: 4, DATETIME: 8}
_READY = 1
_COLUMN = struct.Struct("<3Ii5q")
_HERE = 0  # stands for the segment of copies, whose number is not known before its size


class _Place(NamedTuple):
    """A buffer: the number of its segment (_HERE: that of the copies), and where it lies in it."""

    segment: int
    offset: int


_NOWHERE = None


class _Column(NamedTuple):
    values: _Place
    valid: _Place | None
    texts: _Place | None
    flags: int
    first: int
    texts_bytes: int


class _Fill(NamedTuple):
    """Doubles among the copies that are to have R's missing value under their nulls."""

    offset: int
    valid: Any
    rows: int


class Lending:
    """The columns of one batch, each placed by :meth:`add`. ``size`` bytes are to be copied."""

    def __init__(self) -> None:
        self.size = 0
        #: Segments that were born with the batch, and hold what is not copied.
        self.lent: dict[int, Segment] = {}
        self._columns: list[_Column] = []
        self._copies: list[tuple[int, Any]] = []
        self._fills: list[_Fill] = []

    def add(self, array: pa.Array, one: Input, kind: int) -> None:
        """Place a column of this kind (one of the numbers above)."""
        buffers = [None if array.null_count == 0 else array.buffers()[0], *array.buffers()[1:]]
        homes = [None if one is None else segment_of(one.address, one.size) for one in buffers]
        if all(home is not None or one is None for home, one in zip(homes, buffers, strict=True)):
            self._columns.append(self._lent(array, one, kind, buffers, homes))
        else:
            self._columns.append(self._copied(array, kind, buffers))

    def copy_to(self, segment: Segment | None) -> bytes:
        """Copy what has to be, and say where all lies. ``segment`` is needed where ``size`` is not 0."""
        number = 0
        if segment is not None:
            number = segment.number
            for offset, source in self._copies:
                segment.view[offset : offset + source.nbytes] = source
            for one in self._fills:
                doubles = segment.view[one.offset : one.offset + 8 * one.rows].view("<f8")
                fill_missing(doubles, one.valid, 0)
        return b"".join(_packed(one, number) for one in self._columns)

    def _lent(
        self, array: pa.Array, one: Input, kind: int, buffers: Sequence[Any], homes: Sequence[Segment | None]
    ) -> _Column:
        home = homes[1]
        assert home is not None
        self.lent.update({one.number: one for one in homes if one is not None})
        values = buffers[1].address
        made_for, place = home.ready.get(values, (None, 0))
        if made_for == one:
            return _Column(_Place(home.number, place), None, None, _READY, array.offset, 0)
        valid, texts = None, None
        if homes[0] is not None and not (kind == FLOAT and values in home.filled):
            valid = _Place(homes[0].number, buffers[0].address - homes[0].address)
        if len(homes) > 2 and homes[2] is not None:
            texts = _Place(homes[2].number, buffers[2].address - homes[2].address)
        size = 0 if len(buffers) < 3 or buffers[2] is None else buffers[2].size
        return _Column(_Place(home.number, values - home.address), valid, texts, 0, array.offset, size)

    def _copied(self, array: pa.Array, kind: int, buffers: Sequence[Any]) -> _Column:
        # bitmaps are copied from a whole byte on: so is everything else
        start, first, rows = array.offset // 8 * 8, array.offset % 8, len(array)
        cells = first + rows
        valid = None if buffers[0] is None else _bytes(buffers[0], start // 8, -(-cells // 8))
        if kind in (FACTOR, TEXT):
            return self._copied_texts(buffers, start, first, cells, valid)
        if kind == BOOL:
            values = self._copy(_bytes(buffers[1], start // 8, -(-cells // 8)))
            return _Column(values, self._copy(valid), None, 0, first, 0)
        width = _WIDTHS[kind]
        values = self._copy(_bytes(buffers[1], start * width, cells * width))
        if kind == FLOAT and valid is not None:
            self._fills.append(_Fill(values.offset, valid, cells))
            valid = None
        return _Column(values, self._copy(valid), None, 0, first, 0)

    def _copied_texts(
        self, buffers: Sequence[Any], start: int, first: int, cells: int, valid: Any
    ) -> _Column:
        ends = _bytes(buffers[1], 4 * start, 4 * (cells + 1)).view("<i4")
        begin, end = int(ends[0]), int(ends[-1])
        texts = _bytes(buffers[2], begin, end - begin)
        moved = ends if begin == 0 else ends - np.int32(begin)
        return _Column(
            self._copy(moved.view("u1")), self._copy(valid), self._copy(texts), 0, first, end - begin
        )

    def _copy(self, source: Any) -> Any:
        if source is None:
            return None
        place = _Place(_HERE, self.size)
        self._copies.append((self.size, source))
        self.size += aligned(max(source.nbytes, 1))
        return place


def _bytes(buffer: pa.Buffer | None, start: int, size: int) -> Any:
    if buffer is None or size == 0:
        return np.zeros(size, dtype="u1")
    return np.frombuffer(buffer, "u1", size, start)


def _packed(one: _Column, here: int) -> bytes:
    values, valid, texts = (_at(place, here) for place in (one.values, one.valid, one.texts))
    return _COLUMN.pack(
        values[0], valid[0], texts[0], one.flags, values[1], valid[1], texts[1], one.first, one.texts_bytes
    )


def _at(place: _Place | None, here: int) -> tuple[int, int]:
    if place is None:
        return 0, 0
    return place.segment or here, place.offset
