"""A serialized data.frame as a batch."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa

from harness.codecs._r_format import (
    ALTREP,
    ATTRIBUTES,
    BIG_ENDIAN,
    DOUBLE,
    GLOBAL,
    INTEGER,
    LATIN1,
    LIST,
    LOGICAL,
    NATIVE,
    NIL,
    PAIRLIST,
    REFERENCE,
    SYMBOL,
    TAG,
    TEXT,
)
from harness.codecs._r_vectors import RVector, from_r
from harness.protocols import Encoded


def read(data: Encoded) -> pa.RecordBatch:
    """The batch of a serialized data.frame. Raises ValueError or TypeError for what is none."""
    kind = bytes(data[:2])
    order = {BIG_ENDIAN: ">", NATIVE: "<"}.get(kind)
    if order is None:
        raise ValueError(f"these bytes are no serialized R object in binary: they begin with {kind!r}")
    reader = _Reader(data, order)
    version, _, _ = reader.ints(3)
    if version == 3:
        reader.take(reader.whole())
    frame, attributes = reader.item()
    if not isinstance(frame, list) or "data.frame" not in _texts(attributes.get("class")):
        raise TypeError("this R object is no data.frame")
    arrays = [_array(values, held) for values, held in frame]
    return pa.RecordBatch.from_arrays(arrays, names=_texts(attributes.get("names")))


def _array(values: Any, attributes: Mapping[str, Any]) -> pa.Array:
    if values is None or isinstance(values, list | str):
        raise TypeError("a column that is no vector (a list of values) has no place in an Arrow batch")
    held = {name: tuple(_texts(item)) for name, item in attributes.items()}
    mode = (
        "character" if isinstance(values, pa.Array) else "double" if values.dtype.kind == "f" else "integer"
    )
    if mode == "integer" and getattr(values, "logical", False):
        mode = "logical"
    return from_r(RVector(mode, values, held))


def _texts(item: tuple[Any, Any] | None) -> list[Any]:
    if item is None:
        return []
    if not isinstance(item[0], pa.Array):
        raise TypeError("an attribute that is no text has no place in an Arrow batch")
    found: list[Any] = item[0].to_pylist()
    return found


class Logicals(np.ndarray[Any, Any]):
    """Integers that R calls logical."""

    logical = True


class _Reader:
    """Objects as (values, attributes): a list for a list, arrays for vectors."""

    def __init__(self, data: Encoded, order: str) -> None:
        self.data, self.order, self.at = memoryview(data), order, 2
        self.symbols: list[str] = []
        self.pair = struct.Struct(f"{order}ii")

    def take(self, count: int) -> memoryview:
        found = self.data[self.at : self.at + count]
        if len(found) != count:
            raise ValueError(f"a serialized R object ends in the middle, after {len(self.data)} bytes")
        self.at += count
        return found

    def ints(self, count: int) -> tuple[int, ...]:
        return struct.unpack(f"{self.order}{count}i", self.take(4 * count))

    def whole(self) -> int:
        return self.ints(1)[0]

    def array(self, width: str) -> Any:
        kind = np.dtype(self.order + width)
        found = np.frombuffer(self.take(self.length() * kind.itemsize), kind)
        return found.astype(kind.newbyteorder("<"), copy=False)

    def length(self) -> int:
        count = self.whole()
        if count >= 0:
            return count
        high, low = self.ints(2)  # a vector of 2^31 elements or more
        return high << 32 | low & 0xFFFFFFFF

    def item(self) -> tuple[Any, dict[str, Any]]:
        return self.item_of(self.whole())

    def item_of(self, flags: int) -> tuple[Any, dict[str, Any]]:
        kind = flags & 0xFF
        if kind == ALTREP:
            return self.altrep()
        if kind in (NIL, GLOBAL):
            return None, {}
        if kind in (SYMBOL, REFERENCE):
            return self.symbol(flags), {}
        if kind == PAIRLIST:
            return self.pairs(flags), {}
        values = self.values(kind)
        return values, self.pairlist() if flags & ATTRIBUTES else {}

    def values(self, kind: int) -> Any:
        if kind == DOUBLE:
            return self.array("f8")
        if kind in (INTEGER, LOGICAL):
            found = self.array("i4")
            return found.view(Logicals) if kind == LOGICAL else found
        if kind == TEXT:
            return self.texts(self.length())
        if kind == LIST:
            return [self.item() for _ in range(self.length())]
        raise TypeError(f"R objects of type {kind} have no place in an Arrow batch")

    def texts(self, count: int) -> pa.Array:
        cells: list[str | None] = []
        unpack, data = self.pair.unpack_from, self.data
        for _ in range(count):
            flags, length = unpack(data, self.at)
            self.at += 8
            if length < 0:
                cells.append(None)
                continue
            encoding = "latin-1" if flags & LATIN1 else "utf-8"
            cells.append(str(data[self.at : self.at + length], encoding))
            self.at += length
        return pa.array(cells, pa.string())

    def pairlist(self) -> dict[str, Any]:
        """Attributes: each with its name as a tag."""
        held: dict[str, Any] = {}
        while (flags := self.whole()) & 0xFF == PAIRLIST:
            if flags & ATTRIBUTES:
                raise TypeError("attributes that have attributes have no place in an Arrow batch")
            name = self.symbol(self.whole())
            held[name] = self.item()
        return held

    def pairs(self, flags: int) -> list[tuple[Any, dict[str, Any]]]:
        """The elements of a pairlist without tags; one that ends in something else has that as its last."""
        found = []
        while flags & 0xFF == PAIRLIST:
            if flags & (ATTRIBUTES | TAG):
                raise TypeError("lists of pairs have no place in an Arrow batch")
            found.append(self.item())
            flags = self.whole()
        return found if flags & 0xFF == NIL else [*found, self.item_of(flags)]

    def symbol(self, flags: int) -> str:
        if flags & 0xFF == REFERENCE:
            return self.symbols[(flags >> 8 or self.whole()) - 1]
        _, length = self.ints(2)
        self.symbols.append(str(self.take(length), "utf-8"))
        return self.symbols[-1]

    def altrep(self) -> tuple[Any, dict[str, Any]]:
        """A vector that R holds otherwise than as its elements: a range, or one behind a wrapper."""
        described, _ = self.item()
        state, _ = self.item()
        _, attributes = self.item()
        name = described[0][0]
        held = {} if attributes is None else attributes
        if name in ("compact_intseq", "compact_realseq"):
            count, first, step = state
            kind = "<i4" if name == "compact_intseq" else "<f8"
            return (first + step * np.arange(int(count))).astype(kind), held
        if name.startswith("wrap_"):
            values, inner = state[0]
            return values, {**inner, **held}
        raise TypeError(f"R's {name} vectors cannot be read here")
