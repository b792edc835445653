"""A batch as R would serialize the data.frame."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa

from harness.codecs._r_format import (
    ASCII,
    ATTRIBUTES,
    BIG_ENDIAN,
    CHAR,
    DOUBLE,
    INTEGER,
    LIST,
    LOGICAL,
    NA_INTEGER,
    NATIVE,
    NIL,
    OBJECT,
    PAIRLIST,
    REFERENCE,
    SYMBOL,
    TAG,
    TEXT,
    UTF8,
)
from harness.codecs._r_vectors import RVector, in_bytes, to_r
from harness.codecs._texts import to_lengths

_R_VERSION = 4 << 16 | 2 << 8
_R_3_5 = 3 << 16 | 5 << 8  # the oldest R that reads version 3
_MODES = {"double": DOUBLE, "integer": INTEGER, "logical": LOGICAL, "character": TEXT}


def write(batch: pa.RecordBatch, big_endian: bool) -> bytes:
    """The batch as R would serialize the data.frame. Raises TypeError or ValueError where R has no vector."""
    writer = _Writer(">" if big_endian else "<")
    writer.parts.append(BIG_ENDIAN if big_endian else NATIVE)
    writer.ints(3, _R_VERSION, _R_3_5, 5)
    writer.parts.append(b"UTF-8")
    writer.ints(LIST | OBJECT | ATTRIBUTES, batch.num_columns)
    for array in batch.columns:
        writer.vector(to_r(array))
    names = pa.array(batch.schema.names, pa.string())
    rows = np.array([NA_INTEGER, -batch.num_rows], "<i4")
    writer.attributes(
        {
            "names": RVector("character", names),
            "class": RVector("character", pa.array(["data.frame"])),
            "row.names": RVector("integer", rows),
        }
    )
    return b"".join(writer.parts)


class _Writer:
    def __init__(self, order: str) -> None:
        self.order = order
        self.parts: list[bytes | memoryview] = []
        self.symbols: dict[str, int] = {}

    def ints(self, *values: int) -> None:
        self.parts.append(struct.pack(f"{self.order}{len(values)}i", *values))

    def array(self, values: Any) -> None:
        self.parts.append(in_bytes(values.byteswap() if self.order == ">" else values))

    def vector(self, vector: RVector) -> None:
        held = {
            name: RVector("character", pa.array(texts, pa.string()))
            for name, texts in vector.attributes.items()
        }
        flags = (OBJECT if "class" in held else 0) | (ATTRIBUTES if held else 0)
        self.ints(_MODES[vector.mode] | flags, len(vector.values))
        if vector.mode == "character":
            self.texts(vector.values)
        else:
            self.array(vector.values)
        if held:
            self.attributes(held)

    def attributes(self, held: Mapping[str, RVector]) -> None:
        for name, vector in held.items():
            self.ints(PAIRLIST | TAG)
            self.symbol(name)
            self.vector(vector)
        self.ints(NIL)

    def symbol(self, name: str) -> None:
        """A name in full the first time, then by its number."""
        if name in self.symbols:
            return self.ints(self.symbols[name] << 8 | REFERENCE)
        self.symbols[name] = len(self.symbols) + 1
        encoded = name.encode()
        self.ints(SYMBOL, CHAR | ASCII, len(encoded))
        return self.parts.append(encoded)

    def texts(self, array: pa.Array) -> None:
        lengths, joined = to_lengths(array)
        pack = struct.Struct(f"{self.order}ii").pack
        data, at = bytes(joined), 0
        all_ascii = data.isascii()
        for length in lengths.tolist():
            if length < 0:
                self.parts.append(pack(CHAR, -1))
                continue
            cell = data[at : at + length]
            at += length
            self.parts.append(pack(CHAR | (ASCII if all_ascii or cell.isascii() else UTF8), length))
            self.parts.append(cell)
