"""What is noted of a comparison, a step, a rank or a sum as it is made; ``watch`` keeps it."""

from __future__ import annotations

import ast
import functools
import operator
import types
from typing import Any, Callable, Mapping

import numpy as np

from .watch import NOT_REACHED, Watch

MOST_ENTRIES = 24  # of a set of numbers, each of which is a comparison of its own

#: By the name that Python's grammar gives them.
OPERATORS: Mapping[str, Callable[[Any, Any], Any]] = {
    "Lt": operator.lt,
    "LtE": operator.le,
    "Gt": operator.gt,
    "GtE": operator.ge,
    "Eq": operator.eq,
    "NotEq": operator.ne,
    "In": lambda a, b: a in b,
    "NotIn": lambda a, b: a not in b,
}
ARITHMETIC: Mapping[str, Callable[[Any, Any], Any]] = {
    "Add": operator.add,
    "Sub": operator.sub,
    "Mult": operator.mul,
    "Div": operator.truediv,
    "Pow": operator.pow,
    "FloorDiv": operator.floordiv,
    "Mod": operator.mod,
}
JOINED: Mapping[str, Callable[[Any, Any], Any]] = {"BitAnd": operator.and_, "BitOr": operator.or_}
_METHODS = frozenset(("gt", "ge", "lt", "le", "eq", "ne"))
_RELATIONS = frozenset(("less", "less_equal", "greater", "greater_equal", "equal", "not_equal"))
_CAPS = frozenset(("minimum", "maximum", "fmin", "fmax", "min", "max"))
_BINS = frozenset(("digitize", "searchsorted", "cut", "bisect", "bisect_left", "bisect_right"))
_ROUNDS = frozenset(("floor", "ceil", "trunc", "round", "around", "rint", "floor_divide", "int", "quantize"))
_STEPS = _BINS | _ROUNDS | frozenset(("between", "isin", "astype", "clip"))
_ORDERS = frozenset(("argsort", "rank", "sort", "sorted", "nlargest", "nsmallest", "partition"))
_RANKS = _ORDERS | frozenset(("argmax", "argmin", "idxmax", "idxmin"))
CALLS = _METHODS | _RELATIONS | _CAPS | _STEPS | _RANKS


def compare(watch: Watch, site: str, op: str, left: Any, right: Any) -> Any:
    """``left op right``, noted; made to come out otherwise where that is asked for."""
    came = OPERATORS[op](left, right)
    if not watch.on:
        return came
    # what only looks must not break what it looks at
    try:
        return _note_comparison(watch, site, op, left, right, came)
    except Exception:
        return came


def _note_comparison(watch: Watch, site: str, op: str, left: Any, right: Any, came: Any) -> Any:
    if op in ("In", "NotIn"):
        _entries(watch, site, left, right)
        return watch.sight(site, int(bool(came)), True, came)
    apart = signs(left, right, came)
    if op not in ("Eq", "NotEq") and _numbers(left) is not None and _numbers(right) is not None:
        watch.signal("edge", apart == 0)
    return watch.sight(site, apart, True, came)


def call(watch: Watch, site: str, name: str, function: Any) -> Any:
    """A function of one of the names in CALLS that notes what it gives."""

    def watched(*arguments: Any, **named: Any) -> Any:
        came = function(*arguments, **named)
        if not watch.on:
            return came
        # what only looks must not break what it looks at
        try:
            return _note_call(watch, site, name, function, arguments, came)
        except Exception:
            return came

    return watched if callable(function) else function


def _note_call(watch: Watch, site: str, name: str, function: Any, arguments: Any, came: Any) -> Any:
    if name in _METHODS and len(arguments) == 1:
        return watch.sight(site, signs(function.__self__, arguments[0], came), True, came)
    if name in _RELATIONS | _CAPS:
        if len(arguments) == 2:
            fixed = _fixed(site) if name in _CAPS else ()
            if len(fixed) == 1:
                _note_cap(watch, arguments[1 - fixed[0]], came)
            return watch.sight(site, signs(arguments[0], arguments[1], came), name in _RELATIONS, came)
        return came
    if name == "isin":
        values = arguments[0] if len(arguments) > 1 else getattr(function, "__self__", None)
        _entries(watch, site, values, arguments[-1])
        return watch.sight(site, np.asarray(came).astype(np.int64), True, came)
    if name == "between":
        return watch.sight(site, np.asarray(came).astype(np.int64), True, came)
    if name in _RANKS:
        _note_rank(watch, name, function, arguments)
        return came
    _note_step(watch, name, function, arguments, came)
    watch.sight(site, whole_codes(came), False, came)
    return came


def _note_cap(watch: Watch, values: Any, came: Any) -> None:
    """What is of rows is capped where a fixed number takes its place."""
    before, after = _numbers(values), _numbers(came)
    if before is not None and after is not None:
        watch.signal("capped", (before != after) & ~np.isnan(before))


@functools.lru_cache(maxsize=None)
def _fixed(site: str) -> tuple[int, ...]:
    """Which arguments of a call, as it is written, are numbers or names of constants."""
    try:
        written = ast.parse(site, mode="eval").body
    except SyntaxError:
        return ()
    arguments = written.args if isinstance(written, ast.Call) else []
    return tuple(at for at, one in enumerate(arguments) if _is_fixed(one))


def _is_fixed(node: ast.AST) -> bool:
    if isinstance(node, ast.UnaryOp):
        return _is_fixed(node.operand)
    return isinstance(node, ast.Constant) or (isinstance(node, ast.Name) and node.id.isupper())


def _note_rank(watch: Watch, name: str, function: Any, arguments: Any) -> None:
    values = _numbers(_subject(function, arguments))
    if values is None or values.size == 0:
        return
    if name in _ORDERS:
        watch.signal("tie", np.unique(values).size < values.size)
        return
    best = np.min if "min" in name else np.max
    rows = values if values.ndim == 2 else values[None, :]
    if values.ndim == 2 and rows.shape[0] != watch.rows and rows.shape[1] == watch.rows:
        rows = rows.T
    watch.signal("tie", (rows == best(rows, axis=1, keepdims=True)).sum(axis=1) > 1)


def _subject(function: Any, arguments: Any) -> Any:
    """What a function or a method is about."""
    own = getattr(function, "__self__", None)
    return arguments[0] if own is None or isinstance(own, types.ModuleType) else own


def _note_step(watch: Watch, name: str, function: Any, arguments: Any, came: Any) -> None:
    values = _numbers(_subject(function, arguments))
    if values is None:
        return
    own = getattr(function, "__self__", None)
    rest = arguments[1:] if own is None or isinstance(own, types.ModuleType) else arguments
    if name == "clip":
        _note_cap(watch, values, came)
    with np.errstate(all="ignore"):
        if name in ("floor", "trunc", "int", "astype"):
            watch.signal("negative", (values < 0) & (values != np.trunc(values)))
        elif name in ("round", "around", "rint"):
            digits = rest[0] if rest and isinstance(rest[0], int) else 0
            scaled = np.abs(values) * 10.0**digits
            watch.signal("half", np.abs(scaled - np.floor(scaled) - 0.5) < 1e-9 * np.maximum(1, scaled))
        elif name in ("digitize", "cut") and rest:
            watch.signal("edge", np.isin(values, _numbers(rest[0])))
        elif name == "searchsorted" and len(arguments) >= 1:
            table, looked = (values, _numbers(rest[0])) if rest else (values, None)
            if looked is not None:
                watch.signal("edge", np.isin(looked, table))
        elif name.startswith("bisect") and len(arguments) >= 2:
            watch.signal("edge", np.isin(_numbers(arguments[1]), _numbers(arguments[0])))


def count(watch: Watch, site: str, op: str, left: Any, right: Any) -> Any:
    """``left op right`` of arithmetic, or of two truths, noted."""
    came = ARITHMETIC[op](left, right) if op in ARITHMETIC else JOINED[op](left, right)
    if watch.on and not isinstance(left, (str, bytes, list, tuple)):
        try:
            note = _note_arithmetic if op in ARITHMETIC else _note_join
            note(watch, site, op, left, right, came)
        except Exception:  # what only looks must not break what it looks at
            return came
    return came


def _note_join(watch: Watch, site: str, op: str, left: Any, right: Any, came: Any) -> None:
    """How both sides came out: 2 for a true left one, plus 1 for a true right one."""
    if all(str(getattr(side, "dtype", "")).startswith("bool") for side in (left, right)):
        first, second = (np.asarray(truth(side)) for side in (left, right))
        codes = np.where((first == NOT_REACHED) | (second == NOT_REACHED), NOT_REACHED, 2 * first + second)
        watch.sight(site, codes, False, came, joins=True)


def _note_arithmetic(watch: Watch, site: str, op: str, left: Any, right: Any, came: Any) -> None:
    a, b = _numbers(left), _numbers(right)
    if a is None or b is None:
        return
    with np.errstate(all="ignore"):
        if op in ("FloorDiv", "Mod"):
            watch.sight(site, whole_codes(np.floor(a / b)), False, came)
            watch.signal("negative", ((a < 0) | (b < 0)) & (a / b != np.trunc(a / b)))
        if op in ("FloorDiv", "Mod", "Div"):
            watch.signal("zero", np.broadcast_to(b == 0, np.broadcast_shapes(a.shape, b.shape)))
            return
        size = np.abs(ARITHMETIC[op](a, b))
        whole = (size >= 2.0**31) & (a == np.trunc(a)) & (b == np.trunc(b))
        watch.signal("wide", whole)
        watch.signal("vast", whole & (size >= 2.0**53))
        exact = np.asarray(came)
        if exact.dtype.kind in "iu":
            watch.signal("overflow", np.abs(exact.astype(np.float64)) < 0.5 * size)


def _entries(watch: Watch, site: str, values: Any, table: Any) -> None:
    """Each number of a set is a comparison of its own."""
    try:
        entries = [one for one in list(table) if isinstance(one, (int, float, np.number))]
    except TypeError:
        return
    if 0 < len(entries) <= MOST_ENTRIES and not isinstance(table, str):
        for entry in entries:
            apart = signs(values, entry, None)
            if apart is not None:
                watch.sight(f"{site} ({entry!r})", apart, False, None)


def _numbers(value: Any) -> Any:
    array = np.asarray(value)
    if array.dtype.kind in "mM":
        return array.astype("datetime64[us]" if array.dtype.kind == "M" else "timedelta64[us]").astype(
            np.float64
        )
    if array.dtype.kind in "biuf":
        return array.astype(np.float64)
    if array.dtype == object and array.size and not any(isinstance(one, str) for one in array.ravel()[:50]):
        try:
            return np.array([np.nan if one is None else float(one) for one in array.ravel()])
        except (TypeError, ValueError):
            return None
    return None


def signs(left: Any, right: Any, came: Any) -> Any:
    """-1, 0, 1 as numbers compare; 0, 1 as a comparison of anything else came out."""
    a, b = _numbers(left), _numbers(right)
    if a is None or b is None:
        return None if came is None else truth(came)
    with np.errstate(all="ignore"):
        apart = np.asarray(np.sign(a - b))
    return np.where(np.isnan(apart), NOT_REACHED, apart).astype(np.int64)


def truth(came: Any) -> Any:
    """0 and 1 for false and true; NOT_REACHED for missing."""
    array = np.asarray(came)
    if array.dtype == object:
        return np.array([NOT_REACHED if _absent(one) else int(bool(one)) for one in array.ravel()])
    return array.astype(np.int64)


def _absent(one: Any) -> bool:
    return one is None or one != one or type(one).__name__ == "NAType"


def whole_codes(came: Any) -> Any:
    """Whole numbers that change wherever a step does."""
    if hasattr(came, "cat"):
        return np.asarray(came.cat.codes).astype(np.int64)
    if hasattr(came, "codes"):
        return np.asarray(came.codes).astype(np.int64)
    numbers = _numbers(came)
    if numbers is None:
        return np.empty(0)
    with np.errstate(all="ignore"):
        scaled = np.round(numbers * 1e6) % 2147483647
    return np.where(np.isfinite(scaled), scaled, NOT_REACHED).astype(np.int64)
