"""A source compiled so that it is seen: its comparisons, arithmetic and steps become calls that note how they
came out. A worker that watches is asked nothing else."""

from __future__ import annotations

import ast
import builtins
import sys
from importlib.machinery import FileFinder, SourceFileLoader
from typing import Any

from . import sightings
from .watch import Watch

_COMPARE = "__parity_compare__"
_CALL = "__parity_call__"
_COUNT = "__parity_count__"


def install(watch: Watch, folder: str) -> None:
    """From here on, modules that are loaded from a folder are watched."""
    vars(builtins).update(
        {
            _COMPARE: lambda site, op, left, right: sightings.compare(watch, site, op, left, right),
            _CALL: lambda site, name, function: sightings.call(watch, site, name, function),
            _COUNT: lambda site, op, left, right: sightings.count(watch, site, op, left, right),
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
        if len(node.ops) > 1:
            return (
                self.visit(_pairwise(node))
                if all(map(_plain, node.comparators))
                else self.generic_visit(node)
            )
        text = ast.unparse(node)
        self.generic_visit(node)
        if type(node.ops[0]).__name__ not in sightings.OPERATORS:
            return node
        if self.inside:
            self.watch.site(text, 1, True)
        name = ast.Constant(type(node.ops[0]).__name__)
        return _made(node, _COMPARE, [ast.Constant(text), name, node.left, node.comparators[0]])

    def visit_BinOp(self, node: ast.BinOp) -> Any:
        text = ast.unparse(node)
        self.generic_visit(node)
        if type(node.op).__name__ not in (*sightings.ARITHMETIC, *sightings.JOINED):
            return node
        name = ast.Constant(type(node.op).__name__)
        return _made(node, _COUNT, [ast.Constant(text), name, node.left, node.right])

    def visit_Call(self, node: ast.Call) -> Any:
        text = ast.unparse(node)
        self.generic_visit(node)
        function = node.func
        name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", None)
        if name not in sightings.CALLS:
            return node
        node.func = _made(node, _CALL, [ast.Constant(text), ast.Constant(name), function])
        return node


def _made(node: Any, name: str, arguments: list[ast.expr]) -> Any:
    return ast.copy_location(ast.Call(ast.Name(name, ast.Load()), arguments, []), node)


def _pairwise(node: ast.Compare) -> ast.AST:
    """``a < x <= b`` as ``a < x and x <= b``."""
    terms = [node.left, *node.comparators]
    pairs: list[ast.expr] = [
        ast.copy_location(ast.Compare(terms[i], [op], [terms[i + 1]]), node) for i, op in enumerate(node.ops)
    ]
    return ast.copy_location(ast.BoolOp(ast.And(), pairs), node)


def _plain(node: ast.expr) -> bool:
    """Whether an expression can be evaluated twice without anybody noticing."""
    return isinstance(node, (ast.Name, ast.Constant, ast.Attribute))
