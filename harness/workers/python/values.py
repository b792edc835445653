"""One array of what Python forms return, as a column of the wire: numbers, bools, text, times, or OTHER."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import numpy as np

from . import wire
from .wire import Column, Texts

if TYPE_CHECKING:
    from typing import Callable


def column(name: str, array: Any) -> Column:
    """The column of a one-dimensional numpy array or pandas extension array.

    float16 to longdouble become doubles; integers int64 (doubles beyond it); None, NaN, NaT and NA are
    missing; a Categorical stands for its labels; an array in which nothing is present is a BOOL column of
    missing values, which fits every declared type.
    """
    if not isinstance(array, np.ndarray):
        return _extension(name, array)
    if isinstance(array, np.ma.MaskedArray):
        found = column(name, np.asarray(array.data))
        return _with_missing(found, np.ma.getmaskarray(array))
    maker = _MAKERS.get(array.dtype.kind)
    return maker(name, array) if maker else _other(name, array, f"values of dtype {array.dtype}")


def _with_missing(found: Column, missing: Any) -> Column:
    if found.kind in wire.TEXTUAL:
        return found._replace(values=np.where(missing, -1, found.values).astype(wire.CODE))
    return found._replace(missing=missing if found.missing is None else missing | found.missing)


def _floats(name: str, array: Any) -> Column:
    return Column(name, wire.DOUBLE, array.astype("<f8", copy=False))


def _integers(name: str, array: Any) -> Column:
    if (
        array.dtype.kind == "u"
        and array.dtype.itemsize == 8
        and array.max(initial=0) > np.iinfo(np.int64).max
    ):
        return Column(name, wire.DOUBLE, array.astype("<f8"))
    return Column(name, wire.INT64, array.astype("<i8", copy=False))


def _bools(name: str, array: Any) -> Column:
    return Column(name, wire.BOOL, array.view("u1") if array.flags.c_contiguous else array.astype("u1"))


def _times(name: str, array: Any) -> Column:
    missing = np.isnat(array)
    kept = missing if missing.any() else None
    if np.datetime_data(array.dtype)[0] in ("Y", "M", "W", "D"):
        return Column(name, wire.DATE, array.astype("M8[D]").astype("<i8").astype("<f8"), kept)
    return Column(name, wire.INSTANT, array.astype("M8[us]").astype("<i8"), kept)


def _text(name: str, array: Any) -> Column:
    return _objects(name, array.astype(object))


def _objects(name: str, array: Any) -> Column:
    import pandas as pd  # only forms that return objects need it

    missing = pd.isna(array)
    if missing.all():
        return _nothing(name, len(array))
    kept = missing if missing.any() else None
    present = array if kept is None else array[~missing]
    sort = pd.api.types.infer_dtype(present, skipna=False)
    if sort == "string":
        return _strings(name, array)
    values = _present(sort, present)
    if values is None:
        return _other(name, present, _types(present))
    made = column(name, values)
    if kept is None or made.kind == wire.OTHER:
        return made
    spread = np.zeros(len(array), dtype=made.values.dtype)
    spread[~missing] = made.values
    inner = np.zeros(len(array), dtype=bool)
    if made.missing is not None:
        inner[~missing] = made.missing
    return made._replace(values=spread, missing=kept | inner)


def _present(sort: str, present: Any) -> Any:
    """Objects of one sort as an array with a dtype of its own; None where none fits."""
    if sort in ("floating", "decimal", "mixed-integer-float"):
        return present.astype("f8")
    if sort == "integer":
        small = all(-(2**63) <= one < 2**63 for one in present)
        return present.astype("i8" if small else "f8")
    if sort == "boolean":
        return present.astype(bool)
    if sort == "date":
        return present.astype("M8[D]")
    if sort in ("datetime", "datetime64"):
        return np.array([_naive(one) for one in present], dtype="M8[us]")
    if all(isinstance(one, (int, float, np.number, np.bool_)) for one in present):
        return present.astype("f8")
    return None


def _naive(moment: Any) -> Any:
    """A datetime in UTC without its zone."""
    if isinstance(moment, dt.datetime) and moment.tzinfo is not None:
        return moment.astimezone(dt.timezone.utc).replace(tzinfo=None)
    return moment


def _strings(name: str, array: Any) -> Column:
    import pandas as pd

    codes, entries = pd.factorize(array)
    return _encoded(name, codes, [str(one) for one in entries])


def _encoded(name: str, codes: Any, entries: list[str]) -> Column:
    try:
        texts = Texts.of(entries)
    except UnicodeEncodeError as error:
        return _other(name, [error.object], "text with a lone surrogate")
    return Column(name, wire.TEXT, np.asarray(codes).astype(wire.CODE), texts=texts)


def _extension(name: str, array: Any) -> Column:
    """A pandas extension array (nullable, categorical, with a time zone, of strings, of Arrow)."""
    import pandas as pd

    dtype = array.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        labels = [*dtype.categories, None]
        if all(isinstance(one, str) for one in labels[:-1]):
            return _encoded(name, array.codes, labels[:-1]) if labels[:-1] else _nothing(name, len(array))
        objects = np.empty(len(labels), dtype=object)
        objects[:] = labels
        return _objects(name, objects[array.codes])
    if isinstance(dtype, np.dtype):
        return column(name, np.asarray(array))
    if isinstance(dtype, pd.DatetimeTZDtype):
        return column(name, np.asarray(array.tz_convert("UTC").tz_localize(None)))
    return _objects(name, np.asarray(array.astype(object)))


def _nothing(name: str, rows: int) -> Column:
    return Column(name, wire.BOOL, np.zeros(rows, dtype="u1"), np.ones(rows, dtype=bool))


def _types(present: Any) -> str:
    names = sorted({type(one).__name__ for one in present})
    return " and ".join(names[:3])


def _other(name: str, present: Any, what: str) -> Column:
    example = repr(present[0])[:80] if len(present) else ""
    said = [one.encode("utf-8", "backslashreplace").decode() for one in (what, example)]
    return Column(name, wire.OTHER, np.empty(0, dtype=wire.CODE), texts=Texts.of(said))


_MAKERS: dict[str, Callable[[str, Any], Column]] = {
    "f": _floats,
    "i": _integers,
    "u": _integers,
    "b": _bools,
    "M": _times,
    "U": _text,
    "T": _text,
    "O": _objects,
}
