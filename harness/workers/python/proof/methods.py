"""Methods of columns, frames, rows, lists and dicts of a form that is read."""

from __future__ import annotations

import ast
import functools
import types
from typing import Any, Callable, Mapping, Sequence

import numpy as np
import pandas as pd

from . import library, operating, picking
from .holding import (
    Closure,
    Each,
    Frame,
    Listing,
    Mapped,
    Numbered,
    Ref,
    Row,
    column_of,
    is_known,
    known,
    row_value,
    serial,
    vectored,
)
from .library import Named, Read, arguments
from .picking import Through, looked_up, shared
from .rowwise import (
    ANY,
    BOOL,
    NUMBER,
    TEXT,
    Known,
    Link,
    NotProved,
    Part,
    Total,
    choose,
    combine,
    is_vector,
    kind_of,
)

_FUNCTIONS = (types.FunctionType, types.MethodType, types.BuiltinFunctionType, functools.partial)


def _as_they_are() -> dict[tuple[type, str], Any]:
    """What pandas' columns and frames, and the classes above them, have under each name."""
    kinds = [one for kind in (pd.Series, pd.DataFrame) for one in kind.__mro__ if one is not object]
    return {(kind, name): one for kind in kinds for name, one in vars(kind).items()}


#: As they are before any form is loaded, which may change them.
_AS_THEY_WERE = _as_they_are()


def untouched() -> bool:
    """Whether columns and frames still have the methods and operators that they had when this was loaded."""
    now = _as_they_are()
    read = {
        *_COLUMN,
        *_FRAME,
        *_ROW,
        "values",
        "array",
        "loc",
        "iloc",
        "str",
        "cat",
        "index",
        "shape",
        "columns",
    }
    fresh = {name for kind, name in now.keys() - _AS_THEY_WERE.keys()}
    changed = any(
        now.get(key) is not one for key, one in _AS_THEY_WERE.items() if key[1] in read or key[1][:2] == "__"
    )
    return not changed and not any(name in read or name.startswith("__") for name in fresh)


def call(reader: Any, holder: Ref, name: str, given: Sequence[Ref], words: Named) -> Ref:
    """``holder.name(...)``."""
    held = holder.value
    if isinstance(held, Known):
        return _of_known(reader, holder, name, given, words)
    table: Mapping[str, Callable[..., Ref]]
    if isinstance(held, (Part, Total, Link)):
        table = _COLUMN if is_vector(held) else {}
    elif isinstance(held, Through):
        return _through(reader, held, name, given, words)
    else:
        table = {Frame: _FRAME, Row: _ROW, Listing: _LISTING, Mapped: _MAPPED}.get(type(held), {})
    read = table.get(name)
    if read is None:
        raise NotProved(f"a method that is not read: .{name}()")
    return read(reader, [holder, *given], words)


# -- known values

_LOOKING = ("get", "index", "loc", "map", "reindex")
_CHANGING: tuple[str, ...] = (
    "append",
    "extend",
    "insert",
    "remove",
    "pop",
    "clear",
    "update",
    "setdefault",
    "sort",
    "reverse",
    "add",
)
_CHANGING += ("discard", "popitem", "fill", "put", "resize", "setflags", "itemset", "partition", "setfield")


def _of_known(reader: Any, holder: Ref, name: str, given: Sequence[Ref], words: Named) -> Ref:
    held: Any = holder.value.value
    if name in _CHANGING or name.startswith("__") or "inplace" in words:
        raise NotProved(f"something known is changed: .{name}()")
    if all(is_known(one) for one in (*given, *words.values())):
        plain = {word: known(one) for word, one in words.items()}
        if any(callable(one) and not isinstance(one, type) for one in (*map(known, given), *plain.values())):
            raise NotProved(f"a function is given to .{name}()")
        return operating.apply(
            lambda one, *parts: getattr(one, name)(*parts, **plain), held, *map(known, given)
        )
    if name == "get" and type(held) is dict:
        return get(reader, [holder, *given], words)
    if name == "index" and type(held) in (list, tuple):
        (place,) = given
        value = row_value(place)
        return Ref(_asked(reader, value, held, NUMBER), sole=True)
    if name == "get_indexer" and isinstance(held, pd.Index) and type(held).__name__ == "Index":
        (place,) = given
        return Ref(_asked(reader, row_value(place), list(held), NUMBER), sole=True)
    if name == "searchsorted" and isinstance(held, np.ndarray):
        return library.searchsorted(reader, [holder, *given], words)
    if name == "take" and type(held) is np.ndarray and held.ndim == 1:
        return looked_up(reader, held, *given)
    if name == "reindex" and isinstance(held, pd.Series):
        return looked_up(reader, held, *given)
    raise NotProved(f"a method that is not read: .{name}()")


def _asked(reader: Any, value: Any, among: Any, kind: str) -> Any:
    """What depends on which of some known values a value equals."""
    if isinstance(value, Part) and value.raw:
        for one in among:
            reader.ledger.compare(value, one)
        return Part(value.input, kind, vector=value.vector)
    return combine([value], kind)


def get(reader: Any, given: Sequence[Ref], words: Named) -> Ref:
    """``table.get(x, other)`` for one row's value, or of a known key."""
    found = arguments(given, words, "table", "key", "default")
    other = found.get("default", Ref(Known(None)))
    held = found["table"].value
    if is_known(found["key"]):
        key = known(found["key"])
        items = held.columns if isinstance(held, Row) else held.items if isinstance(held, Mapped) else None
        if items is None:
            return Ref(Known(known(found["table"]).get(key, known(other))))
        return items.get(key, other)
    table = known(found["table"])
    if type(table) is not dict:
        raise NotProved("a dict of a class of its own")
    return looked_up(reader, table, found["key"], other)


# -- columns


def _filled(reader: Any, given: Sequence[Ref], words: Named) -> Ref:
    found = arguments(given, words, "x", "value")
    value, other = row_value(found["x"]), row_value(found["value"])
    if isinstance(other, Known):
        operating.check_element(other.value)
    if isinstance(value, Part) and value.input is not None:
        missing = Part(value.input, BOOL)
        return Ref(choose(missing, other, value), sole=True)
    return Ref(
        combine([value, other], kind_of(value) if kind_of(value) == kind_of(other) else ANY), sole=True
    )


def _mapped(reader: Any, given: Sequence[Ref], words: Named) -> Ref:
    found = arguments(given, words, "x", "by")
    by = found["by"].value
    if (isinstance(by, Known) and not callable(by.value)) or isinstance(by, Mapped):
        table = known(found["by"])
        if type(table) is not dict and not isinstance(table, pd.Series):
            raise NotProved("a table of a class of its own")
        if isinstance(table, pd.Series):
            return looked_up(reader, table, found["x"])
        column = row_value(found["x"])
        looked = looked_up(reader, table, Ref(vectored(column, False)))
        return Ref(vectored(looked.value, True), sole=True)
    return _applied(reader, given, words)


def _applied(reader: Any, given: Sequence[Ref], words: Named) -> Ref:
    """``df["age"].apply(points)``: a function of one row's value."""
    found = arguments(given, words, "x", "f")
    if isinstance(found["f"].value, Known) and not isinstance(found["f"].value.value, _FUNCTIONS):
        raise NotProved("a function of a library is given a column")
    element = Ref(vectored(row_value(found["x"]), False))
    barrier, reader.barrier = reader.barrier, serial()
    try:
        return column_of(reader.invoke(found["f"], [element]))
    finally:
        reader.barrier = barrier


def _between(reader: Any, given: Sequence[Ref], words: Named) -> Ref:
    found = arguments(given, words, "x", "low", "high", "inclusive")
    if "inclusive" in found:
        known(found["inclusive"])
    value = row_value(found["x"])
    parts = [operating.compared(reader, True, value, row_value(found[name])) for name in ("low", "high")]
    return Ref(combine(parts, BOOL), sole=True)


def _where(reader: Any, given: Sequence[Ref], words: Named) -> Ref:
    found = arguments(given, words, "x", "condition", "other")
    condition = row_value(found["condition"])
    if isinstance(condition, Known) or kind_of(condition) != BOOL:
        raise NotProved("a condition that may be none")
    other = row_value(found["other"]) if "other" in found else Known(float("nan"))
    return Ref(choose(condition, row_value(found["x"]), other), sole=True)


def _mask(reader: Any, given: Sequence[Ref], words: Named) -> Ref:
    found = arguments(given, words, "x", "condition", "other")
    condition = row_value(found["condition"])
    if isinstance(condition, Known) or kind_of(condition) != BOOL:
        raise NotProved("a condition that may be none")
    other = row_value(found["other"]) if "other" in found else Known(float("nan"))
    return Ref(choose(condition, other, row_value(found["x"])), sole=True)


def _cast(reader: Any, given: Sequence[Ref], words: Named) -> Ref:
    found = arguments(given, words, "x", "dtype", "copy")
    return Ref(library.cast(reader, row_value(found["x"]), known(found["dtype"])), sole="copy" not in found)


def _to_numpy(reader: Any, given: Sequence[Ref], words: Named) -> Ref:
    found = arguments(given, words, "x", "dtype", "copy", "na_value")
    if "na_value" in found:
        value = known(found["na_value"])
        if not (value is None or value is pd.NA or (isinstance(value, float) and np.isnan(value))):
            found["x"] = _filled(reader, [found["x"], found["na_value"]], {})
    dtype = known(found["dtype"]) if "dtype" in found else None
    if dtype is None:
        return shared(found["x"])
    return Ref(library.cast(reader, row_value(found["x"]), dtype), memory=found["x"].memory)


def _same(reader: Any, given: Sequence[Ref], words: Named) -> Ref:
    for one in (*given[1:], *words.values()):
        if known(one) not in (-1, "C", True, False):
            raise NotProved("an array of another shape")
    return shared(given[0])


def _copied(reader: Any, given: Sequence[Ref], words: Named) -> Ref:
    for one in (*given[1:], *words.values()):
        if known(one) is not True:
            return shared(given[0])
    return Ref(row_value(given[0]), sole=True)


def _replaced(reader: Any, given: Sequence[Ref], words: Named) -> Ref:
    found = arguments(given, words, "x", "old", "new")
    table = known(found["old"]) if "new" not in found else {known(found["old"]): known(found["new"])}
    if type(table) is not dict:
        raise NotProved("values are replaced in another way than by a dict")
    value = row_value(found["x"])
    for old, new in table.items():
        operating.check_element(old)
        operating.check_element(new)
        value = choose(operating.compared(reader, False, value, Known(old)), Known(new), value)
    return Ref(value, sole=True)


def _any(reader: Any, given: Sequence[Ref], words: Named) -> Ref:
    return library.whole(reader, given, words)


def _operator(kind: type) -> Read:
    return library.operated(kind)


def _round(reader: Any, given: Sequence[Ref], words: Named) -> Ref:
    return library.rounded(reader, given, words)


def _clip(reader: Any, given: Sequence[Ref], words: Named) -> Ref:
    renamed = {{"lower": "low", "upper": "high"}.get(name, name): one for name, one in words.items()}
    return library.clip(reader, given, renamed)


def _as_it_is(reader: Any, given: Sequence[Ref], words: Named) -> Ref:
    """Names and indexes, which nothing here depends on."""
    return shared(given[0])


def _through(reader: Any, through: Through, name: str, given: Sequence[Ref], words: Named) -> Ref:
    """``s.str.strip()``: any function of text that is one of known levels."""
    value = row_value(through.holder)
    if (
        through.name == "str"
        and kind_of(value) == TEXT
        and all(is_known(one) for one in (*given, *words.values()))
        and name in _TEXTS
    ):
        return Ref(combine([value], _TEXTS[name]), sole=True)
    raise NotProved(f"a method that is not read: .{through.name}.{name}()")


_TEXTS = {
    **dict.fromkeys(
        ("strip", "lstrip", "rstrip", "lower", "upper", "title", "slice", "replace", "zfill", "get"), TEXT
    ),
    **dict.fromkeys(("startswith", "endswith", "contains", "fullmatch", "match"), BOOL),
    "len": NUMBER,
}

# -- frames and rows


def _copy_frame(reader: Any, given: Sequence[Ref], words: Named) -> Ref:
    columns = given[0].value.columns
    return Ref(Frame({name: shared(one) for name, one in columns.items()}))


def _each_row(reader: Any, given: Sequence[Ref], words: Named) -> Ref:
    for one in (*given[1:], *words.values()):
        known(one)
    return Ref(Each(library.row_of(given[0].value)))


def _each_pair(reader: Any, given: Sequence[Ref], words: Named) -> Ref:
    return Ref(Each(Ref(Listing([Ref(Numbered()), library.row_of(given[0].value)], tuple))))


def _records(reader: Any, given: Sequence[Ref], words: Named) -> Ref:
    found = arguments(given, words, "df", "orient")
    if "orient" not in found or known(found["orient"]) != "records":
        raise NotProved("a frame as a dict")
    return Ref(Each(library.row_of(given[0].value)))


def _apply_rows(reader: Any, given: Sequence[Ref], words: Named) -> Ref:
    found = arguments(given, words, "df", "f", "axis")
    if "axis" not in found or known(found["axis"]) not in (1, "columns"):
        raise NotProved("a function of whole columns")
    barrier, reader.barrier = reader.barrier, serial()
    try:
        return column_of(reader.invoke(found["f"], [library.row_of(given[0].value)]))
    finally:
        reader.barrier = barrier


def _sum_frame(reader: Any, given: Sequence[Ref], words: Named) -> Ref:
    found = arguments(given, words, "df", "axis")
    if "axis" not in found or known(found["axis"]) not in (1, "columns"):
        raise NotProved("a sum over rows")
    return library.add_up(reader, list(given[0].value.columns.values()), None)


def _assigned(reader: Any, given: Sequence[Ref], words: Named) -> Ref:
    made = _copy_frame(reader, given[:1], {})
    for name, one in words.items():
        if isinstance(one.value, Closure) or (isinstance(one.value, Known) and callable(one.value.value)):
            raise NotProved("a function is given to .assign()")
        picking.put(reader, made, Ref(Known(name)), one)
    return made


# -- lists and dicts


def _append(reader: Any, given: Sequence[Ref], words: Named) -> Ref:
    holder, what = given
    of_rows = reader.loop and reader.barrier == reader.loop and holder.serial < reader.loop
    if of_rows:
        if holder.value.items or holder.serial < reader.outside:
            raise NotProved("a list is filled otherwise than with one value a row")
        holder.value = column_of(what).value
        holder.sole = False
    elif holder.serial < reader.barrier:
        raise NotProved("a list is filled behind a condition")
    else:
        holder.value.items.append(what)
    return Ref(Known(None))


def _pairs(reader: Any, given: Sequence[Ref], words: Named) -> Ref:
    items = given[0].value.items.items()
    return Ref(Listing([Ref(Listing([Ref(Known(key)), one], tuple)) for key, one in items]))


def _values(reader: Any, given: Sequence[Ref], words: Named) -> Ref:
    return Ref(Listing(list(given[0].value.items.values())))


def _keys(reader: Any, given: Sequence[Ref], words: Named) -> Ref:
    return Ref(Known(list(given[0].value.items)))


_OPERATORS = {
    "eq": ast.Eq, "ne": ast.NotEq, "lt": ast.Lt, "le": ast.LtE, "gt": ast.Gt, "ge": ast.GtE,
    "add": ast.Add, "sub": ast.Sub, "mul": ast.Mult, "div": ast.Div, "truediv": ast.Div, "pow": ast.Pow,
}  # fmt: skip
_COLUMN: Mapping[str, Read] = {
    **{name: _operator(kind) for name, kind in _OPERATORS.items()},
    **dict.fromkeys(("isna", "isnull", "notna", "notnull"), library.missing),
    **dict.fromkeys(("reshape", "ravel", "squeeze", "to_list", "tolist"), _same),
    **dict.fromkeys(("any", "all"), _any),
    **dict.fromkeys(("reset_index", "rename", "infer_objects"), _as_it_is),
    "isin": library.isin,
    "between": _between,
    "fillna": _filled,
    "map": _mapped,
    "apply": _applied,
    "where": _where,
    "mask": _mask,
    "clip": _clip,
    "astype": _cast,
    "to_numpy": _to_numpy,
    "copy": _copied,
    "flatten": _copied,
    "replace": _replaced,
    "round": _round,
    "abs": library.pointwise(NUMBER),
}
_FRAME: Mapping[str, Read] = {
    "copy": _copy_frame,
    "iterrows": _each_pair,
    "itertuples": _each_row,
    "to_dict": _records,
    "apply": _apply_rows,
    "sum": _sum_frame,
    "assign": _assigned,
}
_ROW: Mapping[str, Read] = {"get": get}
_LISTING: Mapping[str, Read] = {"append": _append}
_MAPPED: Mapping[str, Read] = {"get": get, "items": _pairs, "values": _values, "keys": _keys}
