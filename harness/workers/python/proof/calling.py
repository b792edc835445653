"""Calls in a form that is read: its own functions are read on, those of libraries are known by identity."""

from __future__ import annotations

import functools
import types
from typing import Any, Mapping, Sequence

from . import methods
from .holding import Closure, Ref, known
from .library import CONCRETE, LIBRARY
from .operating import apply
from .picking import Bound
from .rowwise import Known, NotProved


def call(
    reader: Any, holder: Ref | None, function: Ref, given: Sequence[Ref], named: Mapping[str, Ref]
) -> Ref:
    """What a call gives."""
    held = function.value
    if isinstance(held, Bound):
        return methods.call(reader, held.holder, held.name, given, named)
    if isinstance(held, Closure):
        return reader.call(held, given, named)  # type: ignore[no-any-return]
    if not isinstance(held, Known):
        raise NotProved("what is called is chosen by a row")
    return live(reader, held.value, given, named)


def live(reader: Any, function: Any, given: Sequence[Ref], named: Mapping[str, Ref]) -> Ref:
    """What a call of a live function gives."""
    if isinstance(function, types.MethodType):
        return live(reader, function.__func__, [Ref(Known(function.__self__)), *given], named)
    if type(function) is functools.partial:
        kept = [Ref(Known(one)) for one in function.args]
        words = {name: Ref(Known(one)) for name, one in function.keywords.items()}
        return live(reader, function.func, [*kept, *given], {**words, **named})
    read = _found(LIBRARY, function)
    if read is not None:
        return read(reader, given, named)  # type: ignore[no-any-return]
    if _found(CONCRETE, function) is not None:
        values = [known(one) for one in given]
        words = {name: known(one) for name, one in named.items()}
        return apply(lambda *parts: function(*parts, **words), *values)
    if type(function) is types.FunctionType:
        return reader.call(function, given, named)  # type: ignore[no-any-return]
    raise NotProved(f"{getattr(function, '__name__', type(function).__name__)}() is not known")


def _found(table: Mapping[int, Any], function: Any) -> Any:
    """What a table has for a function itself, whatever it is called."""
    found = table.get(id(function))
    return found[1] if found is not None and found[0] is function else None
