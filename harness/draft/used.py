"""Which columns the sources of a model use, as far as their text shows it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Sequence

from harness.draft.functions import Function


def named_columns(columns: Iterable[str], texts: Sequence[str]) -> tuple[str, ...]:
    """The columns whose names stand in one of some sources as a whole word."""
    return tuple(name for name in columns if any(_stands_in(name, text) for text in texts))


def _stands_in(name: str, text: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text) is not None


def columns_of_frame(text: str, function: Function, runtime: str) -> tuple[str, ...]:
    """The columns that a source takes by name from the frame that its function gets."""
    frame = (*function.required, *function.optional)[0]
    return _r_columns(text, frame) if runtime == "r" else _python_columns(text, frame)


def _r_columns(text: str, frame: str) -> tuple[str, ...]:
    """``df$name``, ``df$`name``` or ``df[["name"]]``, but not what the source itself adds to the frame."""
    access = re.compile(
        rf"(?<![\w.]){re.escape(frame)}\s*(?:\$\s*(?P<bare>[A-Za-z.][\w.]*)|\$\s*`(?P<ticked>[^`]+)`"
        rf"|\[\[?\s*,?\s*(?P<quote>[\"'])(?P<text>[^\"']+)(?P=quote)\s*\]\]?)(?P<assigned>\s*(?:<-|=(?!=)))?"
    )
    own: set[str] = set()
    found: list[str] = []
    for line in re.sub(r"#[^\n]*", "", text).splitlines():
        matches = list(access.finditer(line))
        read = [_r_name(match) for match in matches if match["assigned"] is None]
        found += [name for name in read if name not in own]
        # what is made from itself (df$age <- pmin(df$age, 99)) came with the frame
        own.update({_r_name(match) for match in matches if match["assigned"] is not None} - set(found))
    return tuple(dict.fromkeys(found))


def _r_name(match: re.Match[str]) -> str:
    return match["bare"] or match["ticked"] or match["text"]


def _python_columns(text: str, frame: str) -> tuple[str, ...]:
    """``df["name"]`` or ``df[["a", "b"]]``, where it is read."""
    keys: list[ast.expr] = []
    for node in ast.walk(ast.parse(text)):
        if not (isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load)):
            continue
        if isinstance(node.value, ast.Name) and node.value.id == frame:
            keys += node.slice.elts if isinstance(node.slice, ast.List) else [node.slice]
    keys.sort(key=lambda one: (one.lineno, one.col_offset))
    texts = (one.value for one in keys if isinstance(one, ast.Constant))
    return tuple(dict.fromkeys(text for text in texts if isinstance(text, str)))
