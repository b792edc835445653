"""A batch as columns of the wire, and as the frame that a Python form sees."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from harness.protocols import Outcome
from harness.schema import INT32_MAX, Input, Kind, Schema
from harness.workers.python import wire
from harness.workers.python.errors import Refusal
from harness.workers.python.frames import frame as frame_of
from harness.workers.python.opening import Input as WireInput
from harness.workers.python.wire import Column, Texts

Language = Literal["python", "r"]
_EXACT_IN_DOUBLE = 2**53


def to_wire(batch: pa.RecordBatch, schema: Schema, language: Language) -> list[Column]:
    """The columns of a batch for a worker of this language, in the schema's order.

    R gets its own missing values in place, 32-bit integers (doubles where the declared bounds are wider)
    and seconds for datetimes; Python gets a mask, 64-bit integers and microseconds. Raises Refusal
    (UNANSWERABLE, with the row) for a value that the form's type cannot say exactly.
    """
    make = _for_r if language == "r" else _for_python
    return [make(batch.column(place), one) for place, one in enumerate(schema)]


def frame(batch: pa.RecordBatch, schema: Schema) -> pd.DataFrame:
    """The pandas frame that a Python form would see for this batch: rules are judged on it.

    Dtypes come from the schema alone: see ``harness.workers.python.frames.frame``. A category that is none
    of the levels is missing here, where :func:`to_wire` refuses it.
    """
    columns = [_for_python(batch.column(place), one, strict=False) for place, one in enumerate(schema)]
    # a copy: whoever writes into the frame must not write into the batch
    return frame_of(columns, wire_inputs(schema), batch.num_rows).copy()


def wire_inputs(schema: Schema) -> list[WireInput]:
    """The schema's inputs as a worker is told of them."""
    return [WireInput(one.name, one.kind.value, one.missing, one.unseen, one.levels) for one in schema]


def _for_python(array: pa.Array, one: Input, strict: bool = True) -> Column:
    missing = _missing(array)
    match one.kind:
        case Kind.FLOAT:
            return Column(one.name, wire.DOUBLE, _values(array), missing)
        case Kind.INT | Kind.BOOL if missing is not None and not one.missing and strict:
            raise Refusal(
                Outcome.UNANSWERABLE,
                "NotRepresentable",
                f"{one.name}: missing, which its type cannot say; `missing = true` makes it legal",
                int(np.argmax(missing)),
            )
        case Kind.INT:
            return Column(one.name, wire.INT64, _values(array), missing)
        case Kind.BOOL:
            return Column(one.name, wire.BOOL, _bools(array), missing)
        case Kind.DATE:
            return Column(one.name, wire.DATE, _values(array).astype("<f8"), missing)
        case Kind.DATETIME:
            return Column(one.name, wire.INSTANT, _values(array), missing)
        case Kind.CATEGORY | Kind.STRING:
            return _text(array, one, strict)


def _for_r(array: pa.Array, one: Input) -> Column:
    missing = _missing(array)
    match one.kind:
        case Kind.FLOAT:
            return Column(one.name, wire.DOUBLE, _with_na(_values(array), missing), native=True)
        case Kind.INT:
            return _r_integer(array, one, missing)
        case Kind.BOOL:
            return Column(one.name, wire.BOOL, _bools(array), missing)
        case Kind.DATE:
            days = _values(array).astype("<f8")
            return Column(one.name, wire.DATE, _with_na(days, missing), native=True)
        case Kind.DATETIME:
            seconds = _values(array) / 1e6
            return Column(one.name, wire.DATETIME, _with_na(seconds, missing), native=True)
        case Kind.CATEGORY | Kind.STRING:
            found = _text(array, one, strict=True)
            _refuse_zeros(array, one, found)
            return found._replace(values=_r_codes(found.values), native=True)


def r_values(array: pa.Array, one: Input) -> npt.NDArray[np.generic]:
    """A column of numbers, times or levels as R has it: integers or doubles, with its NA. Raises Refusal."""
    values: npt.NDArray[np.generic] = _for_r(array, one).values
    return values


def _r_codes(codes: npt.NDArray[np.int32]) -> npt.NDArray[np.int32]:
    return np.where(codes < 0, wire.R_NA_INT, codes + 1).astype("<i4")


def _refuse_zeros(array: pa.Array, one: Input, found: Column) -> None:
    """R's strings end at U+0000: what stands after it would be lost."""
    assert found.texts is not None
    if b"\0" not in bytes(found.texts.data):
        return
    row = next(place for place, text in enumerate(array.to_pylist()) if text is not None and "\0" in text)
    raise Refusal(
        Outcome.UNANSWERABLE,
        "NotRepresentable",
        f"{one.name}: {array[row].as_py()!r} has a U+0000, which R's strings cannot hold",
        row,
    )


def _r_integer(array: pa.Array, one: Input, missing: Any) -> Column:
    values = _values(array)
    bound = _EXACT_IN_DOUBLE if one.wide else INT32_MAX
    outside = (values > bound) | (values < -bound)
    if missing is not None:
        outside &= ~missing
    if outside.any():
        row = int(np.argmax(outside))
        kind = "a double holds exactly" if one.wide else "R's integer holds"
        raise Refusal(
            Outcome.UNANSWERABLE,
            "NotRepresentable",
            f"{one.name}: {values[row]} is beyond what {kind} (±{bound}); "
            "declare `min` and `max` in the model file as wide as the values are",
            row,
        )
    if one.wide:
        return Column(one.name, wire.DOUBLE, _with_na(values.astype("<f8"), missing), native=True)
    whole = (
        values.astype("<i4") if missing is None else np.where(missing, wire.R_NA_INT, values).astype("<i4")
    )
    return Column(one.name, wire.INT32, whole, native=True)


def _with_na(values: npt.NDArray[np.float64], missing: Any) -> npt.NDArray[np.float64]:
    """The doubles with R's NA where missing; every other bit stays as it is."""
    if missing is None:
        return values
    bits = values.view("<u8").copy()
    bits[missing] = wire.R_NA_REAL
    return bits.view("<f8")


def _missing(array: pa.Array) -> Any:
    return array.is_null().to_numpy(zero_copy_only=False) if array.null_count else None


def _values(array: pa.Array) -> Any:
    """The values of a fixed-width array where they lie; what stands at a missing place has no meaning."""
    width = np.dtype(
        "<i4" if pa.types.is_date32(array.type) else "<f8" if pa.types.is_float64(array.type) else "<i8"
    )
    data = array.buffers()[1]
    if data is None or len(array) == 0:
        return np.zeros(len(array), dtype=width)
    return np.frombuffer(data, width, len(array), array.offset * width.itemsize)


def _bools(array: pa.Array) -> Any:
    filled = pc.fill_null(array, False) if array.null_count else array
    return filled.to_numpy(zero_copy_only=False).view("u1")


def _text(array: pa.Array, one: Input, strict: bool) -> Column:
    encoded = array.dictionary_encode()
    codes = _filled(encoded.indices)
    if one.kind is Kind.CATEGORY and not one.unseen:
        return _leveled(encoded.dictionary, codes, one, strict)
    return Column(one.name, wire.TEXT, codes, texts=_texts(encoded.dictionary))


def _filled(indices: pa.Array) -> npt.NDArray[np.int32]:
    filled = pc.fill_null(indices, -1) if indices.null_count else indices
    codes: npt.NDArray[np.int32] = filled.to_numpy(zero_copy_only=False).astype("<i4", copy=False)
    return codes


def _leveled(dictionary: pa.StringArray, codes: npt.NDArray[np.int32], one: Input, strict: bool) -> Column:
    """Codes of the declared levels, in their order. Raises Refusal for a text that is none of them."""
    places = {level: place for place, level in enumerate(one.levels)}
    present = dictionary.to_pylist()
    mapping = np.array([*(places.get(text, -2) for text in present), -1], dtype="<i4")
    mapped = mapping[codes]
    if strict and (mapping == -2).any():
        row = int(np.argmax(mapped == -2))
        raise Refusal(
            Outcome.UNANSWERABLE,
            "UnknownLevel",
            f"{one.name}: {present[codes[row]]!r} is none of the levels ({', '.join(one.levels)}); "
            "`unseen = true` in the model file makes it legal",
            row,
        )
    return Column(one.name, wire.FACTOR, np.maximum(mapped, -1), texts=Texts.of(one.levels))


def _texts(dictionary: pa.StringArray) -> Texts:
    """A dictionary's UTF-8 where it lies."""
    _, offsets, data = dictionary.buffers()
    if len(dictionary) == 0 or data is None:
        return Texts(np.zeros(len(dictionary), dtype="<i4"), b"")
    ends = np.frombuffer(offsets, "<i4", len(dictionary) + 1, dictionary.offset * 4)
    return Texts(np.diff(ends), memoryview(data)[ends[0] : ends[-1]])
