"""Functions of Python, numpy and pandas whose effect on a form's rows is known, each by its identity."""

from __future__ import annotations

import ast
import bisect
import builtins
import functools
import math
import operator
from typing import Any, Callable, Mapping, Sequence

import numpy as np
import pandas as pd

from . import operating
from .holding import (
    Each,
    Frame,
    Listing,
    Mapped,
    Numbered,
    Ref,
    Row,
    Rows,
    Whole,
    column_of,
    is_known,
    items_of,
    known,
    row_value,
    vectored,
)
from .picking import shared
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
    named,
)

Named = Mapping[str, Ref]
Read = Callable[[Any, Sequence[Ref], Named], Ref]
_DTYPES = (int, float, "int", "float", "int64", "float64", "Int64", "Float64", np.int64, np.float64, None)
_DTYPES_ROUNDING = (int, "int", "int64", "Int64", np.int64)


def arguments(given: Sequence[Ref], named: Named, *names: str) -> dict[str, Ref]:
    """Arguments by name. Raises NotProved where there are others."""
    if len(given) > len(names):
        raise NotProved("a function of a library gets more than is read")
    found = dict(zip(names, given))
    for name, one in named.items():
        if name not in names or name in found:
            raise NotProved(f"{name} of a function of a library is not read")
        found[name] = one
    return found


def _plainly(value: Ref | None, default: Any = None) -> Any:
    return default if value is None else known(value)


# -- element by element


def pointwise(kind: str) -> Read:
    """A function that makes one value of each row's values."""

    def read(reader: Any, given: Sequence[Ref], words: Named) -> Ref:
        if words:
            raise NotProved("a function of a library gets more than is read")
        return Ref(combine([row_value(one) for one in given], kind), sole=True)

    return read


def missing(reader: Any, given: Sequence[Ref], words: Named) -> Ref:
    """Whether a value is missing."""
    value = row_value(arguments(given, words, "x")["x"])
    if isinstance(value, Part) and value.raw and (value.chain or value.input is None):
        raise NotProved(f"{named(value.input)} is reckoned with before it is asked whether it is missing")
    if isinstance(value, Part):
        return Ref(Part(value.input, BOOL, vector=value.vector), sole=True)
    return Ref(combine([value], BOOL), sole=True)


def stepped(function: Callable[[float], float]) -> Read:
    """A function that never falls: an input stays one that was put through it."""

    def read(reader: Any, given: Sequence[Ref], words: Named) -> Ref:
        value = row_value(given[0])
        if len(given) == 1 and not words and isinstance(value, Part) and value.raw and value.kind == NUMBER:
            return Ref(value._replace(chain=(*value.chain, function), pure=False), sole=True)
        return pointwise(NUMBER)(reader, given, words)

    return read


def rounded(reader: Any, given: Sequence[Ref], words: Named) -> Ref:
    """``round`` to a known number of digits."""
    found = arguments(given, words, "x", "decimals")
    digits = _plainly(found.get("decimals"), 0)
    if digits in (0, None):
        return stepped(lambda x: float(np.round(x)))(reader, [found["x"]], {})
    return pointwise(NUMBER)(reader, [found["x"]], {})


def operated(kind: type) -> Read:
    """``np.add`` and so on."""
    comparing = issubclass(kind, ast.cmpop)

    def read(reader: Any, given: Sequence[Ref], words: Named) -> Ref:
        found = arguments(given, words, "a", "b")
        act = operating.compare if comparing else operating.binary
        return act(reader, kind, found["a"], found["b"])

    return read


def where(reader: Any, given: Sequence[Ref], words: Named) -> Ref:
    """``np.where(condition, yes, no)``."""
    condition, yes, no = (row_value(one) for one in arguments(given, words, "c", "yes", "no").values())
    if not isinstance(condition, Known) and kind_of(condition) != BOOL:
        raise NotProved("a condition that may be none")
    if isinstance(condition, Known):
        raise NotProved("a condition that is the same for all rows")
    return Ref(choose(condition, yes, no), sole=True)


def select(reader: Any, given: Sequence[Ref], words: Named) -> Ref:
    """``np.select(conditions, choices, default)``."""
    found = arguments(given, words, "condlist", "choicelist", "default")
    result = row_value(found["default"]) if "default" in found else Known(0)
    pairs = list(zip(items_of(found["condlist"]), items_of(found["choicelist"])))
    for test, choice in reversed(pairs):
        condition = row_value(test)
        if isinstance(condition, Known) or kind_of(condition) != BOOL:
            raise NotProved("a condition that may be none")
        result = choose(condition, row_value(choice), result)
    return Ref(result, sole=True)


def binned(reader: Any, value: Any, edges: Any, kind: str = NUMBER) -> Ref:
    """The bin of a value among known edges."""
    cuts = np.asarray(edges, dtype=float)
    if cuts.ndim != 1 or np.isnan(cuts).any():
        raise NotProved("bins that are no list of numbers")
    if isinstance(value, Part) and value.raw:
        if value.kind != NUMBER:
            raise NotProved(f"{named(value.input)} is no number, and binned")
        for cut in cuts.tolist():
            reader.ledger.compare(value, cut)
        return Ref(Part(value.input, kind, vector=value.vector), sole=True)
    return Ref(combine([value], kind), sole=True)


def digitize(reader: Any, given: Sequence[Ref], words: Named) -> Ref:
    """``np.digitize(x, bins, right)``."""
    found = arguments(given, words, "x", "bins", "right")
    _plainly(found.get("right"))
    return binned(reader, row_value(found["x"]), known(found["bins"]))


def searchsorted(reader: Any, given: Sequence[Ref], words: Named) -> Ref:
    """``np.searchsorted(edges, x, side)``; ``bisect`` of one value."""
    found = arguments(given, words, "a", "v", "side")
    _plainly(found.get("side"))
    return binned(reader, row_value(found["v"]), known(found["a"]))


def cut(reader: Any, given: Sequence[Ref], words: Named) -> Ref:
    """``pd.cut`` with known bins."""
    options = ("right", "labels", "include_lowest", "precision", "ordered", "duplicates")
    found = arguments(given, words, "x", "bins", *options)
    plain = {name: known(found[name]) for name in options if name in found}
    bins = known(found["bins"])
    if np.ndim(bins) != 1 and not isinstance(bins, pd.IntervalIndex):
        raise NotProved("bins that depend on the batch")
    edges = [*bins.left, *bins.right] if isinstance(bins, pd.IntervalIndex) else list(bins)
    labels = plain.get("labels")
    kind = NUMBER if labels is False else ANY if labels is None else kind_of(Known(list(labels)))
    return binned(reader, row_value(found["x"]), sorted(set(edges)), kind)


def isin(reader: Any, given: Sequence[Ref], words: Named) -> Ref:
    """``np.isin(x, values)``."""
    found = arguments(given, words, "x", "values", "invert")
    _plainly(found.get("invert"))
    return Ref(operating.member(reader, row_value(found["x"]), found["values"]), sole=True)


def clip(reader: Any, given: Sequence[Ref], words: Named) -> Ref:
    """``np.clip(x, low, high)`` between known numbers."""
    found = arguments(given, words, "x", "low", "high")
    value = row_value(found["x"])
    for name in ("low", "high"):
        limit = known(found[name]) if name in found else None
        if limit is not None:
            value = limited(reader, value, Known(limit))
    return Ref(value, sole=True)


def limited(reader: Any, value: Any, limit: Any) -> Any:
    """The greater or the smaller of a value and a known number."""
    if isinstance(value, Part) and value.raw and isinstance(limit, Known):
        condition = operating.compared(reader, True, value, limit)
        return choose(condition, value, limit)
    return combine([value, limit], NUMBER)


def extreme(reader: Any, given: Sequence[Ref], words: Named) -> Ref:
    """``np.maximum``, ``np.minimum``; ``max`` and ``min`` of two values."""
    if words or len(given) != 2:
        raise NotProved("the greatest of several things")
    if all(is_known(one) for one in given):
        raise NotProved("the greatest of known things")
    a, b = (row_value(one) for one in given)
    if isinstance(a, Known):
        a, b = b, a
    return Ref(limited(reader, a, b), sole=True)


# -- arrays and lists


def filled(reader: Any, given: Sequence[Ref], words: Named) -> Ref:
    """``np.full(len(df), value)``, ``np.zeros(len(df))`` and the like."""
    found = arguments(given, words, "shape", "fill", "dtype")
    of_rows(found["shape"])
    return _constant(Known(known(found["fill"])), found.get("dtype"))


def blank(number: float) -> Read:
    """``np.zeros``, ``np.ones``."""

    def read(reader: Any, given: Sequence[Ref], words: Named) -> Ref:
        found = arguments(given, words, "shape", "dtype")
        of_rows(found["shape"])
        return _constant(Known(number), found.get("dtype"))

    return read


def alike(number: float | None) -> Read:
    """``np.zeros_like``, ``np.full_like``."""

    def read(reader: Any, given: Sequence[Ref], words: Named) -> Ref:
        found = arguments(given, words, *(("x", "dtype") if number is not None else ("x", "fill", "dtype")))
        if not is_vector(row_value(found["x"])):
            raise NotProved("an array like something that is no column")
        return _constant(Known(number if number is not None else known(found["fill"])), found.get("dtype"))

    return read


def _constant(value: Known, dtype: Ref | None) -> Ref:
    kind = kind_of(value)
    asked = None if dtype is None else known(dtype)
    if asked in (bool, "bool", np.bool_):
        kind = BOOL
    elif asked is object:
        kind = ANY
    elif not _is_known_dtype(asked):
        raise NotProved(f"numbers of type {asked}")
    return Ref(Part(None, kind), sole=True)


def of_rows(shape: Ref) -> None:
    """Raise NotProved where a length is not that of the frame."""
    held = shape.value
    if isinstance(held, Listing) and len(held.items) == 1:
        held = held.items[0].value
    if not isinstance(held, Rows):
        raise NotProved("an array of another length")


def _is_known_dtype(asked: Any) -> bool:
    return any(asked is one or (isinstance(one, str) and asked == one) for one in _DTYPES) or asked in (
        np.dtype("f8"),
        np.dtype("i8"),
    )


def cast(reader: Any, value: Any, asked: Any) -> Any:
    """A value as another type."""
    raw = isinstance(value, Part) and value.raw
    if asked in (object, "object", "O"):
        return value
    if asked in ("category",):
        return value._replace(coded=False) if isinstance(value, Part) else value
    if asked in (str, "str", "string") and kind_of(value) == TEXT:
        # missing becomes a text of its own, on no other value's account
        return value._replace(coded=False, pure=False) if isinstance(value, Part) else value
    if asked in (bool, "bool", np.bool_, "boolean"):
        if kind_of(value) == BOOL:
            return value
        return combine([value], BOOL)
    if not _is_known_dtype(asked):
        raise NotProved(f"values as {asked}")
    if raw and kind_of(value) == NUMBER:
        if asked in _DTYPES_ROUNDING:
            return value._replace(chain=(*value.chain, math.trunc), pure=False)
        return value
    if isinstance(value, Total) and asked not in _DTYPES_ROUNDING:
        return value
    return combine([value], NUMBER)


def array(reader: Any, given: Sequence[Ref], words: Named) -> Ref:
    """``np.array``, ``np.asarray``, ``pd.Series`` of a column, or of known values."""
    found = arguments(given, words, "x", "dtype", "index", "copy", "name")
    dtype = _plainly(found.get("dtype"))
    if "index" in found and not isinstance(found["index"].value, Rows):
        raise NotProved("a series with an index of its own")
    held = found["x"].value
    if isinstance(held, (Part, Total, Link)) and held.vector:
        if dtype is None:
            return shared(found["x"])
        return Ref(cast(reader, row_value(found["x"]), dtype))
    if isinstance(held, Listing) and not is_known(found["x"]):
        if dtype is not None and not _is_known_dtype(dtype):
            raise NotProved(f"numbers of type {dtype}")
        return found["x"]
    raise NotProved("an array of something that is no column")


def made(function: Any) -> Read:
    """``np.array`` and the like: computed of known values, read of columns."""

    def read(reader: Any, given: Sequence[Ref], words: Named) -> Ref:
        if all(is_known(one) for one in (*given, *words.values())):
            plain = {name: known(one) for name, one in words.items()}
            return operating.apply(lambda *parts: function(*parts, **plain), *(known(one) for one in given))
        return array(reader, given, words)

    return read


def summed(reader: Any, given: Sequence[Ref], words: Named) -> Ref:
    """``sum([...])``, ``np.sum([...], axis=0)``, of a list of columns or of one row's values."""
    found = arguments(given, words, "x", "start", "axis")
    axis = _plainly(found.get("axis"), 0)
    held = found["x"].value
    if axis == 1 and isinstance(held, Frame):
        return add_up(reader, list(held.columns.values()), None)
    if axis != 0 or isinstance(held, (Part, Total, Link, Frame)):
        raise NotProved("a sum over rows")
    return add_up(reader, list(items_of(found["x"])), found.get("start"))


def add_up(reader: Any, items: Sequence[Ref], start: Ref | None) -> Ref:
    """The sum of some values, row by row."""
    result = start or Ref(Known(0))
    for one in items:
        result = operating.binary(reader, ast.Add, result, one)
    return result


def reduced(reader: Any, given: Sequence[Ref], words: Named) -> Ref:
    """``functools.reduce(function, list)``."""
    found = arguments(given, words, "f", "list", "start")
    items = list(items_of(found["list"]))
    result = found["start"] if "start" in found else items.pop(0)
    for one in items:
        result = reader.invoke(found["f"], [result, one])
    return result


def frame(reader: Any, given: Sequence[Ref], words: Named) -> Ref:
    """``pd.DataFrame({...})`` of columns."""
    found = arguments(given, words, "data", "index")
    if "index" in found and not isinstance(found["index"].value, Rows):
        raise NotProved("a frame with an index of its own")
    held = found["data"].value
    if isinstance(held, Frame):
        return Ref(Frame({name: shared(one) for name, one in held.columns.items()}))
    if not isinstance(held, Mapped) or is_known(found["data"]):
        raise NotProved("a frame of something that is no dict of columns")
    return Ref(Frame({name: column_of(Ref(_single(one))) for name, one in held.items.items()}))


def _single(one: Ref) -> Any:
    value = row_value(one)
    return value if isinstance(value, Known) else vectored(value, False)


def length(reader: Any, given: Sequence[Ref], words: Named) -> Ref:
    """``len``."""
    held = given[0].value
    if isinstance(held, (Frame, Rows)) or (isinstance(held, (Part, Total, Link)) and held.vector):
        return Ref(Rows())
    if isinstance(held, (Listing, Mapped)):
        return Ref(Known(len(held.items)))
    return operating.apply(len, known(given[0]))


def ranged(reader: Any, given: Sequence[Ref], words: Named) -> Ref:
    """``range(len(df))``, ``np.arange(len(df))``, or of known numbers."""
    if len(given) == 1 and isinstance(given[0].value, Rows):
        return Ref(Each(Ref(Numbered())))
    return operating.apply(range, *(known(one) for one in given))


def zipped(reader: Any, given: Sequence[Ref], words: Named) -> Ref:
    """``zip`` of lists, or of columns."""
    elements = [_element(one) for one in given]
    if any(one is not None for one in elements):
        if not all(elements):
            raise NotProved("rows are paired with other things")
        return Ref(Each(Ref(Listing([one for one in elements if one is not None], tuple))))
    rows = zip(*(list(items_of(one)) for one in given))
    return Ref(Listing([Ref(Listing(list(row), tuple)) for row in rows]))


def _element(ref: Ref) -> Ref | None:
    """What a loop over rows gets of something; None where it is none."""
    held = ref.value
    if isinstance(held, Each):
        return held.element
    if isinstance(held, (Part, Total, Link)) and held.vector:
        return Ref(vectored(row_value(ref), False))
    return None


def enumerated(reader: Any, given: Sequence[Ref], words: Named) -> Ref:
    """``enumerate``."""
    found = arguments(given, words, "x", "start")
    element = _element(found["x"])
    first = _plainly(found.get("start"), 0)
    if element is not None:
        if first != 0:
            raise NotProved("rows are counted from another number")
        return Ref(Each(Ref(Listing([Ref(Numbered()), element], tuple))))
    pairs = enumerate(items_of(found["x"]), first)
    return Ref(Listing([Ref(Listing([Ref(Known(i)), one], tuple)) for i, one in pairs]))


def listed(kind: Any) -> Read:
    """``list(...)``, ``tuple(...)``."""

    def read(reader: Any, given: Sequence[Ref], words: Named) -> Ref:
        if not given:
            return Ref(Listing([], kind))
        if is_vector_ref(given[0]):
            return Ref(row_value(given[0]))
        if isinstance(given[0].value, Frame):
            return Ref(Known(kind(given[0].value.columns)))
        return Ref(Listing(list(items_of(given[0])), kind))

    return read


def is_vector_ref(ref: Ref) -> bool:
    """Whether an object is a column."""
    return isinstance(ref.value, (Part, Total, Link)) and ref.value.vector


def mapped(reader: Any, given: Sequence[Ref], words: Named) -> Ref:
    """``dict(a=..., b=...)``, ``dict(other)``."""
    found: dict[Any, Ref] = {}
    for one in given:
        if isinstance(one.value, Mapped):
            found.update(one.value.items)
        else:
            found.update({key: Ref(Known(part)) for key, part in dict(known(one)).items()})
    return Ref(Mapped({**found, **words}))


def whole(reader: Any, given: Sequence[Ref], words: Named) -> Ref:
    """``any``, ``all`` of a column."""
    held = row_value(given[0])
    if len(given) != 1 or words or isinstance(held, Known) or not held.vector:
        raise NotProved("any or all of something that is no column")
    return Ref(Whole(held))


def known_only(function: Any, otherwise: Read | None = None) -> Read:
    """Computed of known values; else as ``otherwise`` says."""

    def read(reader: Any, given: Sequence[Ref], words: Named) -> Ref:
        if all(is_known(one) for one in (*given, *words.values())):
            plain = {name: known(one) for name, one in words.items()}
            return operating.apply(lambda *parts: function(*parts, **plain), *(known(one) for one in given))
        if otherwise is None:
            raise NotProved(f"{function.__name__}() of what depends on the rows")
        return otherwise(reader, given, words)

    return read


def scalar_cast(kind: Any) -> Read:
    """``int(x)``, ``float(x)``, ``bool(x)``, ``str(x)`` of one row's value."""

    def read(reader: Any, given: Sequence[Ref], words: Named) -> Ref:
        value = row_value(given[0])
        if is_vector(value):
            raise NotProved(f"{kind.__name__}() of a whole column")
        return Ref(cast(reader, value, kind))

    return read


def of_type(reader: Any, given: Sequence[Ref], words: Named) -> Ref:
    """``isinstance(x, float)`` of one row's value: whether it is missing, at most."""
    value = row_value(given[0])
    known(given[1])
    if isinstance(value, Part) and not value.vector and not value.chain:
        return Ref(Part(value.input, BOOL, vector=False))
    return Ref(combine([value], BOOL))


def said(reader: Any, given: Sequence[Ref], words: Named) -> Ref:
    """``print`` and the like: nothing comes of it."""
    return Ref(Known(None))


def row_of(frame_: Frame) -> Ref:
    """Any row of a frame."""
    return Ref(Row({name: Ref(vectored(row_value(one), False)) for name, one in frame_.columns.items()}))


_POINTWISE = (
    "exp exp2 expm1 log log2 log10 log1p sqrt square abs absolute fabs negative sign power float_power"
)
_POINTWISE += " mod remainder fmod cbrt tanh logaddexp nan_to_num hypot"
_LOGIC = "logical_not isfinite isinf signbit"
_MATH = "exp expm1 log log2 log10 log1p sqrt pow fabs tanh"


def _table() -> dict[int, tuple[Any, Read]]:
    pairs: list[tuple[Any, Read]] = []
    pairs += [(f, known_only(f, pointwise(NUMBER))) for f in (getattr(np, one) for one in _POINTWISE.split())]
    pairs += [(f, known_only(f, pointwise(BOOL))) for f in (getattr(np, one) for one in _LOGIC.split())]
    pairs += [
        (getattr(math, one), known_only(getattr(math, one), pointwise(NUMBER))) for one in _MATH.split()
    ]
    pairs += [
        (one, known_only(one, missing))
        for one in (np.isnan, math.isnan, pd.isna, pd.isnull, pd.notna, pd.notnull)
    ]
    for one in (np.floor, np.ceil, np.trunc, np.rint, math.floor, math.ceil, math.trunc):
        pairs.append((one, known_only(one, stepped(lambda x, f=one: float(f(x))))))  # type: ignore[misc]
    pairs += [
        (one, known_only(one, rounded))
        for one in (np.round, getattr(np, "round_", np.round), np.around, round)
    ]
    operators = {
        ast.Add: "add", ast.Sub: "subtract", ast.Mult: "multiply", ast.Div: "divide",
        ast.FloorDiv: "floor_divide", ast.BitAnd: "logical_and", ast.BitOr: "logical_or",
        ast.BitXor: "logical_xor", ast.Lt: "less", ast.LtE: "less_equal", ast.Gt: "greater",
        ast.GtE: "greater_equal", ast.Eq: "equal", ast.NotEq: "not_equal",
    }  # fmt: skip
    pairs += [
        (getattr(np, name), known_only(getattr(np, name), operated(kind))) for kind, name in operators.items()
    ]
    words = {
        ast.Add: "add", ast.Sub: "sub", ast.Mult: "mul", ast.Div: "truediv", ast.Lt: "lt", ast.LtE: "le",
        ast.Gt: "gt", ast.GtE: "ge", ast.Eq: "eq", ast.NotEq: "ne", ast.BitAnd: "and_", ast.BitOr: "or_",
    }  # fmt: skip
    pairs += [(getattr(operator, name), operated(kind)) for kind, name in words.items()]
    pairs += [
        (np.where, known_only(np.where, where)),
        (np.select, select),
        (np.clip, known_only(np.clip, clip)),
    ]
    pairs += [(np.digitize, known_only(np.digitize, digitize)), (np.isin, known_only(np.isin, isin))]
    pairs += [(np.searchsorted, known_only(np.searchsorted, searchsorted)), (pd.cut, cut)]
    pairs += [
        (one, known_only(one, searchsorted))
        for one in (bisect.bisect, bisect.bisect_left, bisect.bisect_right)
    ]
    pairs += [(one, known_only(one, extreme)) for one in (np.maximum, np.minimum, max, min)]
    pairs += [(np.full, known_only(np.full, filled)), (np.zeros, known_only(np.zeros, blank(0.0)))]
    pairs += [
        (np.ones, known_only(np.ones, blank(1.0))),
        (np.zeros_like, alike(0.0)),
        (np.ones_like, alike(1.0)),
    ]
    pairs += [(np.full_like, alike(None)), (np.arange, known_only(np.arange, ranged)), (range, ranged)]
    pairs += [(one, made(one)) for one in (np.array, np.asarray, np.asanyarray, pd.Series)]
    pairs += [
        (np.sum, known_only(np.sum, summed)),
        (sum, known_only(sum, summed)),
        (functools.reduce, reduced),
    ]
    pairs += [
        (pd.DataFrame, known_only(pd.DataFrame, frame)),
        (len, length),
        (zip, zipped),
        (enumerate, enumerated),
    ]
    pairs += [(list, listed(list)), (tuple, listed(tuple)), (dict, mapped), (np.any, whole), (np.all, whole)]
    pairs += [
        (any, known_only(any, whole)),
        (all, known_only(all, whole)),
        (isinstance, known_only(isinstance, of_type)),
    ]
    pairs += [
        (one, known_only(one, scalar_cast(one))) for one in (int, float, bool, str, np.float64, np.int64)
    ]
    pairs += [(abs, known_only(abs, pointwise(NUMBER))), (print, said)]
    return {id(one): (one, read) for one, read in pairs}


LIBRARY: Mapping[int, tuple[Any, Read]] = _table()
_COMPUTED = (sorted, reversed, set, frozenset, slice, math.isfinite, math.isinf, np.linspace, np.concatenate)
_COMPUTED += (np.diff, np.cumsum, np.sort, np.unique, pd.Index, np.dtype, pd.Timestamp, pd.Interval)  # type: ignore[assignment]
_COMPUTED += (pd.IntervalIndex.from_breaks, np.errstate, builtins.divmod, np.r_)  # type: ignore[assignment]
#: Functions that are computed where all that they get is known.
CONCRETE: Mapping[int, tuple[Any, bool]] = {id(one): (one, True) for one in _COMPUTED}
