"""Which columns of some data are a model's inputs, and which of them names the rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from harness.dataset import DataError, read_table
from harness.draft.columns import Guess, guess_column
from harness.draft.functions import read_source
from harness.draft.graph import Graph
from harness.draft.problems import DraftError
from harness.draft.sources import Sources
from harness.draft.used import columns_of_frame, named_columns
from harness.schema import Input, Kind, Schema

_KEY_WORDS = ("id", "key", "number", "nr", "no")


@dataclass(frozen=True, slots=True)
class Inputs:
    """The guessed inputs; columns that are none, each with the reason; the column that names a row."""

    guesses: tuple[Guess, ...]
    left_out: tuple[tuple[str, str], ...] = ()
    key: str | None = None

    @property
    def schema(self) -> Schema:
        """The inputs as they would be declared."""
        return Schema(tuple(guess.input for guess in self.guesses))


def choices_of_inputs(sources: Sources, graph: Graph | None) -> tuple[Inputs, ...]:
    """Columns to try a form on: those that some source names, all but the key, all. At least one choice.

    The second and third mark what no source names. Raises DraftError where the data cannot be read.
    """
    assert sources.data is not None
    whole = _all_columns(sources.data)
    shown = _shown(whole.schema.names, sources, graph)
    most = _marked(_only(whole, set(whole.schema.names) - {whole.key}), shown)
    return *([_only(whole, shown)] if shown else []), *([most] if most.guesses else []), _marked(whole, shown)


def _only(whole: Inputs, names: set[str]) -> Inputs:
    dropped = [name for name in whole.schema.names if name not in names]
    reasons = {name: "it looks like a key" if name == whole.key else "no source names it" for name in dropped}
    kept = tuple(guess for guess in whole.guesses if guess.input.name in names)
    return replace(whole, guesses=kept, left_out=(*whole.left_out, *reasons.items()))


def _marked(inputs: Inputs, shown: set[str]) -> Inputs:
    remark = "no source names it: leave it out if the model does not take it"
    return replace(
        inputs,
        guesses=tuple(
            guess if guess.input.name in shown else replace(guess, remarks=(remark, *guess.remarks))
            for guess in inputs.guesses
        ),
    )


def _all_columns(data: Path) -> Inputs:
    try:
        table = read_table(data)
    except DataError as error:
        raise DraftError(str(error)) from None
    if table.num_rows == 0:
        raise DraftError(f"{data}: it has no rows; give data with at least one, better some hundreds")
    guesses: list[Guess] = []
    left_out: list[tuple[str, str]] = []
    for name in table.column_names:
        found = guess_column(name, table.column(name), from_text=data.suffix.lower() == ".csv")
        if isinstance(found, str) or not name.strip():
            left_out.append((name, found if isinstance(found, str) else "it has no name"))
        else:
            guesses.append(found)
    if not guesses:
        raise DraftError(f"{data}: none of its columns can be an input: {_reasons(left_out)}")
    return Inputs(tuple(guesses), tuple(left_out), _key(guesses))


def _reasons(left_out: Sequence[tuple[str, str]]) -> str:
    return ", ".join(f"{name or '(no name)'} ({reason})" for name, reason in left_out)


def _key(guesses: Sequence[Guess]) -> str | None:
    """The first column without repetition whose last word says that it names something."""
    unique = (guess.input.name for guess in guesses if guess.unique)
    return next((name for name in unique if _names_rows(name)), None)


def _names_rows(name: str) -> bool:
    last = name.replace("-", "_").replace(".", "_").replace(" ", "_").rpartition("_")[2]
    return last.lower() in _KEY_WORDS or last.endswith(("Id", "ID"))


def _shown(names: Sequence[str], sources: Sources, graph: Graph | None) -> set[str]:
    texts = [read_source(path) for path in (sources.r, sources.python) if path is not None]
    taken = {tensor.name for tensor in graph.inputs} if graph is not None else set()
    return {*named_columns(names, texts), *(name for name in names if name in taken)}


def inputs_without_data(sources: Sources, graph: Graph | None) -> Inputs:
    """What can be told without data: names that the sources take from their frame, types that a graph has.

    Raises DraftError where nothing can.
    """
    tensors = () if graph is None or graph.takes_matrix else graph.inputs
    kinds = {tensor.name: tensor.kind for tensor in tensors}
    named: list[str] = []
    for runtime, path in (("r", sources.r), ("python", sources.python)):
        function = sources.function(runtime)
        if path is not None and function is not None:
            named += columns_of_frame(read_source(path), function, runtime)
    names = dict.fromkeys([*named, *kinds])
    if not names:
        raise DraftError("the sources do not show which columns they take: give some rows with --data")
    return Inputs(tuple(_unseen(name, kinds.get(name)) for name in names))


def _unseen(name: str, kind: Kind | None) -> Guess:
    if kind is None:
        return Guess(Input(name, Kind.FLOAT), ("TODO: the type is not known, because no data was given",))
    return Guess(Input(name, kind), ("the type of the graph's tensor: perhaps it is another in the data",))
