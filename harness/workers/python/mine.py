"""Constants of a Python form: its source, the live globals of its modules, its model."""

from __future__ import annotations

import math
import sys
import types
from pathlib import Path
from typing import Any, Iterator, Mapping, Sequence

import numpy as np

from .errors import Find
from .literals import literals

MOST = 5_000
_MOST_LITERALS = 50_000
_DEEPEST = 8
_LONGEST_TEXT = 200
_STANDARD = getattr(sys, "stdlib_module_names", frozenset(("logging", "re", "threading", "random", "io")))


def form(module: Any, model: Any, inputs: Sequence[str]) -> list[Find]:
    """What the form's own modules hold (the one that it names, and those beside it), and its model.

    At most MOST values of each object and of the model. What cannot be read is left out.
    """
    found: list[Find] = []
    for one in own_modules(module):
        live = _globals(one, inputs)
        found.extend(_source(one, inputs, live))
        found.extend(find for finds in live.values() for find in finds)
    if model is not None:
        found.extend(value(model, "model", inputs))
    return found


def own_modules(module: Any) -> list[Any]:
    """The form's module first, then the others that were loaded from the model's folder."""
    folder = str(Path.cwd())
    beside = [
        one
        for one in list(sys.modules.values())
        if isinstance(one, types.ModuleType) and _is_own(getattr(one, "__file__", None), folder)
    ]
    return [module, *(one for one in beside if one is not module)]


def _is_own(file: Any, folder: str) -> bool:
    if not isinstance(file, str) or not file.startswith(folder):
        return False
    return not file.startswith(sys.prefix) and "site-packages" not in file


def _source(module: Any, inputs: Sequence[str], live: Mapping[str, Sequence[Find]]) -> list[Find]:
    file = getattr(module, "__file__", None)
    if not isinstance(file, str) or not file.endswith(".py"):
        return []
    try:
        text = Path(file).read_text(encoding="utf-8")
        return literals(text, Path(file).name, inputs, live)[:_MOST_LITERALS]
    except (OSError, SyntaxError, ValueError, RecursionError):
        return []


def _globals(module: Any, inputs: Sequence[str]) -> dict[str, list[Find]]:
    """By name, the constants of each global that is data (no module, function or class)."""
    found: dict[str, list[Find]] = {}
    for name, one in data_of(module):
        found[name] = value(one, f"{module.__name__}.{name}", inputs, name if name in inputs else None)
    return found


def data_of(module: Any) -> Iterator[tuple[str, Any]]:
    """The globals of a module that are data, by name."""
    for name, one in list(vars(module).items()):
        if not name.startswith("__") and not isinstance(one, (types.ModuleType, types.FunctionType, type)):
            yield name, one


def value(one: Any, origin: str, inputs: Sequence[str] = (), input: str | None = None) -> list[Find]:
    """Numbers and text inside one object, at most MOST of them.

    A key, attribute or column that bears an input's name attributes what is below it; so does a record
    (``{"input": "age", "below": 31.5}``) one of whose values is an input's name.
    """
    found: list[Find] = []
    for find in _walk(one, (origin, input), frozenset(inputs), 0, {}):
        found.append(find)
        if len(found) >= MOST:
            break
    return found


def _walk(
    one: Any, at: tuple[str, str | None], inputs: frozenset[str], depth: int, seen: dict[int, Any]
) -> Iterator[Find]:
    if isinstance(one, (str, bool, int, float, np.generic)):
        yield from _scalar(one, at, inputs)
        return
    if one is None or depth > _DEEPEST or id(one) in seen:
        return
    seen[id(one)] = one  # kept, so that no later object gets its number
    # properties and iterators of foreign objects are user code, and a constant that cannot be read is no loss
    try:
        parts = list(_parts(one, at, inputs))
    except Exception:
        return
    for part, where in parts:
        yield from _walk(part, where, inputs, depth + 1, seen)


def _scalar(one: Any, at: tuple[str, str | None], inputs: frozenset[str]) -> Iterator[Find]:
    plain = one.item() if isinstance(one, np.generic) else one
    origin, about = at
    if isinstance(plain, (bool, int, float)) and math.isfinite(plain):
        yield Find(plain, "constant", about, origin)
    elif isinstance(plain, str) and len(plain) <= _LONGEST_TEXT and plain not in inputs:
        yield Find(plain, "level", about, origin)
    elif hasattr(plain, "isoformat"):  # np.datetime64
        yield Find(plain.isoformat(), "constant", about, origin)


def _parts(
    one: Any, at: tuple[str, str | None], inputs: frozenset[str]
) -> Iterator[tuple[Any, tuple[str, str | None]]]:
    origin, about = at
    if isinstance(one, np.ndarray):
        names = one.dtype.names
        if names is None:
            yield from ((item, at) for item in one.ravel()[:MOST].tolist())
        else:
            yield from ((one[name], (f"{origin}[{name!r}]", about)) for name in names)
    elif isinstance(one, Mapping):
        record = [item for item in list(one.values())[:50] if isinstance(item, str) and item in inputs]
        about = record[0] if len(record) == 1 else about
        for key, item in list(one.items())[:MOST]:
            own = key if isinstance(key, str) and key in inputs else None
            yield (None if own else key), (origin, about)
            yield item, (f"{origin}[{key!r}]", own or about)
    elif isinstance(one, (list, tuple, set, frozenset)):
        yield from ((item, at) for item in list(one)[:MOST])
    elif hasattr(one, "isoformat"):
        yield one.isoformat(), at
    elif type(one).__module__.split(".")[0] == "pandas":
        yield from _pandas(one, at, inputs)
    elif not _is_machinery(one):
        for name in (*getattr(one, "__dict__", ()), *getattr(one, "__slots__", ())):
            item = getattr(one, name)
            if not isinstance(item, (types.ModuleType, types.FunctionType, types.MethodType, type)):
                yield item, (f"{origin}.{name}", name if name in inputs else about)


def _is_machinery(one: Any) -> bool:
    """Loggers, locks, compiled patterns and so on of the standard library: nothing that a model says."""
    top = type(one).__module__.split(".")[0]
    return top in _STANDARD and top not in ("collections", "types", "dataclasses", "__main__")


def _pandas(
    one: Any, at: tuple[str, str | None], inputs: frozenset[str]
) -> Iterator[tuple[Any, tuple[str, str | None]]]:
    origin, about = at
    if hasattr(one, "columns"):
        for name in list(one.columns):
            yield one[name], (f"{origin}[{name!r}]", name if name in inputs else about)
    elif hasattr(one, "left") and hasattr(one, "right"):  # intervals of pd.cut
        yield list(np.atleast_1d(one.left)), at
        yield list(np.atleast_1d(one.right)), at
    elif hasattr(one, "index") and hasattr(one, "to_numpy"):
        yield one.to_numpy(), at
        yield one.index, (f"{origin}.index", about)
    elif hasattr(one, "categories"):
        yield list(one.categories), at
    elif hasattr(one, "to_numpy"):
        yield one.to_numpy(), at
