"""Constants among live objects: the globals of a form's module, and its model."""

from __future__ import annotations

import math
import types
from typing import Any, Iterator

import numpy as np

from .errors import Find

MOST = 5_000
_DEEPEST = 6


def namespace(names: dict[str, Any], module: Any) -> list[Find]:
    """Numbers and text among the globals of a module that are data (not modules, functions, classes)."""
    found: list[Find] = []
    for name, one in list(names.items()):
        if name.startswith("__") or isinstance(one, (types.ModuleType, types.FunctionType, type)):
            continue
        found.extend(value(one, f"{module.__name__}.{name}"))
        if len(found) >= MOST:
            break
    return found[:MOST]


def value(one: Any, origin: str) -> list[Find]:
    """Numbers and text inside one object, at most MOST of them."""
    found: list[Find] = []
    for find in _walk(one, origin, 0, set()):
        found.append(find)
        if len(found) >= MOST:
            break
    return found


def _walk(one: Any, origin: str, depth: int, seen: set[int]) -> Iterator[Find]:
    if isinstance(one, (str, bool, int, float, np.generic)):
        yield from _scalar(one, origin)
        return
    if one is None or depth > _DEEPEST or id(one) in seen:
        return
    seen.add(id(one))
    # properties and iterators of foreign objects are user code, and a constant that cannot be read is no loss
    try:
        parts = list(_parts(one, origin))
    except Exception:
        return
    for part, where in parts:
        yield from _walk(part, where, depth + 1, seen)


def _scalar(one: Any, origin: str) -> Iterator[Find]:
    plain = one.item() if isinstance(one, np.generic) else one
    if isinstance(plain, float) and not math.isfinite(plain):
        return
    if isinstance(plain, (bool, int, float)):
        yield Find(plain, "constant", None, origin)
    elif isinstance(plain, str) and len(plain) <= 200:
        yield Find(plain, "level", None, origin)


def _parts(one: Any, origin: str) -> Iterator[tuple[Any, str]]:
    if isinstance(one, np.ndarray):
        for item in one.ravel()[:MOST].tolist():
            yield item, origin
    elif isinstance(one, dict):
        for key, item in list(one.items())[:MOST]:
            yield key, origin
            yield item, f"{origin}[{key!r}]"
    elif isinstance(one, (list, tuple, set, frozenset)):
        for item in list(one)[:MOST]:
            yield item, origin
    elif type(one).__module__.split(".")[0] == "pandas":
        yield from _pandas(one, origin)
    elif hasattr(one, "__dict__"):
        for name, item in list(vars(one).items())[:MOST]:
            if not isinstance(item, (types.ModuleType, types.FunctionType, type)):
                yield item, f"{origin}.{name}"


def _pandas(one: Any, origin: str) -> Iterator[tuple[Any, str]]:
    if hasattr(one, "columns"):
        for name in list(one.columns):
            yield one[name], f"{origin}[{name!r}]"
    elif hasattr(one, "left") and hasattr(one, "right"):  # intervals of pd.cut
        yield list(np.atleast_1d(one.left)), origin
        yield list(np.atleast_1d(one.right)), origin
    elif hasattr(one, "index") and hasattr(one, "to_numpy"):
        yield one.to_numpy(), origin
        yield one.index, f"{origin}.index"
    elif hasattr(one, "to_numpy"):
        yield one.to_numpy(), origin
    elif hasattr(one, "categories"):
        yield list(one.categories), origin
