"""Operators between values of a form that is read."""

from __future__ import annotations

import ast
import datetime as dt
import decimal
import fractions
import operator
from typing import Any, Callable

import numpy as np

from .holding import Frame, Listing, Mapped, Ref, Row, is_known, items_of, known, row_value
from .rowwise import (
    BOOL,
    NUMBER,
    OF_TWO,
    TEXT,
    Known,
    NotProved,
    Part,
    Total,
    add,
    combine,
    is_none,
    is_vector,
    kind_of,
    named,
    negated,
    scale,
)

_APPLY: dict[type, Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
    ast.BitAnd: operator.and_,
    ast.BitOr: operator.or_,
    ast.BitXor: operator.xor,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Is: operator.is_,
    ast.IsNot: operator.is_not,
    ast.In: lambda a, b: a in b,
    ast.NotIn: lambda a, b: a not in b,
}
_SIGNS: dict[type, str] = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}
_PLAIN = (bool, int, float, complex, str, bytes, tuple, list, dict, set, frozenset, type(None), range, slice)
_PLAIN += (dt.date, dt.datetime, dt.timedelta, decimal.Decimal, fractions.Fraction)  # type: ignore[assignment]


def is_plain(value: Any) -> bool:
    """Whether operators and methods of a value are those of its library: no class of the form's own."""
    kind = type(value)
    if kind in _PLAIN or issubclass(kind, np.generic) or kind is np.ndarray:
        return kind.__module__ in ("builtins", "numpy", "datetime", "decimal", "fractions")
    views: tuple[type, ...] = (type({}.keys()), type({}.values()), type({}.items()), zip, enumerate)
    return kind in views or kind.__module__.split(".")[0] == "pandas"


def apply(function: Callable[..., Any], *values: Any) -> Ref:
    """A function of plain values alone, computed."""
    if not all(is_plain(one) for one in values):
        raise NotProved("an operator of a class of its own")
    try:
        with np.errstate(all="ignore"):
            return Ref(Known(function(*values)))
    # whatever it raises here it raises for every row
    except Exception as error:
        raise NotProved(f"{type(error).__name__}: {error}") from None


def binary(reader: Any, kind: type, left: Ref, right: Ref) -> Ref:
    """``left kind right`` of arithmetic or logic."""
    if is_known(left) and is_known(right) and not _new_list(kind, left, right):
        return apply(_APPLY[kind], known(left), known(right))
    if _new_list(kind, left, right):
        assert isinstance(left.value, Listing)
        return Ref(Listing([*left.value.items, *items_of(right)], left.value.kind))
    if isinstance(left.value, (Frame, Row, Listing, Mapped)) or isinstance(
        right.value, (Frame, Row, Listing, Mapped)
    ):
        raise NotProved("a frame or list as a whole in an operator")
    a, b = row_value(left), row_value(right)
    return Ref(arithmetic(reader, kind, a, b), sole=True)


def _new_list(kind: type, left: Ref, right: Ref) -> bool:
    both = isinstance(left.value, Listing) and isinstance(right.value, (Listing, Known))
    return kind is ast.Add and both


def arithmetic(reader: Any, kind: type, a: Any, b: Any) -> Any:
    """The value of an operator between two values, row by row."""
    for one, other in ((a, b), (b, a)):
        if isinstance(one, Part) and one.raw and isinstance(other, Known) and one.kind == NUMBER:
            return _chained(kind, one, other, first=one is a)
    if isinstance(a, Part) and isinstance(b, Part) and a.raw and b.raw and a.input != b.input:
        return _derived(kind, a, b)
    if kind in (ast.Add, ast.Sub):
        found = add(a, negated(b) if kind is ast.Sub else b)
        texts = TEXT in (kind_of(a), kind_of(b))
        return found._replace(kind=TEXT) if texts and isinstance(found, Part) else found
    if kind is ast.Mult or (kind is ast.Div and isinstance(b, Known)):
        return scale(a, b)
    logic = kind in (ast.BitAnd, ast.BitOr, ast.BitXor)
    return combine([a, b], BOOL if logic else NUMBER)


def _chained(kind: type, part: Part, other: Known, first: bool) -> Part:
    """An input put through a function of it that never changes direction."""
    if isinstance(other.value, bool) or not isinstance(other.value, (int, float, np.integer, np.float64)):
        raise NotProved(f"{named(part.input)} is reckoned with a {type(other.value).__name__}")
    number = float(other.value)
    straight = {
        ast.Add: lambda x: x + number,
        ast.Sub: (lambda x: x - number) if first else (lambda x: number - x),
        ast.Mult: lambda x: x * number,
        ast.Div: lambda x: x / number,
        ast.FloorDiv: lambda x: float(np.floor_divide(x, number)),
    }
    turned = kind in (ast.Div, ast.FloorDiv) and not first
    if (
        kind not in straight
        or turned
        or not np.isfinite(number)
        or (number == 0 and kind not in (ast.Add, ast.Sub))
    ):
        raise NotProved(f"{named(part.input)} is reckoned with otherwise than by a plain number")
    return part._replace(chain=(*part.chain, straight[kind]), pure=False)


def _derived(kind: type, a: Part, b: Part) -> Part:
    """A quantity made of two inputs."""
    whole = all(not one.chain and one.kind == NUMBER and OF_TWO not in str(one.input) for one in (a, b))
    if kind not in _SIGNS or not whole or not (a.pure and b.pure):
        raise NotProved(f"{named(a.input)} and {named(b.input)} are put together")
    first, second = str(a.input), str(b.input)
    if kind in (ast.Add, ast.Mult):
        first, second = sorted((first, second))
    vector = is_vector(a, b)
    return Part(OF_TWO.join((first, _SIGNS[kind], second)), NUMBER, True, vector)


_UNARY: dict[type, Callable[..., Any]] = {
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
    ast.Invert: operator.inv,
}


def unary(reader: Any, kind: type, operand: Ref) -> Ref:
    """``-x``, ``+x``, ``~x``."""
    if is_known(operand):
        return apply(_UNARY[kind], known(operand))
    value = row_value(operand)
    if kind is ast.UAdd:
        return Ref(value)
    if kind is ast.USub and isinstance(value, Part) and value.raw and value.kind == NUMBER:
        return Ref(value._replace(chain=(*value.chain, lambda x: -x), pure=False), sole=True)
    if kind is ast.USub and isinstance(value, Total):
        return Ref(scale(value, Known(-1)), sole=True)
    return Ref(combine([value], BOOL if kind is ast.Invert else NUMBER), sole=True)


def compare(reader: Any, kind: type, left: Ref, right: Ref) -> Ref:
    """``left kind right`` of comparisons."""
    if is_known(left) and is_known(right):
        return apply(_APPLY[kind], known(left), known(right))
    if kind in (ast.In, ast.NotIn):
        return Ref(member(reader, row_value(left), right), sole=True)
    a, b = row_value(left), row_value(right)
    if kind in (ast.Is, ast.IsNot) and not (is_none(a) or is_none(b)):
        raise NotProved("`is` between values of rows")
    return Ref(compared(reader, kind in (ast.Lt, ast.LtE, ast.Gt, ast.GtE), a, b), sole=True)


def compared(reader: Any, ordered: bool, a: Any, b: Any) -> Any:
    """A comparison, row by row: raw parts with known values only."""
    if isinstance(a, Part) and a.raw and a is b:
        return Part(a.input, BOOL, vector=a.vector)  # x != x: whether it is missing
    for one, other in ((a, b), (b, a)):
        if isinstance(one, Part) and one.raw and isinstance(other, Known):
            check_element(other.value)
            if ordered and one.kind == TEXT:
                raise NotProved(f"{named(one.input)} is text, and ordered")
            reader.ledger.compare(one, other.value)
            return Part(one.input, BOOL, vector=one.vector)
    return combine([a, b], BOOL)


def check_element(value: Any) -> None:
    """Raise NotProved for what is no single plain value."""
    if not is_plain(value) or (np.ndim(value) and np.size(value) != 1) or isinstance(value, (dict, set)):
        raise NotProved(f"a comparison with a {type(value).__name__}")
    if np.ndim(value):
        raise NotProved("a comparison with a list")


def member(reader: Any, part: Any, among: Ref) -> Any:
    """``x in (...)``: each value is one that x is compared with."""
    values = known(among)
    if not is_plain(values) or isinstance(values, str):
        raise NotProved("`in` of something that is no list")
    elements = list(values)
    if isinstance(part, Part) and part.raw:
        for one in elements:
            reader.ledger.compare(part, one)
        return Part(part.input, BOOL, vector=part.vector)
    return combine([part], BOOL)
