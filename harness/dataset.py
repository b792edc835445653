"""Read real rows from CSV or Parquet as a batch of a model's inputs.

In CSV an empty field is missing, and so are ``NA``, ``NaN`` and ``null`` for inputs that are no text. In
text, ``NA`` without quotes is missing (R writes it so) unless it is one of the levels; ``"NA"`` and
``""`` in quotes are text. Where an input may not be missing, an empty field of a text input is the empty
text.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet

from harness.schema import Input, Kind, Schema

#: Read as missing where a CSV file has them for an input that is no text.
MISSING_WORDS = ["", "NA", "NaN", "nan", "null", "NULL", "None", "<NA>"]
_TRUE = ["TRUE", "True", "true", "T", "1", "1.0", "yes"]
_FALSE = ["FALSE", "False", "false", "F", "0", "0.0", "no"]


class DataError(ValueError):
    """A data file cannot be used. The message names the file, the place, the value and the way out."""


@dataclass(frozen=True, slots=True)
class Data:
    """Rows of a model's inputs, and what names each row (its key, or its number from 1)."""

    path: Path
    batch: pa.RecordBatch
    keys: tuple[str, ...]


def read_data(path: Path, schema: Schema, key: str | None = None) -> Data:
    """Read a CSV or Parquet file (by its ending). Further columns are ignored. Raises DataError."""
    table = read_table(path)
    absent = [name for name in (*schema.names, *([key] if key else [])) if name not in table.column_names]
    if absent:
        raise DataError(_wrong_columns(path, absent, table.column_names))
    if table.num_rows == 0:
        raise DataError(f"{path}: it has no rows; name data with at least one row, or leave out `data`")
    columns = [_convert(path, table.column(one.name).combine_chunks(), one) for one in schema]
    batch = pa.RecordBatch.from_arrays(columns, schema=schema.arrow)
    if key is None:
        keys = tuple(str(row + 1) for row in range(table.num_rows))
    else:
        keys = tuple(map(str, table.column(key).to_pylist()))
    return Data(path, batch, keys)


def read_table(path: Path) -> pa.Table:
    """The columns of a CSV or Parquet file as they stand: those of a CSV are all text. Raises DataError."""
    if not path.is_file():
        raise DataError(f"{path}: no such file; check `data` in the model file, or --data")
    try:
        if path.suffix.lower() in (".parquet", ".pq"):
            return pa.parquet.read_table(path)
        if path.suffix.lower() == ".csv":
            return _read_csv(path)
    except (pa.ArrowInvalid, pa.ArrowException, UnicodeDecodeError) as error:
        raise DataError(f"{path}: cannot be read: {error}; is it whole, and in UTF-8?") from None
    raise DataError(
        f"{path}: data is CSV (.csv) or Parquet (.parquet), not {path.suffix or 'without an ending'}"
    )


def _read_csv(path: Path) -> pa.Table:
    with path.open("rb") as file:
        header = pa.csv.open_csv(file).schema.names
    repeated = sorted({name for name in header if header.count(name) > 1})
    if repeated:
        raise DataError(f"{path}: column {repeated[0]!r} is there more than once; rename one")
    return pa.csv.read_csv(
        path,
        parse_options=pa.csv.ParseOptions(newlines_in_values=True),
        convert_options=pa.csv.ConvertOptions(
            column_types=dict.fromkeys(header, pa.string()),
            null_values=["", "NA"],
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
        ),
    )


def _wrong_columns(path: Path, absent: list[str], there: list[str]) -> str:
    near = difflib.get_close_matches(absent[0], there, n=1)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    some = ", ".join(there[:30]) + (", ..." if len(there) > 30 else "")
    more = f"; {len(absent) - 1} more are lacking: {', '.join(absent[1:10])}" if len(absent) > 1 else ""
    return (
        f"{path}: column {absent[0]!r} is not there{hint} (there are: {some}){more}; columns bear the "
        "inputs' names: rename it in the file, or in the model file"
    )


def _convert(path: Path, column: pa.Array, one: Input) -> pa.Array:
    if isinstance(column, pa.DictionaryArray):
        column = column.dictionary_decode()
    if one.kind.textual:
        return _text(path, column, one)
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        return _parse(path, column.cast(pa.string()), one)
    if one.kind is Kind.BOOL and (pa.types.is_integer(column.type) or pa.types.is_floating(column.type)):
        column = _parse(path, column.cast(pa.float64()).cast(pa.string()), one)
    if pa.types.is_floating(column.type) and one.kind is not Kind.FLOAT:
        column = pc.if_else(pc.is_nan(column), pa.scalar(None, type=column.type), column)
    if pa.types.is_timestamp(column.type) and column.type.tz:
        column = column.cast(pa.timestamp("us", "UTC")).cast(pa.timestamp("us"))
    try:
        cast = column.cast(one.arrow_type)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise DataError(
            f"{path}: column {one.name!r} is {column.type}, declared {one.kind}: {error}"
        ) from None
    if one.kind is Kind.FLOAT:  # the file's NaN says missing: a frame cannot tell them apart either
        return pc.if_else(pc.is_nan(cast), pa.scalar(None, type=pa.float64()), cast)
    return cast


def _text(path: Path, column: pa.Array, one: Input) -> pa.Array:
    if not (pa.types.is_string(column.type) or pa.types.is_large_string(column.type)):
        if pa.types.is_null(column.type):
            return column.cast(pa.string())
        raise DataError(
            f"{path}: column {one.name!r} is {column.type}, declared {one.kind}; store it as text"
        )
    text = column.cast(pa.string())
    if path.suffix.lower() == ".csv":
        if "NA" in one.levels:
            text = pc.fill_null(text, "NA")
        elif not one.missing:
            text = pc.fill_null(text, "")
    return text


def _parse(path: Path, column: pa.Array, one: Input) -> pa.Array:
    trimmed = pc.utf8_trim_whitespace(column)
    absent = pc.is_in(trimmed, value_set=pa.array(MISSING_WORDS))
    present = pc.if_else(absent, pa.scalar(None, type=pa.string()), trimmed)
    if one.kind is Kind.BOOL:
        true = pc.is_in(present, value_set=pa.array(_TRUE))
        known = pc.or_(true, pc.is_in(present, value_set=pa.array(_FALSE)))
        _refuse(path, present, _not(known), one)
        return pc.if_else(pc.is_null(present), pa.scalar(None, type=pa.bool_()), true)
    try:
        if one.kind is Kind.INT:
            return _integers(present)
        return present.cast(one.arrow_type)
    except (pa.ArrowInvalid, ValueError):
        _refuse(path, present, _unreadable(present, one), one)
        raise


def _integers(texts: pa.Array) -> pa.Array:
    try:
        return texts.cast(pa.int64())
    except pa.ArrowInvalid:
        return texts.cast(pa.float64()).cast(pa.int64())  # 3.0 is an integer, 3.5 is refused


def _not(mask: pa.Array) -> npt.NDArray[np.bool_]:
    false: npt.NDArray[np.bool_] = ~pc.fill_null(mask, False).to_numpy(zero_copy_only=False).astype(bool)
    return false


def _unreadable(texts: pa.Array, one: Input) -> npt.NDArray[np.bool_]:
    bad = np.zeros(len(texts), dtype=bool)
    for row, text in enumerate(texts):
        try:
            single = pa.array([text.as_py()], type=pa.string())
            _integers(single) if one.kind is Kind.INT else single.cast(one.arrow_type)
        except (pa.ArrowInvalid, ValueError):
            bad[row] = True
            break
    return bad


def _refuse(path: Path, texts: pa.Array, bad: npt.NDArray[np.bool_], one: Input) -> None:
    rows = np.flatnonzero(bad & texts.is_valid().to_numpy(zero_copy_only=False))
    if len(rows):
        row = int(rows[0])
        raise DataError(
            f"{path}: row {row + 1}, column {one.name!r}: {texts[row].as_py()!r} is no {one.kind}; "
            f"correct the value, or the type of [inputs.{one.name}]"
        )
