"""Constants in Python source: what stands in one expression with an input is a clue about that input."""

from __future__ import annotations

import ast
import math
from typing import Any, Iterator, Mapping, NamedTuple, Sequence

from .errors import Find
from .folding import fold, head

_CUTS = frozenset(
    ("cut", "digitize", "searchsorted", "between", "isin", "clip", "bisect", "bisect_left", "bisect_right")
)
_COMPARING = frozenset(("minimum", "maximum", "min", "max", "eq", "ne", "lt", "le", "gt", "ge"))
#: What these hold belongs together no more than statements do.
_APART_CALLS = frozenset(("where", "select", "DataFrame", "dict", "print", "apply", "assign", "concat"))
_APART = (ast.stmt, ast.BoolOp, ast.IfExp, ast.Lambda, ast.Dict, ast.comprehension, ast.GeneratorExp)
_APART += (ast.ListComp, ast.DictComp, ast.SetComp, ast.JoinedStr)  # type: ignore[assignment]
_LONGEST_TEXT = 200


class _At(NamedTuple):
    """Where the walk is: which input the expression is about, in what role its constants stand."""

    input: str | None = None
    role: str = "constant"
    indexing: bool = False


def literals(text: str, file: str, inputs: Sequence[str], live: Mapping[str, Sequence[Find]]) -> list[Find]:
    """Numbers and texts of a source, with the input that they are compared with or looked up by.

    ``live`` has what is known of the module's globals: a name beside an input, as in
    ``np.digitize(df.age, EDGES)``, stands for its constants. Raises
    SyntaxError where the text is not Python of this version.
    """
    tree = ast.parse(text)
    return list(_Walk(file, frozenset(inputs), live, tree).walk(tree, _At()))


class _Walk:
    def __init__(
        self, file: str, inputs: frozenset[str], live: Mapping[str, Sequence[Find]], tree: ast.AST
    ) -> None:
        self.file = file
        self.inputs = inputs
        self.live = live
        self.aliases: dict[str, str] = {}
        self.constants: dict[str, list[Any]] = {}
        for node in ast.walk(tree):
            self._note(node)

    def _note(self, node: ast.AST) -> None:
        """``x = df["age"]``: x stands for the input; ``edges = [1, 2]``: edges stands for constants."""
        if not isinstance(node, (ast.Assign, ast.AnnAssign)) or node.value is None:
            return
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        if len(targets) != 1 or not isinstance(targets[0], ast.Name):
            return
        name, value = targets[0].id, fold(node.value)
        if value is not None:
            self.constants[name] = value
        about = self.mentions(node.value)
        if len(about) == 1 and not isinstance(node.value, (ast.Compare, ast.BoolOp, ast.Lambda)):
            self.aliases[name] = about.pop()

    def mentions(self, node: ast.AST) -> set[str]:
        """The inputs that a piece of code names: df["age"], df.age, row.get("age"), age."""
        named = self._column(node)
        if named is not None:
            return {named}
        if isinstance(node, ast.Name):
            known = node.id if node.id in self.inputs else self.aliases.get(node.id)
            return set() if known is None else {known}
        return {name for child in ast.iter_child_nodes(node) for name in self.mentions(child)}

    def _column(self, node: ast.AST) -> str | None:
        if isinstance(node, ast.Attribute):
            return node.attr if node.attr in self.inputs else None
        keys: list[ast.AST] = []
        if isinstance(node, ast.Subscript):
            index = getattr(node.slice, "value", node.slice)  # ast.Index in Python 3.8
            keys = list(index.elts) if isinstance(index, ast.Tuple) else [node.slice, index]
        elif isinstance(node, ast.Call) and head(node) == "get":
            keys = list(node.args[:1])
        names = [one.value for one in keys if isinstance(one, ast.Constant) and one.value in self.inputs]
        return str(names[-1]) if names else None

    def walk(self, node: ast.AST, at: _At) -> Iterator[Find]:
        """Every constant below a node."""
        if isinstance(node, ast.Constant):
            yield from self._emit([node.value], at, node)
            return
        if isinstance(node, ast.Name):
            yield from self._name(node, at)
            return
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            return  # a docstring
        at = self._context(node, at)
        value = fold(node)
        if value is not None:
            yield from self._emit(value, at, node)
            if isinstance(node, (ast.List, ast.Tuple, ast.Set)):
                return
        named = self._column(node) is not None
        for child in ast.iter_child_nodes(node):
            if named and child in _keys(node):
                continue
            yield from self.walk(child, at)

    def _context(self, node: ast.AST, at: _At) -> _At:
        if type(node).__name__ == "Match":  # Python 3.10 and later
            about = self.mentions(node.subject)  # type: ignore[attr-defined]
            return _At(about.pop() if len(about) == 1 else None, "threshold")
        if isinstance(node, _APART) and not (isinstance(node, ast.Dict) and at.input):
            return _At()
        if isinstance(node, ast.Call) and head(node) in _APART_CALLS:
            return _At()
        cut = isinstance(node, ast.Compare) or (
            isinstance(node, ast.Call) and head(node) in _CUTS | _COMPARING
        )
        if not isinstance(node, (ast.Compare, ast.Call, ast.BinOp, ast.UnaryOp, ast.Subscript)):
            return at
        about = self.mentions(node)
        role = "threshold" if cut else at.role
        if len(about) > 1:
            return _At(None, role if cut else "constant")
        name = about.pop() if about else at.input
        return _At(name, role, isinstance(node, ast.Subscript))

    def _name(self, node: ast.Name, at: _At) -> Iterator[Find]:
        if at.input is None or node.id in self.inputs or node.id in self.aliases:
            return
        known = self.live.get(node.id)
        values = self.constants.get(node.id, []) if known is None else [find.value for find in known]
        if at.indexing:  # POINTS[df.level]: the keys are looked up, the points are not
            values = [one for one in values if isinstance(one, str)]
        yield from self._emit(values, at, node, f" ({node.id})")

    def _emit(self, values: Sequence[Any], at: _At, node: ast.AST, note: str = "") -> Iterator[Find]:
        origin = f"{self.file}:{getattr(node, 'lineno', 0)}{note}"
        for value in values:
            if isinstance(value, str):
                if len(value) <= _LONGEST_TEXT:
                    yield Find(value, "level" if at.input else "constant", at.input, origin)
            elif isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value):
                yield Find(value, at.role, at.input, origin)


def _keys(node: ast.AST) -> list[ast.AST]:
    """The part of ``df["age"]`` or ``row.get("age")`` that is only the input's name."""
    if isinstance(node, ast.Subscript):
        return [node.slice]
    return list(node.args[:1]) if isinstance(node, ast.Call) else []
