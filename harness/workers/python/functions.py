"""The adapter for Python functions: ``call(df)`` or ``call(df, model)`` over a pandas frame."""

from __future__ import annotations

import functools
import itertools
from typing import TYPE_CHECKING, Any, Callable

import pandas as pd

from . import entries, frames, load, mine, rewriting, trees
from .proof import additive
from .watch import Watch

if TYPE_CHECKING:
    from .entries import Entry
    from .errors import Find
    from .opening import Opening
    from .wire import Column, Table

_NO_MODEL = object()


class Function:
    """A loaded function, and the model that it gets as its second argument, if there is one."""

    def __init__(
        self,
        function: Callable[..., Any],
        model: Any,
        opening: Opening,
        module: Any,
        watched: Watch | None = None,
    ) -> None:
        self.function = function
        self.model = model
        self.opening = opening
        self.module = module
        #: What is seen of its comparisons, where it was opened to be watched.
        self.watched = watched

    def take(self, columns: list[Column], rows: int) -> pd.DataFrame:
        """The frame that the function sees."""
        return frames.frame(columns, self.opening.inputs, rows)

    def compute(self, taken: pd.DataFrame) -> Any:
        """What the function returns."""
        if self.model is _NO_MODEL:
            return self.function(taken)
        return self.function(taken, self.model)

    def entries(self) -> list[Entry]:
        """Entries of the tables among the live globals of its modules, and in the model."""
        model = () if self.model is _NO_MODEL else (("model", self.model),)
        held = (pair for one in mine.own_modules(self.module) for pair in mine.data_of(one))
        return entries.gather(itertools.chain(held, model))

    def mine(self) -> list[Find]:
        """Constants of the source, of the live globals of its modules, and of the model."""
        names = [one.name for one in self.opening.inputs]
        return mine.form(self.module, None if self.model is _NO_MODEL else self.model, names)

    def trees(self) -> list[Table]:
        """The trees of fitted models among the form's objects."""
        model = None if self.model is _NO_MODEL else self.model
        return trees.tables(self.module, self.function, model, self.opening.inputs)

    def additive(self) -> list[Table]:
        """Whether the function is proved to be a sum of step functions."""
        model = [] if self.model is _NO_MODEL else [self.model]
        return additive.tables(self.module, self.function, model, self.opening.inputs, self.opening.outputs)


def open(opening: Opening) -> Function:
    """Import the source or module, find the function, load the model. Raises OpenFailure."""
    fields = opening.fields
    watched = Watch() if fields.get("watch") else None
    if watched is not None:
        rewriting.install(watched, fields["folder"])
    code_of = None if watched is None else functools.partial(rewriting.code_of, watched)
    module = load.module(fields.get("source"), fields.get("module"), code_of)
    function = load.function(module, fields["call"], fields.get("source") or fields["module"])
    path = fields.get("model")
    if path is None:
        return Function(function, _NO_MODEL, opening, module, watched)
    load.check_two_arguments(function, fields["call"])
    return Function(function, load.model(path, module), opening, module, watched)
