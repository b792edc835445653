"""The comparisons that a form makes as it runs, row by row: for whoever looks for rows that meet them.

The source is compiled once more with its comparisons, steps and remainders replaced by calls that note how
they came out. A worker that watches is asked nothing else.
"""

from __future__ import annotations

import ast
import builtins
import operator
import sys
import types
from importlib.machinery import FileFinder, SourceFileLoader
from typing import Any, Callable, Mapping

import numpy as np

MOST_SITES = 400
MOST_ENTRIES = 24  # of a set of numbers, each of which is a comparison of its own
NOT_REACHED = -(2**31)
SIGNALS = ("edge", "tie", "negative", "zero", "half", "overflow", "wide", "vast")

_COMPARE = "__parity_compare__"
_CALL = "__parity_call__"
_COUNT = "__parity_count__"

_OPERATORS: Mapping[type, Callable[[Any, Any], Any]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.In: lambda a, b: a in b,
    ast.NotIn: lambda a, b: a not in b,
}
_METHODS = frozenset(("gt", "ge", "lt", "le", "eq", "ne"))
_RELATIONS = frozenset(("less", "less_equal", "greater", "greater_equal", "equal", "not_equal"))
_CAPS = frozenset(("minimum", "maximum", "fmin", "fmax", "min", "max"))
_BINS = frozenset(("digitize", "searchsorted", "cut", "bisect", "bisect_left", "bisect_right"))
_ROUNDS = frozenset(("floor", "ceil", "trunc", "round", "around", "rint", "floor_divide", "int", "quantize"))
_STEPS = _BINS | _ROUNDS | frozenset(("between", "isin", "astype", "clip"))
_RANKS = frozenset(("argmax", "argmin", "idxmax", "idxmin", "argsort", "rank"))
_WATCHED = _METHODS | _RELATIONS | _CAPS | _STEPS | _RANKS
_ARITHMETIC = (ast.FloorDiv, ast.Mod, ast.Add, ast.Sub, ast.Mult, ast.Div, ast.Pow)


class Watch:
    """What was seen during one call: by site, a code a row. ``force`` is a site whose comparison is to come
    out as ``value`` for every row."""

    def __init__(self) -> None:
        self.on = False
        self.rows = 0
        self.force = -1
        self.value = False
        self.loose = False
        self.scalars = 0
        self.texts: list[str] = []
        self.decides: list[bool] = []
        self.touched: list[bool] = []
        self.ids: dict[tuple[str, int], int] = {}
        self.codes: dict[int, Any] = {}
        self.times: dict[str, int] = {}
        self.signals: dict[str, Any] = {}

    def begin(self, rows: int) -> None:
        """Look at a call over so many rows."""
        self.on, self.rows = True, rows
        self.codes, self.times = {}, {}
        self.signals = {kind: np.zeros(rows, dtype=bool) for kind in SIGNALS}

    def signal(self, kind: str, flags: Any) -> None:
        """Note what is telling of some rows: see ``harness/search/signals.py``."""
        flags = np.asarray(flags)
        if not flags.any():
            return
        if flags.size == self.rows:
            self.signals[kind] |= flags.ravel()
        elif self.rows == 1:
            self.signals[kind][0] = True

    def sight(self, text: str, codes: Any, decides: bool, came: Any) -> Any:
        """Note how a site came out; what it is to give."""
        codes = np.asarray(codes)
        if codes.size == 0 or codes.dtype == object:
            return came
        times = 1  # what is not of rows is one site, however often it comes
        if codes.size == self.rows:
            times = self.times[text] = self.times.get(text, 0) + 1
        site = self.site(text, times, decides)
        if site is None:
            return came
        self.touched[site] = True
        if codes.size != self.rows:
            self.scalars += decides and codes.size == 1
            self.loose |= decides and codes.size > 1
            return came
        self.codes[site] = codes.ravel()
        return _forced(came, self.value) if site == self.force else came

    def site(self, text: str, times: int, decides: bool) -> int | None:
        """The number of a site, from 0; None beyond MOST_SITES."""
        key = (text, times)
        if key not in self.ids:
            if len(self.texts) >= MOST_SITES:
                return None
            self.ids[key] = len(self.texts)
            self.texts.append(text)
            self.decides.append(decides)
            self.touched.append(False)
        return self.ids[key]


def _forced(came: Any, value: bool) -> Any:
    if isinstance(came, (bool, np.bool_)):
        return value
    if hasattr(came, "index") and hasattr(came, "to_numpy"):
        return type(came)(np.full(len(came), value), index=came.index)
    return np.full(np.shape(came), value)


def install(watch: Watch, folder: str) -> None:
    """From here on, modules that are loaded from a folder are watched."""
    vars(builtins).update(
        {
            _COMPARE: lambda site, op, left, right: _compare(watch, site, op, left, right),
            _CALL: lambda site, name, function: _call(watch, site, name, function),
            _COUNT: lambda site, op, left, right: _count(watch, site, op, left, right),
        }
    )
    sys.path_importer_cache[folder] = FileFinder(folder, (_loader(watch), [".py"]))


def code_of(watch: Watch, source: Any, file: str) -> Any:
    """The code of a source (text or bytes) with its comparisons watched."""
    tree = ast.fix_missing_locations(_Rewriting(watch).visit(ast.parse(source, file)))
    return compile(tree, file, "exec", dont_inherit=True)


def _loader(watch: Watch) -> type:
    class Loader(SourceFileLoader):
        def get_code(self, fullname: str) -> Any:
            """Of the source: never of bytecode, which is not watched."""
            file = self.get_filename(fullname)
            return code_of(watch, self.get_data(file), file)

    return Loader


class _Rewriting(ast.NodeTransformer):
    """Comparisons that stand in functions become sites at once, so that those never made are known too."""

    def __init__(self, watch: Watch) -> None:
        self.watch = watch
        self.inside = 0

    def _visit_function(self, node: Any) -> Any:
        self.inside += 1
        self.generic_visit(node)
        self.inside -= 1
        return node

    visit_FunctionDef = visit_Lambda = _visit_function  # noqa: N815 - names that ast calls

    def visit_Compare(self, node: ast.Compare) -> Any:
        text = ast.unparse(node)
        self.generic_visit(node)
        if len(node.ops) != 1 or type(node.ops[0]) not in _OPERATORS:
            return node
        if self.inside:
            self.watch.site(text, 1, True)
        name = ast.Constant(type(node.ops[0]).__name__)
        return _made(node, _COMPARE, [ast.Constant(text), name, node.left, node.comparators[0]])

    def visit_BinOp(self, node: ast.BinOp) -> Any:
        text = ast.unparse(node)
        self.generic_visit(node)
        if not isinstance(node.op, _ARITHMETIC):
            return node
        name = ast.Constant(type(node.op).__name__)
        return _made(node, _COUNT, [ast.Constant(text), name, node.left, node.right])

    def visit_Call(self, node: ast.Call) -> Any:
        text = ast.unparse(node)
        self.generic_visit(node)
        function = node.func
        name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", None)
        if name not in _WATCHED:
            return node
        node.func = _made(node, _CALL, [ast.Constant(text), ast.Constant(name), function])
        return node


def _made(node: Any, name: str, arguments: list[ast.expr]) -> Any:
    return ast.copy_location(ast.Call(ast.Name(name, ast.Load()), arguments, []), node)


_BY_NAME = {kind.__name__: kind for kind in _OPERATORS}


def _compare(watch: Watch, site: str, op: str, left: Any, right: Any) -> Any:
    kind = _BY_NAME[op]
    came = _OPERATORS[kind](left, right)
    if not watch.on:
        return came
    if kind in (ast.In, ast.NotIn):
        _entries(watch, site, left, right)
        return watch.sight(site, int(bool(came)), True, came)
    signs = _signs(left, right, came)
    if kind not in (ast.Eq, ast.NotEq) and _numbers(left) is not None and _numbers(right) is not None:
        watch.signal("edge", signs == 0)
    return watch.sight(site, signs, True, came)


def _call(watch: Watch, site: str, name: str, function: Any) -> Any:
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
        return watch.sight(site, _signs(function.__self__, arguments[0], came), True, came)
    if name in _RELATIONS | _CAPS:
        if len(arguments) == 2:
            return watch.sight(site, _signs(arguments[0], arguments[1], came), name in _RELATIONS, came)
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
    _note_step(watch, name, function, arguments)
    watch.sight(site, _codes(came), False, came)
    return came


def _note_rank(watch: Watch, name: str, function: Any, arguments: Any) -> None:
    values = _numbers(_subject(function, arguments))
    if values is None or values.size == 0:
        return
    if name in ("argsort", "rank"):
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


def _note_step(watch: Watch, name: str, function: Any, arguments: Any) -> None:
    values = _numbers(_subject(function, arguments))
    if values is None:
        return
    own = getattr(function, "__self__", None)
    rest = arguments[1:] if own is None or isinstance(own, types.ModuleType) else arguments
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


_BINARY: Mapping[str, Callable[[Any, Any], Any]] = {
    "Add": operator.add,
    "Sub": operator.sub,
    "Mult": operator.mul,
    "Div": operator.truediv,
    "Pow": operator.pow,
    "FloorDiv": operator.floordiv,
    "Mod": operator.mod,
}


def _count(watch: Watch, site: str, op: str, left: Any, right: Any) -> Any:
    came = _BINARY[op](left, right)
    if watch.on and not isinstance(left, (str, bytes, list, tuple)):
        try:
            _note_arithmetic(watch, site, op, left, right, came)
        except Exception:  # what only looks must not break what it looks at
            return came
    return came


def _note_arithmetic(watch: Watch, site: str, op: str, left: Any, right: Any, came: Any) -> None:
    a, b = _numbers(left), _numbers(right)
    if a is None or b is None:
        return
    with np.errstate(all="ignore"):
        if op in ("FloorDiv", "Mod"):
            watch.sight(site, _codes(np.floor(a / b)), False, came)
            watch.signal("negative", ((a < 0) | (b < 0)) & (a / b != np.trunc(a / b)))
        if op in ("FloorDiv", "Mod", "Div"):
            watch.signal("zero", np.broadcast_to(b == 0, np.broadcast_shapes(a.shape, b.shape)))
            return
        size = np.abs(_BINARY[op](a, b))
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
            signs = _signs(values, entry, None)
            if signs is not None:
                watch.sight(f"{site} ({entry!r})", signs, False, None)


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


def _signs(left: Any, right: Any, came: Any) -> Any:
    """-1, 0, 1 as numbers compare; 0, 1 as a comparison of anything else came out."""
    a, b = _numbers(left), _numbers(right)
    if a is None or b is None:
        return None if came is None else _truth(came)
    with np.errstate(all="ignore"):
        apart = np.asarray(np.sign(a - b))
    return np.where(np.isnan(apart), NOT_REACHED, apart).astype(np.int64)


def _truth(came: Any) -> Any:
    array = np.asarray(came)
    if array.dtype == object:
        return np.array([NOT_REACHED if _absent(one) else int(bool(one)) for one in array.ravel()])
    return array.astype(np.int64)


def _absent(one: Any) -> bool:
    return one is None or one != one or type(one).__name__ == "NAType"


def _codes(came: Any) -> Any:
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
