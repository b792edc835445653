"""The values of pieces of code that are made of constants alone: ``12 * 30``, ``-x``, ``[1/3, 0.5]``."""

from __future__ import annotations

import ast
import datetime as dt
import math
import operator
from typing import Any, Callable

LONGEST = 2_000
_LARGEST_POWER = 400

_BINARY: dict[type, Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
}
_UNARY: dict[type, Callable[[Any], Any]] = {ast.USub: operator.neg, ast.UAdd: operator.pos}
_DATES = {"date": dt.date, "datetime": dt.datetime, "Timestamp": dt.datetime}
_TEXT_TO_DATE = frozenset(("fromisoformat", "Timestamp", "datetime64", "to_datetime"))
_ARRAYS = frozenset(("array", "asarray", "list", "tuple", "set", "frozenset", "Series", "Index"))
_FUNCTIONS: dict[str, Callable[[Any], Any]] = {
    "float": float,
    "int": int,
    "Decimal": float,
    "sqrt": math.sqrt,
    "exp": math.exp,
    "log": math.log,
    "log2": math.log2,
    "log10": math.log10,
}


def fold(node: ast.AST) -> list[Any] | None:
    """The numbers and texts that a piece of code is, without running it; None where it is not constant."""
    try:
        return _fold(node)
    # 1/0, "a" - 1, log(-1): code that raises has no value
    except (ArithmeticError, TypeError, ValueError, RecursionError):
        return None


def _fold(node: ast.AST) -> list[Any] | None:
    if isinstance(node, ast.Constant):
        return [node.value] if isinstance(node.value, (int, float, str)) else None
    if isinstance(node, (ast.List, ast.Tuple, ast.Set)):
        return _joined(node.elts)
    if isinstance(node, ast.UnaryOp) and type(node.op) in _UNARY:
        one = _number(node.operand)
        return None if one is None else [_UNARY[type(node.op)](one)]
    if isinstance(node, ast.BinOp):
        return _binary(node)
    return _call(node) if isinstance(node, ast.Call) else None


def _joined(nodes: list[ast.expr]) -> list[Any] | None:
    if not nodes or len(nodes) > LONGEST:
        return None
    parts = [_fold(one) for one in nodes]
    return [value for part in parts if part for value in part] if all(parts) else None


def _number(node: ast.AST) -> Any:
    found = _fold(node)
    one = found[0] if found and len(found) == 1 else None
    return one if isinstance(one, (int, float)) else None


def _binary(node: ast.BinOp) -> list[Any] | None:
    left, right = _number(node.left), _number(node.right)
    if left is None or right is None:
        return None
    if isinstance(node.op, ast.Pow):
        return [left**right] if abs(right) <= _LARGEST_POWER and abs(left) <= 1e9 else None
    made = _BINARY.get(type(node.op))
    return [made(left, right)] if made else None


def _call(node: ast.Call) -> list[Any] | None:
    name = head(node)
    given = [_fold(one) for one in node.args]
    if not given or not all(given):
        return None
    flat = [value for part in given if part for value in part]
    if name in _ARRAYS:
        return flat
    if name in _TEXT_TO_DATE and isinstance(flat[0], str):
        return [flat[0]]
    if name in _DATES and all(isinstance(one, int) for one in flat):
        return [_DATES[name](*flat).isoformat()]
    if name in ("range", "arange"):
        steps = range(*flat) if all(isinstance(one, int) for one in flat) else None
        return list(steps) if steps and len(steps) <= LONGEST else None
    made = _FUNCTIONS.get(name)
    return [made(flat[0])] if made and len(flat) == 1 else None


def head(node: ast.Call) -> str:
    """The last part of a called function's name: ``digitize`` of ``np.digitize``."""
    if isinstance(node.func, ast.Attribute):
        return node.func.attr
    return node.func.id if isinstance(node.func, ast.Name) else ""
