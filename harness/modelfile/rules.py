"""Expressions over inputs, as ``constraints`` and the ``where`` of a waiver hold them.

They are in the syntax of pandas' ``DataFrame.query``: checked here, evaluated by the search.
"""

from __future__ import annotations

import ast
import keyword
import re
import warnings
from collections.abc import Iterator, Sequence

from harness.modelfile.problems import unknown
from harness.schema import Input, Kind, Scalar, Schema

#: The functions that pandas knows in a query.
FUNCTIONS = (
    *("abs", "sqrt", "exp", "expm1", "log", "log10", "log1p", "floor", "ceil", "sin", "cos", "tan"),
    *("arcsin", "arccos", "arctan", "arctan2", "sinh", "cosh", "tanh", "arcsinh", "arccosh", "arctanh"),
)

_TOKEN = re.compile(r"""'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|`(?P<name>[^`]*)`""", re.DOTALL)
_PLACEHOLDER = "backtick_quoted_{}_"
_GRAMMAR: tuple[type[ast.AST], ...] = (
    *(ast.Expression, ast.BoolOp, ast.boolop, ast.UnaryOp, ast.unaryop, ast.BinOp, ast.operator),
    *(ast.Compare, ast.cmpop, ast.Call, ast.keyword, ast.Attribute, ast.Name, ast.Load),
    *(ast.Constant, ast.List, ast.Tuple),
)


class RuleError(ValueError):
    """An expression cannot be used. The text says why, and what to write."""


def one_line(rule: str) -> str:
    """The expression on one line: pandas takes no other, but a model file may break it."""
    return " ".join(part.strip() for part in rule.strip().splitlines())


def check_names(rule: str, inputs: Sequence[str]) -> None:
    """Raise RuleError unless an expression parses and speaks of nothing but these inputs."""
    quoted: list[str] = []

    def stand_in(match: re.Match[str]) -> str:
        if match["name"] is None:
            return match[0]
        quoted.append(match["name"])
        return _PLACEHOLDER.format(len(quoted) - 1)

    source = _TOKEN.sub(stand_in, rule)
    if "@" in _TOKEN.sub("", rule):
        raise RuleError("names a Python variable with @; a rule sees the inputs only")
    try:
        tree = ast.parse(source, mode="eval")
    except (SyntaxError, ValueError, RecursionError) as error:
        reason = error.msg if isinstance(error, SyntaxError) else str(error)
        raise RuleError(f"is not an expression ({reason}){_hint(source, inputs)}") from None
    names = {_PLACEHOLDER.format(index): name for index, name in enumerate(quoted)}
    for name in _free_names(tree):
        plain = names.get(name, name)
        if plain not in inputs:
            raise RuleError(f"speaks of {plain!r}, which is no input{unknown(plain, inputs)}")


def _hint(source: str, inputs: Sequence[str]) -> str:
    odd = [name for name in inputs if keyword.iskeyword(name) or not name.isidentifier()]
    bare = next((name for name in odd if name in source), None)
    if bare is not None:
        return f"; write `{bare}` in backticks"
    return "; compare with == instead of =" if re.search(r"[^=!<>]=[^=]", source) else ""


def _free_names(tree: ast.AST) -> Iterator[str]:
    functions: set[ast.AST] = set()
    for node in ast.walk(tree):
        if not isinstance(node, _GRAMMAR) or isinstance(node, ast.Is | ast.IsNot):
            what = type(node).__name__
            raise RuleError(f"holds what a pandas query does not take ({what}); compare inputs and constants")
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            functions.add(node.func)
            if node.func.id not in FUNCTIONS:
                raise RuleError(
                    f"calls {node.func.id!r}, which is no function{unknown(node.func.id, FUNCTIONS)}"
                )
        if isinstance(node, ast.Name) and node not in functions:
            yield node.id


def check_evaluation(rule: str, inputs: Sequence[Input]) -> None:
    """Raise RuleError unless pandas can evaluate an expression on rows of these inputs to true or false."""
    import pandas as pd

    from harness.workers.columns import frame

    schema = Schema(tuple(inputs))
    rows = frame(schema.batch({one.name: _ends(one) for one in inputs}), schema)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            result = rows.eval(rule, engine="python")
        # pandas raises whatever the operations on its columns raise
        except Exception as error:
            raise RuleError(f"cannot be evaluated: {type(error).__name__}: {error}") from None
    values = result if isinstance(result, pd.Series) else pd.Series([result])
    if not pd.api.types.is_bool_dtype(values.dtype):
        raise RuleError("is neither true nor false; write a comparison")


def _ends(one: Input) -> tuple[Scalar, Scalar]:
    """Two legal values of an input."""
    if one.kind is Kind.BOOL:
        return False, True
    if one.kind is Kind.CATEGORY:
        return one.levels[0], one.levels[-1]
    return one.bounds or ("", "a")
