"""Read a frame: arrays are views of the payload, nothing is copied but what has to be put right."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from . import wire
from .wire import Column, Table, Texts, WireError

if TYPE_CHECKING:
    Kept = dict[str, Texts]


def header(data: bytes) -> tuple[int, int, int]:
    """Kind, call and payload length of a 16-byte header. Raises WireError where it is none."""
    kind, call, length = wire.HEADER.unpack(data)
    if kind - wire.MARK not in wire.KINDS or not 0 <= length < 2**53 or length % 8:
        raise WireError(f"not a frame of the worker protocol: {data!r}")
    return kind - wire.MARK, call, int(length)


def tables(payload: Any, kept: Kept | None = None) -> list[Table]:
    """The tables of a payload (bytes or a bytearray). ``kept`` remembers texts between frames.

    Raises WireError where the payload is cut short or its parts contradict each other.
    """
    reader = _Reader(payload)
    count, _ = reader.ints(2)
    if count < 0:
        raise WireError(f"{count} tables")
    found = [_table(reader, {} if kept is None else kept) for _ in range(count)]
    if reader.at != reader.size:
        raise WireError(f"{reader.size - reader.at} bytes too many after the last table")
    return found


def one_column(payload: Any, name: str, kind: int, nulls: int, rows: int) -> Column:
    """The column of this kind whose data alone is in a payload. Raises WireError as :func:`tables` does."""
    return _column(_Reader(payload), name, kind, nulls, rows, {})


class _Reader:
    """A place in a payload that moves on as parts are taken."""

    def __init__(self, payload: Any) -> None:
        self.payload = payload
        self.size = memoryview(payload).nbytes
        self.at = 0

    def array(self, dtype: Any, count: int) -> Any:
        """The next ``count`` values, a view; and past the filling after them."""
        nbytes = count * dtype.itemsize
        end = self.at + nbytes
        if count < 0 or end + (-nbytes % 8) > self.size:
            raise WireError(f"cut short: {count} values of {dtype} at byte {self.at} of {self.size}")
        found = np.frombuffer(self.payload, dtype, count, self.at) if count else np.empty(0, dtype)
        self.at = end + (-nbytes % 8)
        return found

    def ints(self, count: int) -> list[int]:
        values: list[int] = self.array(wire.CODE, count).tolist()
        return values


def _table(reader: _Reader, kept: Kept) -> Table:
    columns, _ = reader.ints(2)
    rows = _count(float(reader.array(wire.DTYPES[wire.DOUBLE], 1)[0]))
    if columns < 0:
        raise WireError(f"a table of {columns} columns")
    if columns == 0:
        return Table([], rows)
    meta = reader.ints(3 * columns)
    kinds, nulls, lengths = meta[:columns], meta[columns : 2 * columns], meta[2 * columns :]
    reader_names = _names(reader, lengths)
    return Table(
        [
            _column(reader, name, kind, null, rows, kept)
            for name, kind, null in zip(reader_names, kinds, nulls)
        ],
        rows,
    )


def _count(value: float) -> int:
    if not (0 <= value < 2**53 and value == int(value)):
        raise WireError(f"a table of {value} rows")
    return int(value)


def _names(reader: _Reader, lengths: list[int]) -> list[str]:
    if min(lengths) < 0:
        raise WireError(f"a name of {min(lengths)} bytes")
    joined = reader.array(np.dtype("u1"), sum(lengths)).tobytes()
    names, at = [], 0
    for length in lengths:
        names.append(_text(joined[at : at + length]))
        at += length
    return names


def _text(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        raise WireError(f"a name that is not UTF-8: {raw!r} ({error.reason})") from None


def _column(reader: _Reader, name: str, kind: int, nulls: int, rows: int, kept: Kept) -> Column:
    if kind in wire.TEXTUAL:
        texts = _texts(reader, name, kept)
        codes = reader.array(wire.CODE, 0 if kind == wire.OTHER else rows)
        if nulls == wire.NATIVE:
            codes = np.where(codes == wire.R_NA_INT, 0, codes) - 1
        if len(codes) and (codes.min() < -1 or codes.max() >= len(texts)):
            raise WireError(f"column {name!r}: a code outside its {len(texts)} entries")
        return Column(name, kind, codes, texts=texts)
    if kind not in wire.DTYPES:
        raise WireError(f"column {name!r}: there is no kind {kind}")
    missing = reader.array(np.dtype("u1"), rows).astype(bool) if nulls == wire.MASKED else None
    values = reader.array(wire.DTYPES[kind], rows)
    if nulls == wire.NATIVE:
        missing = _native_missing(values)
    return Column(name, kind, values, missing)


def _texts(reader: _Reader, name: str, kept: Kept) -> Texts:
    entries, size = reader.ints(2)
    if entries == -1:
        if name not in kept:
            raise WireError(f"column {name!r}: stands for earlier entries, but there are none")
        return kept[name]
    lengths = reader.array(wire.CODE, entries)
    if size < 0 or (entries and lengths.min() < 0) or int(lengths.sum(dtype=np.int64)) != size:
        raise WireError(f"column {name!r}: the lengths of its entries are not its {size} bytes")
    kept[name] = Texts(lengths, reader.array(np.dtype("u1"), size))
    return kept[name]


def _native_missing(values: Any) -> Any:
    """Where R says NA (None: nowhere). NaN that is not NA is a value."""
    if values.dtype == wire.DTYPES[wire.INT32]:
        missing = values == wire.R_NA_INT
    elif values.dtype == wire.DTYPES[wire.INT64]:
        missing = values == np.iinfo(np.int64).min
    elif values.dtype == wire.DTYPES[wire.DOUBLE]:
        missing = np.isnan(values)
        if missing.any():
            low = values.view("<u8") & np.uint64(0xFFFFFFFF)
            missing &= low == wire.R_NA_REAL_LOW
    else:
        return None
    return missing if missing.any() else None
