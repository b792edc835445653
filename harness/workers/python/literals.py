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
    return list(_Walk(file, frozenset(inputs), live, tree).finds())


class _Walk:
    def __init__(
        self, file: str, inputs: frozenset[str], live: Mapping[str, Sequence[Find]], tree: ast.AST
    ) -> None:
        self.file = file
        self.inputs = inputs
        self.live = live
        self.tree = tree
        self.aliases: dict[str, str] = {}
        self.constants: dict[str, list[Any]] = {}
        # children before their parents, and no recursion: generated code nests thousands of levels deep
        nodes = list(ast.walk(tree))[::-1]
        self._free = _with_names(nodes)
        self._mentions = self._mentioned(nodes)
        for node in reversed(nodes):
            self._note(node)
        if self.aliases:
            self._mentions = self._mentioned(nodes)

    def _note(self, node: ast.AST) -> None:
        """``x = df["age"]``: x stands for the input; ``edges = [1, 2]``: edges stands for constants."""
        if not isinstance(node, (ast.Assign, ast.AnnAssign)) or node.value is None:
            return
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        if len(targets) != 1 or not isinstance(targets[0], ast.Name):
            return
        name, value = targets[0].id, self._fold(node.value)
        if value is not None:
            self.constants[name] = value
        about = self._mentions[node.value]
        if len(about) == 1 and not isinstance(node.value, (ast.Compare, ast.BoolOp, ast.Lambda)):
            (self.aliases[name],) = about

    def _fold(self, node: ast.AST) -> list[Any] | None:
        return None if node in self._free else fold(node)

    def _mentioned(self, nodes: Sequence[ast.AST]) -> dict[ast.AST, frozenset[str]]:
        """For each node the inputs that it names: df["age"], df.age, row.get("age"), age."""
        found: dict[ast.AST, frozenset[str]] = {}
        for node in nodes:
            named = self._column(node)
            if named is None and isinstance(node, ast.Name):
                named = node.id if node.id in self.inputs else self.aliases.get(node.id)
            below = [] if named else [found[child] for child in ast.iter_child_nodes(node)]
            found[node] = frozenset((named,)) if named else frozenset().union(*below)
        return found

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

    def finds(self) -> Iterator[Find]:
        """Every constant of the source, in its order."""
        pending: list[tuple[ast.AST, _At]] = [(self.tree, _At())]
        while pending:
            node, at = pending.pop()
            if isinstance(node, ast.Constant):
                yield from self._emit([node.value], at, node)
            elif isinstance(node, ast.Name):
                yield from self._name(node, at)
            elif not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)):  # a docstring
                inner = self._context(node, at)
                value = self._fold(node)
                yield from self._emit(value or (), inner, node)
                if value is None or not isinstance(node, (ast.List, ast.Tuple, ast.Set)):
                    pending.extend((child, inner) for child in reversed(self._below(node)))

    def _below(self, node: ast.AST) -> list[ast.AST]:
        """The parts of a node, without what is only an input's name."""
        skipped = _keys(node) if self._column(node) is not None else []
        return [child for child in ast.iter_child_nodes(node) if child not in skipped]

    def _context(self, node: ast.AST, at: _At) -> _At:
        if type(node).__name__ == "Match":  # Python 3.10 and later
            about = self._mentions[node.subject]  # type: ignore[attr-defined]
            return _At(next(iter(about)) if len(about) == 1 else None, "threshold")
        if isinstance(node, _APART) and not (isinstance(node, ast.Dict) and at.input):
            return _At()
        if isinstance(node, ast.Call) and head(node) in _APART_CALLS:
            return _At()
        cut = isinstance(node, ast.Compare) or (
            isinstance(node, ast.Call) and head(node) in _CUTS | _COMPARING
        )
        if not isinstance(node, (ast.Compare, ast.Call, ast.BinOp, ast.UnaryOp, ast.Subscript)):
            return at
        about = self._mentions[node]
        role = "threshold" if cut else at.role
        if len(about) > 1:
            return _At(None, role if cut else "constant")
        name = next(iter(about), at.input)
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


def _with_names(nodes: Sequence[ast.AST]) -> set[ast.AST]:
    """The nodes whose value depends on a name (other than that of a called function)."""
    found: set[ast.AST] = set()
    for node in nodes:
        own = node.func if isinstance(node, ast.Call) else None
        below = (child for child in ast.iter_child_nodes(node) if child is not own)
        if isinstance(node, ast.Name) or any(child in found for child in below):
            found.add(node)
    return found


def _keys(node: ast.AST) -> list[ast.AST]:
    """The part of ``df["age"]`` or ``row.get("age")`` that is only the input's name."""
    if isinstance(node, ast.Subscript):
        return [node.slice]
    return list(node.args[:1]) if isinstance(node, ast.Call) else []
