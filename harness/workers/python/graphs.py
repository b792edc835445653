"""The adapter for ONNX graphs, run by ONNX Runtime.

Fields: ``source`` (the file), ``target`` (its table in the model file), ``device``, ``index``, ``precision``,
``threads``, and as JSON texts ``columns``, ``outputs`` and ``missing_as``.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Mapping, Sequence

import numpy as np

from . import errors, graph_answers, graph_feeds, graph_session, typed
from .graph_session import Choice
from .typed import TEXT, Typing

if TYPE_CHECKING:
    from .graph_answers import Part
    from .graph_feeds import Feed
    from .opening import Opening
    from .wire import Column


#: What the names of tensors begin with that were added to a graph so that it can be watched.
ADDED = "parity-watch:"


class GraphForm:
    """A session, what it is fed, and what of its answers is which output."""

    def __init__(
        self, session: Any, feeds: Sequence[Feed], parts: Sequence[Part], target: str, batch: int | None
    ) -> None:
        self.session = session
        self.feeds = feeds
        self.parts = parts
        self.target = target
        self.batch = batch
        self.names = list(dict.fromkeys(part.tensor for part in parts))

    def take(self, columns: Sequence[Column], rows: int) -> Mapping[str, Any]:
        """Tensors by name. Refuses a row with a missing value that its tensor cannot say."""
        typings = [typing for feed in self.feeds for typing in feed.typings]
        chosen = [columns[position] for feed in self.feeds for position in feed.positions]
        arrays = iter(typed.arrays(typings, chosen, "the graph's tensor", self.target))
        return {feed.tensor: feed.stack([next(arrays) for _ in feed.typings]) for feed in self.feeds}

    def compute(self, taken: Mapping[str, Any]) -> Mapping[str, Any]:
        """Outputs by name. A graph of a fixed batch size runs part by part, the last one filled up."""
        rows = len(next(iter(taken.values())))
        if self.batch is None or rows == 0:
            return self._answer(taken)
        parts = [self._answer(one) for one in graph_feeds.chunks(taken, self.batch)]
        # a part that came back with another number of values than it was given stays recognisable
        joined = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
        surplus = len(parts) * self.batch - rows
        return {name: values[: len(values) - surplus] for name, values in joined.items()}

    def _answer(self, feed: Mapping[str, Any]) -> Mapping[str, Any]:
        came = dict(zip(self.names, self.session.run(self.names, feed)))
        return {part.output: part.take(came[part.tensor]) for part in self.parts}


def open(opening: Opening) -> GraphForm:
    """Open the file where it was asked to run. Raises OpenFailure."""
    fields = opening.fields
    path, target = fields["source"], fields["target"]
    file = Path(path).name
    if not Path(path).is_file():
        raise errors.OpenFailure(f"{path}: there is no such file; see `source` in [targets.{target}]")
    missing_as = json.loads(fields["missing_as"])
    inputs = {
        one.name: Typing(one.name, one.kind, one.levels, TEXT, missing_as.get(one.name))
        for one in opening.inputs
    }
    columns = json.loads(fields["columns"])

    def feeds_of(session: Any) -> Sequence[Feed]:
        tensors = [one for one in session.get_inputs() if not one.name.startswith(ADDED)]
        return graph_feeds.plan(file, tensors, inputs, columns)

    def probe(session: Any) -> Any:
        feeds = feeds_of(session)
        rows = graph_feeds.batch_of(file, feeds) or 1
        return None, {feed.tensor: feed.zeros(rows) for feed in feeds}

    session = graph_session.create(path, _choice(fields), probe)
    feeds = feeds_of(session)
    kinds = {one.name: one.kind for one in opening.outputs}
    parts = graph_answers.plan(file, session.get_outputs(), kinds, json.loads(fields["outputs"]))
    return GraphForm(session, feeds, parts, target, graph_feeds.batch_of(file, feeds))


def _choice(fields: Mapping[str, Any]) -> Choice:
    device, options = fields["device"], {}
    if device != "cpu":
        options["device_id"] = str(int(fields["index"] or 0))
    if device == "cuda":
        # on by default from compute capability 8.0 on, where single precision would silently be less
        options["use_tf32"] = "1" if fields["precision"] == "tf32" else "0"
    return Choice(graph_session.PROVIDERS[device], options, int(fields["threads"]))
