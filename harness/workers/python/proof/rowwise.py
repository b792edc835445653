"""What is known of a value while a form is read: of which inputs it is a function, row by row.

A form is additive where each output is a sum of terms, each a step function of one input, or a function of
one such sum. The values here carry just enough to prove that: a *part* depends on one input alone, a *total*
is a sum of parts, a *link* a function of one total. Whatever is none of them raises NotProved: there is no
value for "anything", so that nothing can be claimed of a form that was not understood as a whole.

Where an input is compared with a number or a text, the :class:`Ledger` notes it: between two neighbouring
edges of an input every part of it is constant.
"""

from __future__ import annotations

import itertools
import math
from typing import Any, Callable, Mapping, NamedTuple, Sequence, Union

import numpy as np

#: Separates the parts of a derived quantity's name (``first \n operator \n second``): no input has it.
OF_TWO = "\n"

BOOL, NUMBER, TEXT, ANY = "bool", "number", "text", "any"


class NotProved(Exception):
    """Why nothing is claimed of a form, in a few plain words."""


class Known(NamedTuple):
    """A value that does not depend on the rows."""

    value: Any


class Part(NamedTuple):
    """A function of one input (None: the same for every row).

    ``raw``: on some values of the input it is the input itself (put through ``chain``, functions that never
    change direction), elsewhere a constant between edges; else it is constant between edges throughout.
    ``coded``: a category as it stands in the frame; ``pure``: the input itself throughout. ``vector``: one
    value a row, else that of one row. ``term``: its number as a term of a sum; a shift leaves it.
    """

    input: str | None
    kind: str = ANY
    raw: bool = False
    vector: bool = True
    chain: tuple[Callable[[float], float], ...] = ()
    coded: bool = False
    pure: bool = False
    term: int = 0


class Total(NamedTuple):
    """A sum of step functions: the input of each by the term's number. ``root`` names the sum; a multiple of
    it, or a shifted one, has the same."""

    terms: Mapping[int, str | None]
    root: int
    vector: bool = True


class Link(NamedTuple):
    """A function of one sum."""

    terms: Mapping[int, str | None]
    root: int
    kind: str = ANY
    vector: bool = True


Value = Union[Known, Part, Total, Link]
_numbers = itertools.count(1)


class Ledger:
    """Where each input is compared: ``edges`` by input (a part may change just above each), and ``texts``."""

    def __init__(self) -> None:
        self.edges: dict[str, set[float]] = {}
        self.texts: dict[str, set[str]] = {}

    def compare(self, part: Part, value: Any) -> None:
        """Note that a raw part is compared with a value. Raises NotProved where that says nothing."""
        if not part.raw or part.input is None:
            return
        plain = value.item() if isinstance(value, np.generic) else value
        if plain is None or (isinstance(plain, float) and math.isnan(plain)) or _is_na(plain):
            return
        if part.kind == TEXT:
            if isinstance(plain, str):
                self.texts.setdefault(part.input, set()).add(plain)
        elif isinstance(plain, (bool, int, float)):
            found = edges_of(part.chain, float(plain))
            self.edges.setdefault(part.input, set()).update(found)
        elif not isinstance(plain, str):
            raise NotProved(f"{part.input} is compared with a {type(plain).__name__}")


def _is_na(value: Any) -> bool:
    return type(value).__name__ in ("NAType", "NaTType")


def edges_of(chain: Sequence[Callable[[float], float]], value: float) -> set[float]:
    """The greatest doubles for which a chain of functions is below a value, and not above it."""
    if math.isinf(value):
        return set()
    if not chain:
        return {float(np.nextafter(value, -np.inf)), value}
    largest = float(np.finfo(float).max)
    rises = _through(chain, -largest) <= _through(chain, largest)

    def last(low: Callable[[float], bool]) -> float:
        below, above = _order(-largest), _order(largest)
        while above - below > 1:
            middle = (below + above) // 2
            if low(_through(chain, _double(middle))) == rises:
                below = middle
            else:
                above = middle
        return _double(below)

    return {last(lambda h: h < value), last(lambda h: h <= value)}


def _through(chain: Sequence[Callable[[float], float]], x: float) -> float:
    for step in chain:
        x = step(x)
    return float(x)


def _order(x: float) -> int:
    """The place of a double among all doubles."""
    bits = int(np.float64(x).view(np.int64))
    return bits if bits >= 0 else -(bits & 0x7FFFFFFFFFFFFFFF)


def _double(order: int) -> float:
    bits = order if order >= 0 else -order | (1 << 63)
    return float(np.uint64(bits).view(np.float64))


def inputs_of(value: Value) -> frozenset[str]:
    """The inputs that a value depends on."""
    if isinstance(value, Known):
        return frozenset()
    if isinstance(value, Part):
        return frozenset(() if value.input is None else (value.input,))
    return frozenset(one for one in value.terms.values() if one is not None)


def is_none(value: Value) -> bool:
    """Whether a value is None itself."""
    return isinstance(value, Known) and value.value is None


def is_vector(*values: Value) -> bool:
    """Whether any of some values has one value a row."""
    return any(not isinstance(one, Known) and one.vector for one in values)


def total_of(value: Value, vector: bool) -> Total:
    """A part or total as a total; each of its own root."""
    if isinstance(value, Total):
        return value._replace(vector=vector)
    assert isinstance(value, Part)
    if value.raw:
        raise NotProved(f"{named(value.input)} itself is added up: not a step function")
    return Total({value.term or next(_numbers): value.input}, next(_numbers), vector)


def step(input: str | None, kind: str = ANY, vector: bool = True) -> Part:
    """A new step function of an input."""
    return Part(input, kind, vector=vector, term=next(_numbers))


def add(a: Value, b: Value) -> Value:
    """The sum (or difference) of two values that are not both known."""
    vector = is_vector(a, b)
    if any(isinstance(one, Known) and kind_of(one) == NUMBER for one in (a, b)):
        other = b if isinstance(a, Known) else a
        if isinstance(other, Part) and not other.raw:
            _check_scalar(a if isinstance(a, Known) else b)
            kind = number_kind([a, b])
            return Part(other.input, kind, vector=vector, term=other.term or next(_numbers))
    if isinstance(a, Link) or isinstance(b, Link) or isinstance(same_function(a, b), Part):
        return combine([a, b], NUMBER)
    if NUMBER not in (kind_of(a), kind_of(b)):
        raise NotProved("what is added up may be no numbers")
    if isinstance(a, Known) or isinstance(b, Known):
        known, other = (a, b) if isinstance(a, Known) else (b, a)
        _check_scalar(known)
        assert isinstance(other, Total)
        return other
    first, second = total_of(a, vector), total_of(b, vector)
    theirs = second.terms
    if set(theirs) & set(first.terms):  # the same term twice
        theirs = {next(_numbers): one for one in theirs.values()}
    return Total({**first.terms, **theirs}, next(_numbers), vector)


def negated(value: Value) -> Value:
    """A value that is taken away: other terms than those of the value itself, of the same total."""
    if isinstance(value, Total):
        return value._replace(terms={next(_numbers): one for one in value.terms.values()})
    return value._replace(term=next(_numbers)) if isinstance(value, Part) and not value.raw else value


def number_kind(values: Sequence[Value]) -> str:
    """The kind of what arithmetic makes of some values: no plain numbers where some are not, as sums of
    narrow types wrap, and as numpy's sums of truth values are none."""
    kinds = {kind_of(one) for one in values if not isinstance(one, Known)}
    if not kinds <= {NUMBER, BOOL}:
        return ANY
    if NUMBER in kinds or any(isinstance(one, Known) and kind_of(one) == NUMBER for one in values):
        return NUMBER
    return BOOL


def scale(a: Value, b: Value) -> Value:
    """The product or quotient of two values, one of them known."""
    total = a if isinstance(a, Total) else b
    if isinstance(total, Total) and (isinstance(a, Known) or isinstance(b, Known)):
        _check_scalar(b if total is a else a)
        # each term is another function now, of the same total
        return Total({next(_numbers): one for one in total.terms.values()}, total.root, total.vector)
    return combine([a, b], NUMBER)


_PLAIN = ("builtins", "numpy", "pandas", "datetime", "decimal", "fractions")


def _check_scalar(value: Value) -> None:
    """Raise NotProved where a known value is no single one, or of a class with operators of its own."""
    if not isinstance(value, Known):
        return
    if type(value.value).__module__.split(".")[0] not in _PLAIN:
        raise NotProved("an operator of a class of its own")
    if isinstance(value.value, (list, tuple, dict, set, frozenset)) or np.ndim(value.value) > 0:
        raise NotProved("a list is spread over the rows")


def same_function(*values: Value) -> Value | None:
    """What some values are all functions of: one part (of an input, or of none) or one total. None where they
    are of several things."""
    for one in values:
        _check_scalar(one)
    held = [one for one in values if not isinstance(one, Known)]
    parts = [one for one in held if isinstance(one, Part)]
    inputs = {one.input for one in parts} - {None}
    totals = [one for one in held if isinstance(one, (Total, Link))]
    if not totals and len(inputs) <= 1:
        return next((one for one in parts if one.input is not None), parts[0] if parts else None)
    if not inputs and len({one.root for one in totals}) == 1:
        return totals[0]
    return None


def combine(values: Sequence[Value], kind: str = ANY) -> Value:
    """Some function of some values, row by row: of one part, or a link of one total."""
    one = same_function(*values)
    if one is None:
        raise NotProved(f"{_listed(values)} are put together otherwise than by adding them up")
    vector = is_vector(*values)
    kind = number_kind(values) if kind == NUMBER else kind
    if isinstance(one, (Total, Link)):
        return Link(one.terms, one.root, kind, vector)
    assert isinstance(one, Part)
    raw = next((v for v in values if isinstance(v, Part) and v.raw), None)
    if raw is not None:
        raise NotProved(f"{named(raw.input)} is used otherwise than by comparing it and looking it up")
    return step(one.input, kind, vector)


def choose(condition: Value, yes: Value, no: Value) -> Value:
    """One of two values, by a condition, row by row."""
    if isinstance(condition, Known):
        return yes if condition.value else no
    if isinstance(condition, Part) and condition.raw:
        raise NotProved(f"{named(condition.input)} itself serves as a condition")
    one = same_function(condition, yes, no)
    kind = kind_of(yes) if kind_of(yes) == kind_of(no) else ANY
    vector = is_vector(condition, yes, no)
    if isinstance(one, (Total, Link)):
        return Link(one.terms, one.root, kind, vector)
    if isinstance(one, Part):
        return _either(one.input, yes, no, kind, vector)
    if not isinstance(condition, Part):
        raise NotProved(f"{_listed([condition, yes, no])} decide together")
    return _own_term(condition, yes, no, vector)


def _either(input: str | None, yes: Value, no: Value, kind: str, vector: bool) -> Value:
    raws = [one for one in (yes, no) if isinstance(one, Part) and one.raw]
    if len(raws) == 2 and raws[0].chain != raws[1].chain:
        raise NotProved(f"{named(input)} is changed differently for different rows")
    if not raws:
        return step(input, kind, vector)
    for one in (yes, no):
        # numbers become text where text is put in the place of some
        if kind_of(one) != raws[0].kind and not is_none(one):
            raise NotProved(f"{named(input)} is mixed with values of another type")
    return Part(input, raws[0].kind, True, vector, raws[0].chain)


def _own_term(condition: Part, yes: Value, no: Value, vector: bool) -> Value:
    """Two sums that differ in terms of the condition's own input alone: that input gets one more term."""
    if not all(isinstance(one, (Known, Part, Total)) for one in (yes, no)):
        raise NotProved(f"{_listed([condition, yes, no])} decide together")
    if any(kind_of(one) != NUMBER for one in (yes, no)):
        raise NotProved(f"{_listed([condition, yes, no])} decide together")
    first, second = (
        dict(total_of(one, vector).terms) if not isinstance(one, Known) else {} for one in (yes, no)
    )
    common = {number: one for number, one in first.items() if number in second}
    for terms in (first, second):
        if {one for number, one in terms.items() if number not in common} - {condition.input, None}:
            raise NotProved(f"{_listed([condition, yes, no])} decide together")
    return Total({**common, next(_numbers): condition.input}, next(_numbers), vector)


def kind_of(value: Value) -> str:
    """Whether a value is surely a number, text or truth value."""
    if isinstance(value, Known):
        return kind_of_known(value.value)
    return NUMBER if isinstance(value, Total) else value.kind


def kind_of_known(value: Any) -> str:
    """The kind of the elements of a plain value or table. Numbers in narrow types are none: they wrap."""
    dtype = getattr(value, "dtype", None)
    if isinstance(dtype, np.dtype) and dtype.kind in "biufUM":
        if dtype.kind == "b":
            return BOOL
        return NUMBER if dtype in (np.dtype("i8"), np.dtype("f8")) else TEXT if dtype.kind == "U" else ANY
    if isinstance(value, bool):
        return BOOL
    if isinstance(value, (int, float)):
        return NUMBER if isinstance(value, float) or abs(value) < 2**53 else ANY
    if isinstance(value, str):
        return TEXT
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, (list, tuple)) or (dtype is not None and np.ndim(value) == 1):
        kinds = {kind_of_known(one) for one in value if one is not None}
        return kinds.pop() if len(kinds) == 1 else ANY
    return ANY


def named(input: str | None) -> str:
    """An input, or a quantity made of two, in words."""
    return "a constant" if input is None else input.replace(OF_TWO, " ")


def _listed(values: Sequence[Value]) -> str:
    found = sorted({named(one) for value in values for one in inputs_of(value)})
    shown = " and ".join(found[:3]) + (" and others" if len(found) > 3 else "")
    return shown or "lists"
