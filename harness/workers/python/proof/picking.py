"""Attributes and elements of what a form that is read holds: columns, places in tables, entries of dicts."""

from __future__ import annotations

import inspect
import types
from typing import Any

import numpy as np
import pandas as pd

from .holding import Frame, Listing, Mapped, Numbered, Ref, Row, Rows, is_known, known, row_value, vectored
from .operating import apply, is_plain
from .rowwise import (
    ANY,
    BOOL,
    NUMBER,
    Known,
    NotProved,
    Part,
    Total,
    choose,
    combine,
    is_vector,
    kind_of,
    kind_of_known,
)

_MOST_PLACES = 5_000
#: What stands in a class for a slot, or for a field of a named tuple.
_FIELDS: tuple[Any, ...] = (
    types.MemberDescriptorType,
    type(inspect.getattr_static(inspect.FullArgSpec, "args")),
)


class Bound:
    """A method of something, to be called."""

    def __init__(self, holder: Ref, name: str) -> None:
        self.holder = holder
        self.name = name


class Through:
    """``df.loc``, ``s.str``, ``s.cat``: what elements or methods are reached through."""

    def __init__(self, holder: Ref, name: str) -> None:
        self.holder = holder
        self.name = name


def attribute(reader: Any, ref: Ref, name: str) -> Ref:
    """``ref.name`` where it is no method that is called."""
    held = ref.value
    if (
        isinstance(held, Known)
        and isinstance(held.value, (pd.Series, pd.DataFrame))
        and name in ("loc", "iloc")
    ):
        return Ref(Through(ref, name))
    if isinstance(held, Known):
        return _known_attribute(held.value, name)
    if isinstance(held, Frame):
        return _frame_attribute(ref, held, name)
    if (
        isinstance(held, Row)
        and name in held.columns
        and not hasattr(pd.Series, name)
        and not hasattr(tuple, name)
    ):
        return held.columns[name]
    if isinstance(held, (Part, Total)) and is_vector(held):
        if name in ("values", "array"):
            return shared(ref)
        if name in ("str", "cat", "loc", "iloc"):
            return Ref(Through(ref, name))
        if name in ("index", "size"):
            return Ref(Rows())
        if name == "shape":
            return Ref(Listing([Ref(Rows())], tuple))
    raise NotProved(f"an attribute that is not read: .{name}")


def shared(ref: Ref) -> Ref:
    """Another array over the same memory: from here on neither may be changed in place."""
    ref.sole = False
    return Ref(ref.value, memory=ref.memory)


def _frame_attribute(ref: Ref, frame: Frame, name: str) -> Ref:
    if name == "columns":
        return Ref(Known(list(frame.columns)))
    if name == "index":
        return Ref(Rows())
    if name == "shape":
        return Ref(Listing([Ref(Rows()), Ref(Known(len(frame.columns)))], tuple))
    if name in ("loc", "iloc"):
        return Ref(Through(ref, name))
    if name in frame.columns and not hasattr(pd.DataFrame, name):
        return frame.columns[name]
    raise NotProved(f"an attribute that is not read: .{name}")


def _known_attribute(value: Any, name: str) -> Ref:
    kind = type(value)
    if kind is types.ModuleType:
        if name in vars(value):
            return Ref(Known(vars(value)[name]))
        raise NotProved(f"{value.__name__} has no {name} yet")
    if is_plain(value):
        return apply(lambda one: getattr(one, name), value)
    if isinstance(value, type):
        found = inspect.getattr_static(value, name, None)
        if isinstance(found, staticmethod):
            found = found.__func__
        if found is None or (hasattr(type(found), "__get__") and not isinstance(found, types.FunctionType)):
            raise NotProved(f"{value.__name__}.{name}")
        return Ref(Known(found))
    usual: Any = object.__getattribute__
    if kind.__getattribute__ is not usual or hasattr(kind, "__getattr__"):
        raise NotProved(f"attributes of {kind.__name__} are its own matter")
    return _own_attribute(value, kind, name)


def _own_attribute(value: Any, kind: type, name: str) -> Ref:
    """Of an object of a class of the form: what it holds, or a method."""
    of_class = inspect.getattr_static(kind, name, None)
    if isinstance(of_class, _FIELDS):
        return Ref(Known(getattr(value, name)))
    if isinstance(of_class, types.FunctionType) and name not in getattr(value, "__dict__", {}):
        return Ref(Known(types.MethodType(of_class, value)))
    if isinstance(of_class, staticmethod):
        return Ref(Known(of_class.__func__))
    if of_class is not None and hasattr(type(of_class), "__get__"):
        raise NotProved(f"{kind.__name__}.{name} is a property")
    held = getattr(value, "__dict__", {})
    if name in held:
        return Ref(Known(held[name]))
    if of_class is None:
        raise NotProved(f"{kind.__name__} has no {name}")
    return Ref(Known(of_class))


def method(reader: Any, ref: Ref, name: str) -> Ref:
    """``ref.name`` where it is called."""
    held = ref.value
    if isinstance(held, Known) and not is_plain(held.value):
        return _known_attribute(held.value, name)
    return Ref(Bound(ref, name))


def item(reader: Any, ref: Ref, index: Ref) -> Ref:
    """``ref[index]``."""
    held = ref.value
    if isinstance(held, Frame):
        return _of_frame(held, known(index))
    if isinstance(held, Row):
        return _entry(held.columns, known(index))
    if isinstance(held, Mapped):
        if is_known(index):
            return _entry(held.items, known(index))
        return looked_up(reader, known(ref), index)
    if isinstance(held, Listing):
        if not is_known(index):
            return looked_up(reader, known(ref), index)
        chosen = known(index)
        if isinstance(chosen, slice):
            return Ref(Listing(held.items[chosen], held.kind))
        if type(chosen) is not int or not -len(held.items) <= chosen < len(held.items):
            raise NotProved("an element of a list that is not there")
        return held.items[chosen]
    if isinstance(held, Through):
        return _through(reader, held, index)
    if isinstance(held, Known):
        if is_known(index):
            return apply(lambda one, key: one[key], held.value, known(index))
        return looked_up(reader, held.value, index)
    if isinstance(held, (Part, Total)) and held.vector and isinstance(index.value, Numbered):
        return Ref(vectored(held, False))
    if isinstance(held, Part) and not held.vector and not held.raw and is_known(index):
        return Ref(combine([held]))
    raise NotProved("elements are picked from a whole column")


def _entry(items: Any, key: Any) -> Ref:
    if key not in items:
        raise NotProved(f"there is no {key!r}")
    found: Ref = items[key]
    return found


def _of_frame(frame: Frame, key: Any) -> Ref:
    if isinstance(key, (list, pd.Index, np.ndarray, tuple)) and not isinstance(key, str):
        names = list(key)
        if all(isinstance(one, str) for one in names):
            return Ref(Frame({name: shared(_entry(frame.columns, name)) for name in names}))
        raise NotProved("rows of a frame are picked")
    if not isinstance(key, str):
        raise NotProved("rows of a frame are picked")
    return _entry(frame.columns, key)


def _through(reader: Any, through: Through, index: Ref) -> Ref:
    held = through.holder.value
    if isinstance(held, Frame) and isinstance(index.value, Numbered):
        return Ref(Row({name: Ref(vectored(row_value(one), False)) for name, one in held.columns.items()}))
    if isinstance(held, Frame) and isinstance(index.value, Listing) and len(index.value.items) == 2:
        rows, column = index.value.items
        name = known(column)
        if is_known(rows) and known(rows) == slice(None) and through.name == "loc":
            return _of_frame(held, name)
        if isinstance(rows.value, Numbered) and through.name == "loc" and isinstance(name, str):
            return Ref(vectored(row_value(_entry(held.columns, name)), False))
    if isinstance(held, (Part, Total)) and isinstance(index.value, Numbered):
        return Ref(vectored(held, False))
    if isinstance(held, Known) and through.name in ("loc", "iloc"):
        if is_known(index):
            return apply(lambda one, key: getattr(one, through.name)[key], held.value, known(index))
        if through.name == "loc" and isinstance(held.value, pd.Series):
            return looked_up(reader, held.value, index)
    raise NotProved(f"rows are picked by .{through.name}")


def looked_up(reader: Any, table: Any, index: Ref, other: Ref | None = None) -> Ref:
    """``table[x]``: what a table has for a value of each row; ``other`` where it has nothing."""
    if isinstance(index.value, Listing):
        return _in_dimensions(reader, table, index.value)
    place = row_value(index)
    if not is_plain(table) or (
        isinstance(place, Part) and place.kind == BOOL and not isinstance(table, dict)
    ):
        raise NotProved("a table is picked from by truth values, or is of a class of its own")
    vector = is_vector(place)
    if np.ndim(table) > 1 and not isinstance(table, dict):
        raise NotProved("rows of a table are picked")
    if isinstance(table, dict) and vector:
        raise NotProved("a dict is asked for a whole column")
    if isinstance(table, pd.Series) and not table.index.is_unique:
        raise NotProved("a table has a key twice")
    if isinstance(place, Part) and place.raw:
        for key in _keys(table):
            reader.ledger.compare(place, key)
        place = Part(place.input, ANY, vector=vector)
    kind = kind_of_known(table)
    if other is not None:
        more = row_value(other)
        return Ref(combine([place, more], kind if kind_of(more) == kind else ANY), sole=True)
    return Ref(combine([place], kind), sole=True)


def _keys(table: Any) -> list[Any]:
    """The values for which a table has something."""
    if isinstance(table, (dict, pd.Series)):
        keys = list(table if isinstance(table, dict) else table.index)
        if any(isinstance(one, tuple) for one in keys):
            raise NotProved("a table is looked up by several things")
        return keys
    if len(table) > _MOST_PLACES:
        raise NotProved("a table is too long")
    return list(range(-len(table), len(table)))


def _in_dimensions(reader: Any, table: Any, index: Listing) -> Ref:
    """``table[x, y]``, where all of it depends on one input."""
    if not isinstance(table, np.ndarray) or len(index.items) != table.ndim:
        raise NotProved("a table is looked up by several things")
    places = [row_value(one) for one in index.items]
    if any(isinstance(one, Part) and (one.raw or one.kind == BOOL) for one in places):
        raise NotProved("an input itself is a place in a table of two dimensions")
    return Ref(combine(places, kind_of_known(table.ravel())), sole=True)


def change(reader: Any, ref: Ref, value: Any) -> None:
    """Change an array in place: all its names see it. Raises NotProved where others may, or may not."""
    if ref.serial < reader.barrier:
        raise NotProved("something is changed in place behind a condition, or for one row after another")
    if not ref.sole or isinstance(ref.value, (Known, Listing, Mapped, Frame)):
        raise NotProved("something is changed in place that others may see")
    if isinstance(ref.value, Part) and ref.value.kind != kind_of(value) and kind_of(value) != NUMBER:
        raise NotProved("an array is filled with values of another type")
    ref.value = value


def put(reader: Any, ref: Ref, index: Ref, what: Ref) -> None:
    """``ref[index] = what``."""
    held = ref.value
    numbered = isinstance(index.value, Numbered)
    if numbered and isinstance(held, Part) and reader.loop and reader.barrier == reader.loop:
        _put_row(reader, ref, held, what)
        return
    if isinstance(held, (Frame, Mapped)) and is_known(index):
        if ref.serial < reader.barrier:
            raise NotProved("something is changed in place behind a condition, or for one row after another")
        key = known(index)
        columns = held.columns if isinstance(held, Frame) else held.items
        columns[key] = _column(what) if isinstance(held, Frame) else what
        return
    if isinstance(held, Through) and held.name == "loc":
        _put_through(reader, held, index, what)
        return
    if isinstance(held, (Part, Total)) and held.vector:
        change(reader, ref, _masked(reader, index, what, held))
        return
    raise NotProved("an element is set that is not followed")


def _column(what: Ref) -> Ref:
    """What a frame holds where it is given something as a column: a copy."""
    value = row_value(what)
    if isinstance(value, Known):
        if np.ndim(value.value):
            raise NotProved("a list becomes a column")
        return Ref(Part(None, kind_of(value)))
    return Ref(vectored(value, True))


def _masked(reader: Any, index: Ref, what: Ref, held: Any) -> Any:
    mask, value = row_value(index), row_value(what)
    if not isinstance(mask, (Part, Known)) and not hasattr(mask, "root"):
        raise NotProved("elements are set by what is no condition")
    if isinstance(mask, Known) or kind_of(mask) != BOOL:
        raise NotProved("elements are set by their places")
    if isinstance(value, Known) and np.ndim(value.value):
        raise NotProved("elements are set to a list")
    if not isinstance(value, Known):
        raise NotProved("elements are set to those of another column")
    return choose(mask, value, held)


def _put_through(reader: Any, held: Through, index: Ref, what: Ref) -> None:
    """``df.loc[mask, "age"] = 0``, ``s.loc[mask] = 0``."""
    holder = held.holder
    if isinstance(holder.value, Frame) and isinstance(index.value, Listing) and len(index.value.items) == 2:
        mask, column = index.value.items
        name = known(column)
        frame = holder.value
        if holder.serial < reader.barrier or not isinstance(name, str):
            raise NotProved("something is changed in place behind a condition, or for one row after another")
        old = frame.columns.get(name, Ref(Part(None, ANY)))
        frame.columns[name] = Ref(_masked(reader, mask, what, row_value(old)))
        old.memory.torn = True
        return
    if isinstance(holder.value, (Part, Total)):
        change(reader, holder, _masked(reader, index, what, holder.value))
        return
    raise NotProved("rows are set by their places")


def _put_row(reader: Any, ref: Ref, held: Part, what: Ref) -> None:
    """``points[i] = ...`` in a loop over rows: once for each row."""
    if ref.serial < reader.outside or not ref.sole or held.input is not None:
        raise NotProved("an array is filled twice, or behind a condition")
    value = row_value(what)
    if kind_of(value) not in (held.kind, NUMBER) or held.kind != NUMBER:
        raise NotProved("an array is filled with values of another type")
    ref.value = Part(None, kind_of(value)) if isinstance(value, Known) else vectored(value, True)
