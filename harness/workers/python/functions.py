"""The adapter for Python functions: ``call(df)`` or ``call(df, model)`` over a pandas frame."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Callable

import pandas as pd

from . import frames, load, mine

if TYPE_CHECKING:
    from .errors import Find
    from .opening import Opening
    from .wire import Column

_NO_MODEL = object()


class Function:
    """A loaded function, and the model that it gets as its second argument, if there is one."""

    def __init__(self, function: Callable[..., Any], model: Any, opening: Opening, module: Any) -> None:
        self.function = function
        self.model = model
        self.opening = opening
        self.module = module

    def take(self, columns: list[Column], rows: int) -> pd.DataFrame:
        """The frame that the function sees."""
        return frames.frame(columns, self.opening.inputs, rows)

    def compute(self, taken: pd.DataFrame) -> Any:
        """What the function returns."""
        if self.model is _NO_MODEL:
            return self.function(taken)
        return self.function(taken, self.model)

    def mine(self) -> list[Find]:
        """Constants of the source, of the live globals of its modules, and of the model."""
        names = [one.name for one in self.opening.inputs]
        return mine.form(self.module, None if self.model is _NO_MODEL else self.model, names)


def open(opening: Opening) -> Function:
    """Import the source or module, find the function, load the model. Raises OpenFailure."""
    fields = opening.fields
    module = load.module(fields.get("source"), fields.get("module"))
    function = load.function(module, fields["call"], fields.get("source") or fields["module"])
    path = fields.get("model")
    if path is None:
        return Function(function, _NO_MODEL, opening, module)
    load.check_two_arguments(function, fields["call"])
    return Function(function, load.model(path, module), opening, module)
