"""Expressions of a form that is read: names, containers, what is picked from them, comprehensions."""

from __future__ import annotations

import ast
import sys
from typing import Any

import numpy as np

from . import operating, picking
from .calling import call
from .holding import (
    Closure,
    Each,
    Frame,
    Listing,
    Mapped,
    Names,
    Ref,
    column_of,
    is_known,
    items_of,
    joined,
    known,
    row_value,
    serial,
    vectored,
)
from .rowwise import BOOL, Known, NotProved, Part, choose, is_vector


def value(reader: Any, node: ast.AST, names: Names) -> Ref:
    """What an expression gives."""
    reader.step(node)
    read = _READ.get(type(node))
    if read is None:
        raise NotProved(f"an expression that is not read: {type(node).__name__}")
    found: Ref = read(reader, node, names)
    return found


def _constant(reader: Any, node: Any, names: Names) -> Ref:
    return Ref(Known(node.value))


def _name(reader: Any, node: Any, names: Names) -> Ref:
    return names.find(node.id)


def _attribute(reader: Any, node: Any, names: Names) -> Ref:
    return picking.attribute(reader, value(reader, node.value, names), node.attr)


def _subscript(reader: Any, node: Any, names: Names) -> Ref:
    return picking.item(reader, value(reader, node.value, names), _index(reader, node, names))


def _index(reader: Any, node: Any, names: Names) -> Ref:
    index = getattr(node.slice, "value", node.slice) if type(node.slice).__name__ == "Index" else node.slice
    return value(reader, index, names)


def _slice(reader: Any, node: Any, names: Names) -> Ref:
    parts = [
        None if one is None else known(value(reader, one, names))
        for one in (node.lower, node.upper, node.step)
    ]
    return Ref(Known(slice(*parts)))


def _binary(reader: Any, node: Any, names: Names) -> Ref:
    left, right = value(reader, node.left, names), value(reader, node.right, names)
    return operating.binary(reader, type(node.op), left, right)


def _unary(reader: Any, node: Any, names: Names) -> Ref:
    operand = value(reader, node.operand, names)
    if isinstance(node.op, ast.Not):
        condition = reader.condition(operand)
        if is_vector(condition):
            raise NotProved("`not` of a whole column")
        return Ref(
            Known(not condition.value) if isinstance(condition, Known) else condition._replace(kind=BOOL)
        )
    return operating.unary(reader, type(node.op), operand)


def _bool(reader: Any, node: Any, names: Names) -> Ref:
    found = value(reader, node.values[0], names)
    for one in node.values[1:]:
        condition = reader.condition(found)
        if is_vector(condition):
            raise NotProved("`and` or `or` of whole columns")
        stays = isinstance(node.op, ast.Or)
        if isinstance(condition, Known):
            if bool(condition.value) == stays:
                return found
            found = value(reader, one, names)
            continue
        barrier, reader.barrier = reader.barrier, serial()
        other = row_value(value(reader, one, names))
        reader.barrier = barrier
        mine = row_value(found)
        found = Ref(choose(condition, mine, other) if stays else choose(condition, other, mine))
    return found


def _compare(reader: Any, node: Any, names: Names) -> Ref:
    left = value(reader, node.left, names)
    found = []
    for operator, one in zip(node.ops, node.comparators):
        right = value(reader, one, names)
        found.append(operating.compare(reader, type(operator), left, right))
        left = right
    if len(found) == 1:
        return found[0]
    values = [row_value(one) for one in found]
    if is_vector(*values):
        raise NotProved("a chain of comparisons of a whole column")
    result = values[0]
    for one in values[1:]:
        result = Known(result.value and one.value) if _both(result, one) else choose(result, one, result)
    return Ref(result)


def _both(a: Any, b: Any) -> bool:
    return isinstance(a, Known) and isinstance(b, Known)


def _if(reader: Any, node: Any, names: Names) -> Ref:
    condition = reader.condition(value(reader, node.test, names))
    if isinstance(condition, Known):
        return value(reader, node.body if condition.value else node.orelse, names)
    if is_vector(condition):
        raise NotProved("an if on a whole column")
    barrier, reader.barrier = reader.barrier, serial()
    try:
        yes, no = value(reader, node.body, names), value(reader, node.orelse, names)
    finally:
        reader.barrier = barrier
    return joined(condition, yes, no)


def _list(reader: Any, node: Any, names: Names) -> Ref:
    return Ref(Listing(spread(reader, node.elts, names), tuple if isinstance(node, ast.Tuple) else list))


def _set(reader: Any, node: Any, names: Names) -> Ref:
    return Ref(Known({known(one) for one in spread(reader, node.elts, names)}))


def spread(reader: Any, nodes: Any, names: Names) -> list[Ref]:
    """What some expressions give, those with a star each of their elements."""
    found: list[Ref] = []
    for one in nodes:
        if isinstance(one, ast.Starred):
            found.extend(items_of(value(reader, one.value, names)))
        else:
            found.append(value(reader, one, names))
    return found


def _dict(reader: Any, node: Any, names: Names) -> Ref:
    held: dict[Any, Ref] = {}
    for key, one in zip(node.keys, node.values):
        if key is not None:
            held[known(value(reader, key, names))] = value(reader, one, names)
            continue
        other = value(reader, one, names)
        if isinstance(other.value, Mapped):
            held.update(other.value.items)
        else:
            plain = known(other)
            if type(plain) is not dict:
                raise NotProved("`**` of something that is no dict")
            held.update({name: Ref(Known(part)) for name, part in plain.items()})
    return Ref(Mapped(held))


def _lambda(reader: Any, node: Any, names: Names) -> Ref:
    return Ref(closure(reader, node, names))


def closure(reader: Any, node: Any, names: Names) -> Closure:
    """A function that is made here, with what its arguments are by default."""
    around: Any = names
    while around is not None:
        around.captured, around = True, around.above
    places = [one.arg for one in (*getattr(node.args, "posonlyargs", ()), *node.args.args)]
    last = [value(reader, one, names) for one in node.args.defaults]
    defaults = dict(zip(places[len(places) - len(last) :], last))
    for one, default in zip(node.args.kwonlyargs, node.args.kw_defaults):
        if default is not None:
            defaults[one.arg] = value(reader, default, names)
    return Closure(node, names, defaults)


def _text(reader: Any, node: Any, names: Names) -> Ref:
    parts = []
    for one in node.values:
        if isinstance(one, ast.Constant):
            parts.append(str(one.value))
            continue
        found = known(value(reader, one.value, names))
        if one.format_spec is not None or one.conversion != -1 or not isinstance(found, (str, int, float)):
            raise NotProved("a text that is formatted")
        parts.append(format(found))
    return Ref(Known("".join(parts)))


def _comprehension(reader: Any, node: Any, names: Names) -> Ref:
    inner = Names(frozenset(), names.live, names)
    if len(node.generators) == 1:
        one = node.generators[0]
        over = value(reader, one.iter, names)
        if isinstance(over.value, Each) or (isinstance(over.value, Part) and over.value.vector):
            return _each(reader, node, one, over, inner)
        found: list[Any] = []
        _turns(reader, node, 0, inner, found, over)
    else:
        found = []
        _turns(reader, node, 0, inner, found, value(reader, node.generators[0].iter, names))
    if isinstance(node, ast.DictComp):
        return Ref(Mapped(dict(found)))
    if isinstance(node, ast.SetComp):
        return Ref(Known({known(one) for one in found}))
    return Ref(Listing(found))


def _turns(reader: Any, node: Any, depth: int, names: Names, found: list[Any], over: Ref) -> None:
    one = node.generators[depth]
    for item in items_of(over):
        reader.step(node)
        assign(reader, one.target, item, names)
        if not all(known(value(reader, test, names)) for test in one.ifs):
            continue
        if depth + 1 < len(node.generators):
            _turns(
                reader, node, depth + 1, names, found, value(reader, node.generators[depth + 1].iter, names)
            )
        elif isinstance(node, ast.DictComp):
            found.append((known(value(reader, node.key, names)), value(reader, node.value, names)))
        else:
            found.append(value(reader, node.elt, names))


def _each(reader: Any, node: Any, one: Any, over: Ref, names: Names) -> Ref:
    """``[points(x) for x in df["age"]]``: one value a row."""
    if one.ifs or isinstance(node, (ast.DictComp, ast.SetComp)):
        raise NotProved("a comprehension that leaves rows out")
    element = over.value.element if isinstance(over.value, Each) else Ref(vectored(over.value, False))
    barrier, reader.barrier = reader.barrier, serial()
    try:
        assign(reader, one.target, element, names)
        found = value(reader, node.elt, names)
    finally:
        reader.barrier = barrier
    return column_of(found)


def assign(reader: Any, target: Any, what: Ref, names: Names) -> None:
    """Bind a target to an object."""
    if isinstance(target, ast.Name):
        names.held[target.id] = what
    elif isinstance(target, (ast.Tuple, ast.List)):
        parts = list(items_of(what))
        if len(parts) != len(target.elts) or any(isinstance(one, ast.Starred) for one in target.elts):
            raise NotProved("a list is taken apart in another way")
        for one, part in zip(target.elts, parts):
            assign(reader, one, part, names)
    elif isinstance(target, ast.Subscript):
        picking.put(reader, value(reader, target.value, names), _index(reader, target, names), what)
    else:
        raise NotProved("an attribute is set")


def augment(reader: Any, node: ast.AugAssign, names: Names) -> None:
    """``total += points``: a new number, or an array changed in place for all who see it."""
    target: Any = node.target
    more = value(reader, node.value, names)
    if isinstance(target, ast.Name):
        old = names.find(target.id)
        new = operating.binary(reader, type(node.op), old, more)
        plain = old.value
        if (
            isinstance(plain, Known) and isinstance(plain.value, (bool, int, float, str, tuple, np.generic))
        ) or (not isinstance(plain, (Known, Listing, Mapped)) and not is_vector(plain)):
            names.held[target.id] = new
        else:
            picking.change(reader, old, new.value)
    elif isinstance(target, ast.Subscript):
        holder, index = value(reader, target.value, names), _index(reader, target, names)
        old = picking.item(reader, holder, index)
        # the part is changed in place where it can be, and put back in any case
        if is_known(index) and isinstance(holder.value, (Frame, Mapped)):
            old.sole = False
            picking.put(reader, holder, index, operating.binary(reader, type(node.op), old, more))
        else:
            raise NotProved("elements of an array are changed by what they were")
    else:
        raise NotProved("an attribute is set")


def bring(node: Any, names: Names) -> None:
    """An import within a function, of what is loaded."""
    for alias in node.names:
        if isinstance(node, ast.Import):
            found = sys.modules.get(alias.name if alias.asname else alias.name.split(".")[0])
        else:
            found = getattr(sys.modules.get(node.module or ""), alias.name, None)
        if found is None or (isinstance(node, ast.ImportFrom) and node.level):
            raise NotProved(f"{alias.name} is imported")
        names.held[(alias.asname or alias.name).split(".")[0]] = Ref(Known(found))


def entered(reader: Any, node: ast.With, names: Names) -> None:
    """``with np.errstate(...)``: what only concerns warnings."""
    for one in node.items:
        made = one.context_expr
        if not isinstance(made, ast.Call) or one.optional_vars is not None:
            raise NotProved("a with that is not read")
        function = known(value(reader, made.func, names))
        if function is not np.errstate and not _is_of_warnings(function):
            raise NotProved("a with that is not read")
        for part in (*made.args, *(word.value for word in made.keywords)):
            known(value(reader, part, names))


def _is_of_warnings(function: Any) -> bool:
    import warnings

    return function is warnings.catch_warnings


def _call(reader: Any, node: Any, names: Names) -> Ref:
    if any(word.arg is None for word in node.keywords):
        raise NotProved("a call with `**`")
    if isinstance(node.func, ast.Attribute):
        holder = value(reader, node.func.value, names)
        method = picking.method(reader, holder, node.func.attr)
    else:
        holder, method = None, value(reader, node.func, names)
    if len(node.args) == 1 and isinstance(node.args[0], ast.GeneratorExp):
        given = [_comprehension(reader, node.args[0], names)]  # used up at once: nothing changes meanwhile
    else:
        given = spread(reader, node.args, names)
    named = {word.arg: value(reader, word.value, names) for word in node.keywords}
    return call(reader, holder, method, given, named)


_READ: dict[type, Any] = {
    ast.Constant: _constant,
    ast.Name: _name,
    ast.Attribute: _attribute,
    ast.Subscript: _subscript,
    ast.Slice: _slice,
    ast.BinOp: _binary,
    ast.UnaryOp: _unary,
    ast.BoolOp: _bool,
    ast.Compare: _compare,
    ast.IfExp: _if,
    ast.List: _list,
    ast.Tuple: _list,
    ast.Set: _set,
    ast.Dict: _dict,
    ast.Lambda: _lambda,
    ast.JoinedStr: _text,
    ast.ListComp: _comprehension,
    ast.SetComp: _comprehension,
    ast.DictComp: _comprehension,
    ast.Call: _call,
}
