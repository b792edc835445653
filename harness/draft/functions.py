"""The functions that an R or Python source defines at its top, found without running it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.draft.problems import DraftError

#: The name that is taken where a source defines several functions and none is asked for.
USUAL = "score"

_R_DEFINITION = re.compile(r"(?<![\w.$@])`?(?P<name>[A-Za-z.][\w.]*)`?\s*(?:<-|=)\s*(?:function|\\)\s*\(")
_R_TEXT = re.compile(r"""r"\((?:.|\n)*?\)"|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|#[^\n]*""")


@dataclass(frozen=True, slots=True)
class Function:
    """A function that a source defines: its name, and its parameters, those without a default first."""

    name: str
    required: tuple[str, ...]
    optional: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.name}({', '.join((*self.required, *(f'{name} = ...' for name in self.optional)))})"

    @property
    def takes_model(self) -> bool:
        """Whether it cannot be called with the frame alone."""
        return len(self.required) > 1


def choose_function(path: Path, found: Sequence[Function], call: str | None) -> Function:
    """The function to call: the one asked for, the only one, or the one named ``score``.

    Raises DraftError that lists those there are.
    """
    listed = ", ".join(map(str, found))
    if not found:
        raise DraftError(f"{path}: it defines no function; write one that takes the rows: {USUAL}(df)")
    wanted = call or (found[0].name if len(found) == 1 else USUAL)
    for one in reversed(found):  # a later definition replaces an earlier one
        if one.name == wanted:
            return _callable(path, one)
    if call is not None:
        raise DraftError(f"{path}: it defines no function named {call!r} (there are: {listed})")
    raise DraftError(
        f"{path}: it defines {len(found)} functions, and none is named {USUAL!r}; "
        f"say which one to call with --call (there are: {listed})"
    )


def _callable(path: Path, one: Function) -> Function:
    parameters = len(one.required) + len(one.optional)
    if parameters == 0 or len(one.required) > 2:
        raise DraftError(
            f"{path}: {one} cannot be called: a function takes the rows, or the rows and a stored model"
        )
    return one


def functions_in(path: Path, runtime: str) -> tuple[Function, ...]:
    """The functions that a source for the runtime r or python defines at its top, in its order.

    Raises DraftError where it cannot be read.
    """
    text = read_source(path)
    return tuple(_python_functions(path, text) if runtime == "python" else _r_functions(text))


def read_source(path: Path) -> str:
    """The text of a source. Raises DraftError where it is absent or not in UTF-8."""
    try:
        return path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise DraftError(f"{path}: cannot be read: {error.strerror}; correct the path") from None
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise DraftError(f"{path}:{line}: not in UTF-8; save the file as UTF-8") from None


def _python_functions(path: Path, text: str) -> Iterator[Function]:
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError) as error:
        line = f":{error.lineno}" if isinstance(error, SyntaxError) else ""
        raise DraftError(f"{path}{line}: not valid Python: {error.args[0]}") from None
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            yield _python_function(node.name, node.args)
        elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Lambda):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    yield _python_function(target.id, node.value.args)


def _python_function(name: str, arguments: ast.arguments) -> Function:
    names = [one.arg for one in (*arguments.posonlyargs, *arguments.args)]
    with_default = len(arguments.defaults)
    cut = len(names) - with_default
    return Function(name, tuple(names[:cut]), tuple(names[cut:]))


def _r_functions(text: str) -> Iterator[Function]:
    """Definitions outside of all brackets. Text and comments are blanked first, so that none is mistaken."""
    blank = _R_TEXT.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), text)
    depth, at = 0, 0
    starts = {match.start(): match for match in _R_DEFINITION.finditer(blank)}
    while at < len(blank):
        match = starts.get(at) if depth == 0 else None
        if match is not None:
            end = _closing(blank, match.end() - 1)
            yield _r_function(match["name"], blank[match.end() : end])
            at = end
        else:
            depth += (blank[at] in "({[") - (blank[at] in ")}]")
        at += 1


def _closing(text: str, opening: int) -> int:
    """Where the bracket that opens at a place is closed; the end of the text if nowhere."""
    depth = 0
    for at in range(opening, len(text)):
        depth += (text[at] in "({[") - (text[at] in ")}]")
        if depth == 0:
            return at
    return len(text)


def _r_function(name: str, parameters: str) -> Function:
    depth, part, parts = 0, "", []
    for letter in parameters + ",":
        depth += (letter in "({[") - (letter in ")}]")
        if letter == "," and depth == 0:
            parts.append(part.strip())
            part = ""
        else:
            part += letter
    given = [one for one in parts if one and one != "..."]
    required = tuple(one for one in given if "=" not in one)
    return Function(name, required, tuple(one.split("=")[0].strip() for one in given if "=" in one))
