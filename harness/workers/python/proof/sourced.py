"""The source of a live function: its syntax tree, where it surely is what the function was made from."""

from __future__ import annotations

import ast
import types
from pathlib import Path
from typing import Any, Iterator, Union

from .rowwise import NotProved

Function = Union[ast.FunctionDef, ast.Lambda]


class Sources:
    """The syntax trees of the files of a form, each read once."""

    def __init__(self) -> None:
        self._files: dict[str, tuple[ast.AST, list[types.CodeType]]] = {}

    def tree_of(self, function: types.FunctionType) -> Function:
        """The definition of a function. Raises NotProved where its code is not that of its file."""
        code = function.__code__
        tree, codes = self._file(code.co_filename)
        if code not in codes:
            raise NotProved(f"{function.__name__}() is not as its source says")
        found = [one for one in ast.walk(tree) if _defines(one, code)]
        if len(found) != 1:
            raise NotProved(f"{function.__name__}(): its source cannot be told")
        node: Function = found[0]  # type: ignore[assignment]
        return node

    def _file(self, name: str) -> tuple[ast.AST, list[types.CodeType]]:
        if name not in self._files:
            try:
                text = Path(name).read_bytes()
                tree = ast.parse(text)
                codes = list(_codes(compile(text, name, "exec", dont_inherit=True)))
            except (OSError, SyntaxError, ValueError, RecursionError):
                raise NotProved(f"there is no source {name!r} to read") from None
            self._files[name] = tree, codes
        return self._files[name]


def _codes(code: types.CodeType) -> Iterator[types.CodeType]:
    yield code
    for one in code.co_consts:
        if isinstance(one, types.CodeType):
            yield from _codes(one)


def _defines(node: ast.AST, code: types.CodeType) -> bool:
    if isinstance(node, ast.Lambda):
        return code.co_name == "<lambda>" and node.lineno == code.co_firstlineno
    if not isinstance(node, ast.FunctionDef):
        return False
    first = min([node.lineno, *(one.lineno for one in node.decorator_list)])
    return node.name == code.co_name and first == code.co_firstlineno


def assigned(node: Function) -> frozenset[str]:
    """The names that a function binds itself: they are its own, wherever they are read."""
    body: list[Any] = [node.body] if isinstance(node, ast.Lambda) else list(node.body)
    names = {one.arg for one in ast.walk(node.args) if isinstance(one, ast.arg)}
    while body:
        one = body.pop()
        if isinstance(one, (ast.FunctionDef, ast.ClassDef, ast.AsyncFunctionDef)):
            names.add(one.name)
            continue
        if isinstance(one, ast.Lambda):
            continue
        if isinstance(one, (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)):
            body.extend(_walrus(one))
            continue
        if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store):
            names.add(one.id)
        elif isinstance(one, (ast.Import, ast.ImportFrom)):
            names.update((alias.asname or alias.name).split(".")[0] for alias in one.names)
        elif isinstance(one, ast.ExceptHandler) and one.name:
            names.add(one.name)
        body.extend(ast.iter_child_nodes(one))
    return frozenset(names)


def _walrus(node: ast.AST) -> list[ast.AST]:
    return [one for one in ast.walk(node) if isinstance(one, ast.NamedExpr)]
