"""Read the statements of a form as they would run for any row: see ``rowwise`` for what is known meanwhile.

Where a condition depends on the rows, both ways are followed and what they leave is put together again.
Statements behind a condition that may return run once for each way.
"""

from __future__ import annotations

import ast
import types
from typing import Any, Callable, Iterable, Mapping, NamedTuple, Sequence

from ..opening import Input
from . import calling, evaluating
from .holding import Closure, Each, Listing, Names, Raised, Ref, Whole, items_of, joined, row_value, serial
from .rowwise import BOOL, NUMBER, TEXT, Known, Ledger, NotProved, Part, is_vector
from .sourced import Sources, assigned

MOST_STEPS = 400_000
_DEEPEST = 30
_JUMPS = (ast.Return, ast.Break, ast.Continue, ast.Raise)
_BUT = (ast.FunctionDef, ast.Lambda)

_Then = Callable[[Names], Ref]


class Ways(NamedTuple):
    """What comes after the statements at hand: where they fall through, break off a loop, or go on in it."""

    fall: _Then
    stop: _Then | None = None
    go_on: _Then | None = None


class Reader:
    """Reads functions of a form; what it meets of comparisons is in ``ledger``."""

    def __init__(self, inputs: Iterable[Input], own: Iterable[Mapping[str, Any]]) -> None:
        self.inputs = {one.name: one for one in inputs}
        self.own = [id(one) for one in own]  # the globals of the form's modules
        self.ledger = Ledger()
        self.sources = Sources()
        self.steps = 0
        self.depth = 0
        self.barrier = 0  # what is older may not be changed in place: a condition, or a loop, is around
        self.loop = 0  # the barrier of the loop over rows that is read
        self.outside = 0  # and the one around it
        self.line = 0

    def column(self, name: str, vector: bool = True) -> Part:
        """An input as it stands in the frame."""
        one = self.inputs[name]
        if one.kind in ("float", "int"):
            return Part(name, NUMBER, True, vector, pure=True)
        if one.kind == "bool":
            return Part(name, BOOL, False, vector)
        if one.kind == "category" and not one.unseen:
            return Part(name, TEXT, False, vector, coded=True)
        if one.kind in ("category", "string"):
            return Part(name, TEXT, True, vector)
        raise NotProved(f"{name} is a {one.kind}")

    def step(self, node: ast.AST) -> None:
        """Count a piece of code that is read. Raises NotProved where it gets too much."""
        self.steps += 1
        self.line = getattr(node, "lineno", self.line)
        if self.steps > MOST_STEPS:
            raise NotProved("there is too much to read")

    # -- functions

    def invoke(self, function: Ref, given: Sequence[Ref]) -> Ref:
        """What some function gives for some arguments."""
        return calling.call(self, None, function, given, {})

    def call(self, function: Any, given: Sequence[Ref], named: Mapping[str, Ref]) -> Ref:
        """What a function of the form gives for some arguments."""
        if self.depth >= _DEEPEST:
            raise NotProved("functions call each other too deeply")
        self.depth += 1
        line = self.line
        if isinstance(function, Closure):
            found = self._run(function.node, function.names, given, named, function.defaults)
        else:
            found = self._live(function, given, named)
        self.depth, self.line = self.depth - 1, line
        return found

    def _live(self, function: types.FunctionType, given: Sequence[Ref], named: Mapping[str, Ref]) -> Ref:
        if id(function.__globals__) not in self.own:
            raise NotProved(f"{function.__qualname__}() is of {function.__module__}, which is not read")
        node = self.sources.tree_of(function)
        around = Names(frozenset(), function.__globals__)
        for name, cell in zip(function.__code__.co_freevars, function.__closure__ or ()):
            try:
                around.free[name] = cell.cell_contents
            except ValueError:
                raise NotProved(f"{name} has no value yet") from None
        arguments = [one.arg for one in (*getattr(node.args, "posonlyargs", ()), *node.args.args)]
        last = function.__defaults__ or ()
        defaults = dict(zip(arguments[len(arguments) - len(last) :], last))
        defaults.update(function.__kwdefaults__ or {})
        return self._run(node, around, given, named, {name: Ref(Known(v)) for name, v in defaults.items()})

    def _run(
        self,
        node: Any,
        around: Names,
        given: Sequence[Ref],
        named: Mapping[str, Ref],
        defaults: Mapping[str, Ref],
    ) -> Ref:
        names = Names(assigned(node), around.live, around)
        names.held = _bound(node.args, given, named, defaults)
        if isinstance(node, ast.Lambda):
            return evaluating.value(self, node.body, names)
        return self.block(node.body, names, Ways(lambda _: Ref(Known(None))))

    # -- statements

    def _going_on(self, rest: Sequence[ast.stmt], ways: Ways) -> Callable[[Names], Ref]:
        return lambda after: self.block(rest, after, ways)

    def block(self, body: Sequence[ast.stmt], names: Names, ways: Ways) -> Ref:
        """What the function returns that goes on with some statements."""
        for number, one in enumerate(body):
            self.step(one)
            if isinstance(one, (ast.If, ast.For, ast.With)):
                rest = body[number + 1 :]
                return self._compound(one, names, ways, self._going_on(rest, ways))
            if isinstance(one, ast.Return):
                return Ref(Known(None)) if one.value is None else evaluating.value(self, one.value, names)
            if isinstance(one, ast.Raise):
                return Ref(Raised())
            if isinstance(one, (ast.Break, ast.Continue)):
                after = ways.stop if isinstance(one, ast.Break) else ways.go_on
                if after is None:
                    raise NotProved("a loop over rows is broken off")
                return after(names)
            self._simple(one, names)
        return ways.fall(names)

    def _simple(self, one: ast.stmt, names: Names) -> None:
        if isinstance(one, ast.Expr):
            evaluating.value(self, one.value, names)
        elif isinstance(one, ast.Assign):
            value = evaluating.value(self, one.value, names)
            for target in one.targets:
                evaluating.assign(self, target, value, names)
        elif isinstance(one, ast.AnnAssign):
            if one.value is not None:
                evaluating.assign(self, one.target, evaluating.value(self, one.value, names), names)
        elif isinstance(one, ast.AugAssign):
            evaluating.augment(self, one, names)
        elif isinstance(one, ast.FunctionDef):
            if one.decorator_list:
                raise NotProved(f"{one.name}() is decorated")
            names.held[one.name] = Ref(evaluating.closure(self, one, names))
        elif isinstance(one, ast.Assert):
            self._guard(evaluating.value(self, one.test, names))
        elif isinstance(one, (ast.Import, ast.ImportFrom)):
            evaluating.bring(one, names)
        elif not isinstance(one, ast.Pass):
            raise NotProved(f"a statement that is not read: {type(one).__name__.lower()}")

    def _guard(self, test: Ref) -> None:
        """A condition under which a form goes on: else it refuses the row."""
        if not isinstance(test.value, Whole):
            self.condition(test)

    def _compound(self, one: Any, names: Names, ways: Ways, rest: _Then) -> Ref:
        if isinstance(one, ast.With):
            evaluating.entered(self, one, names)
            return self.block(one.body, names, ways._replace(fall=rest))
        if isinstance(one, ast.For):
            return self._for(one, names, ways, rest)
        test = evaluating.value(self, one.test, names)
        if isinstance(test.value, Whole):
            if not (one.body and isinstance(one.body[-1], ast.Raise)) or one.orelse:
                raise NotProved("what holds for any row of the batch decides for all")
            return rest(names)
        condition = self.condition(test)
        if isinstance(condition, Known):
            return self.block(one.body if condition.value else one.orelse, names, ways._replace(fall=rest))
        if is_vector(condition):
            raise NotProved("an if on a whole column")
        return self._fork(one, condition, names, ways, rest)

    def condition(self, ref: Ref) -> Any:
        """A value as a condition: known, or not raw."""
        value = row_value(ref) if not isinstance(ref.value, (Listing,)) else Known(bool(ref.value.items))
        if isinstance(value, Known):
            return Known(bool(value.value))
        if isinstance(value, Part) and value.raw:
            self.ledger.compare(value, "" if value.kind == TEXT else 0.0)
            return Part(value.input, BOOL, vector=value.vector)
        return value

    def _fork(self, one: ast.If, condition: Any, names: Names, ways: Ways, rest: _Then) -> Ref:
        barrier, self.barrier = self.barrier, serial()
        try:
            if _jumps([*one.body, *one.orelse]):
                after = ways._replace(fall=rest)
                yes = self.block(one.body, names.fork(), after)
                return joined(condition, yes, self.block(one.orelse, names.fork(), after))
            first = self._straight(one.body, names.fork())
            second = self._straight(one.orelse, names.fork())
        finally:
            self.barrier = barrier
        held = {}
        for name in first.held.keys() & second.held.keys():
            held[name] = joined(condition, first.held[name], second.held[name])
        names.held = held
        return rest(names)

    def _straight(self, body: Sequence[ast.stmt], names: Names) -> Names:
        """The names after statements that jump nowhere."""
        left: list[Names] = []

        def fall(after: Names) -> Ref:
            left.append(after)
            return Ref(Known(None))

        self.block(body, names, Ways(fall))
        if len(left) != 1:
            raise NotProved("a loop that ends in several ways")
        return left[0]

    def _for(self, one: ast.For, names: Names, ways: Ways, rest: _Then) -> Ref:
        if one.orelse:
            raise NotProved("a for with an else")
        over = evaluating.value(self, one.iter, names)
        if isinstance(over.value, Each):
            return rest(self._rows(one, over.value, names))
        items = list(items_of(over))
        if not _jumps(one.body):
            for item in items:
                evaluating.assign(self, one.target, item, names)
                names = self._straight(one.body, names)
            return rest(names)

        def turn(number: int, names: Names) -> Ref:
            if number == len(items):
                return rest(names)
            self.step(one)
            evaluating.assign(self, one.target, items[number], names)

            def on(after: Names) -> Ref:
                return turn(number + 1, after)

            return self.block(one.body, names, Ways(on, rest, on))

        return turn(0, names)

    def _rows(self, one: ast.For, over: Each, names: Names) -> Names:
        """A loop over rows: read once, for any row, which sees nothing of the others."""
        if _jumps(one.body) or self.loop:
            raise NotProved("a loop over rows that jumps, or within another")
        bound = frozenset(_stored(one))
        for name in bound:
            names.held.pop(name, None)
        names.own = names.own | bound
        barrier, self.barrier = self.barrier, serial()
        self.loop, self.outside = self.barrier, barrier
        try:
            evaluating.assign(self, one.target, over.element, names)
            names = self._straight(one.body, names)
        finally:
            self.barrier, self.loop = barrier, 0
        for name in bound:
            names.held.pop(name, None)
        return names


def _stored(node: ast.AST) -> list[str]:
    return [one.id for one in ast.walk(node) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)]


def _jumps(body: Sequence[ast.AST]) -> bool:
    pending = list(body)
    while pending:
        one = pending.pop()
        if isinstance(one, _JUMPS):
            return True
        if not isinstance(one, _BUT):
            pending.extend(ast.iter_child_nodes(one))
    return False


def _bound(
    arguments: ast.arguments, given: Sequence[Ref], named: Mapping[str, Ref], defaults: Mapping[str, Ref]
) -> dict[str, Ref]:
    """The names of a function's arguments with what was given for them."""
    places = [one.arg for one in (*getattr(arguments, "posonlyargs", ()), *arguments.args)]
    held = dict(zip(places, given))
    if len(given) > len(places):
        if arguments.vararg is None:
            raise NotProved("a function gets more than it takes")
        held[arguments.vararg.arg] = Ref(Listing(list(given[len(places) :]), tuple))
    elif arguments.vararg is not None:
        held[arguments.vararg.arg] = Ref(Listing([], tuple))
    if arguments.kwarg is not None:
        raise NotProved("a function takes arguments of any name")
    only = [one.arg for one in arguments.kwonlyargs]
    for name, one in named.items():
        if name in held or name not in (*places, *only):
            raise NotProved(f"a function gets {name} otherwise than it takes it")
        held[name] = one
    for name in (*places, *only):
        if name not in held:
            if name not in defaults:
                raise NotProved(f"a function gets no {name}")
            held[name] = defaults[name]
    return held
