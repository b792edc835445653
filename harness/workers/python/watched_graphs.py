"""The adapter for ONNX graphs that are watched: rewritten so that their comparisons can be read and forced.

Fields: those of ``graphs``, and ``sites``, a JSON list of what ``harness.runtimes._graph_watch.Site`` says.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Mapping, Sequence

import numpy as np

from . import errors, graphs
from .sightings import signs, whole_codes
from .watch import Watch

if TYPE_CHECKING:
    from .opening import Opening

MOST_COLUMNS = 64  # of a comparison of many columns
_SIGNS = ("Less", "LessOrEqual", "Greater", "GreaterOrEqual", "Equal")
_JOINS = ("And", "Or")
_CAPS = ("Min", "Max", "Clip")
_SUMMED = ("Sum", "ReduceSum")
_COUNTED: Mapping[str, Any] = {"Add": np.add, "Sub": np.subtract, "Mul": np.multiply}


class WatchedGraph:
    """A graph whose comparisons are seen: ``watched`` is what a call showed."""

    def __init__(self, form: graphs.GraphForm, sites: Sequence[Mapping[str, Any]]) -> None:
        self.form = form
        self.sites = sites
        self.watched = Watch()
        self.widths = [1] * len(sites)  # columns of each site, as seen in the last call
        self.numbers: dict[
            int, tuple[int, int]
        ] = {}  # by number of a site: which node, and which column of it

    def take(self, columns: Sequence[Any], rows: int) -> Mapping[str, Any]:
        """As the form's own."""
        return self.form.take(columns, rows)

    def compute(self, taken: Mapping[str, Any]) -> Mapping[str, Any]:
        """As the form's own; how its nodes came out is noted."""
        seen = [name for site in self.sites for name in (*site["taken"], site["given"])]
        names = [*self.form.names, *seen]
        came = dict(zip(names, self.form.session.run(names, {**taken, **self._forcing()})))
        for node, site in enumerate(self.sites):
            # what only looks must not break what it looks at
            try:
                self._note(node, site, [came[name] for name in site["taken"]], came[site["given"]])
            except (TypeError, ValueError):
                continue
        return {part.output: part.take(came[part.tensor]) for part in self.form.parts}

    def _forcing(self) -> Mapping[str, Any]:
        forced = self.numbers.get(self.watched.force)
        feed = {}
        for node, site in enumerate(self.sites):
            if site["yes"]:
                yes, keep = np.zeros(self.widths[node], dtype=bool), np.ones(self.widths[node], dtype=bool)
                if forced is not None and forced[0] == node:
                    yes[forced[1]] = keep[forced[1]] = self.watched.value
                feed[site["yes"]], feed[site["keep"]] = yes, keep
        return feed

    def _note(self, node: int, site: Mapping[str, Any], taken: Sequence[Any], given: Any) -> None:
        rows = self.watched.rows
        if np.ndim(given) not in (1, 2) or len(given) != rows:
            return
        columns = 1 if np.ndim(given) == 1 else np.shape(given)[1]
        if columns > MOST_COLUMNS:
            return
        if site["operator"] in _SUMMED:
            self._note_sum(site["operator"], taken, given)
            return
        self.widths[node] = columns
        sides = [_of_rows(one, rows, columns) for one in taken]
        if any(one is None for one in sides):
            return
        for column in range(columns):
            values = [one[:, column] for one in sides if one is not None]
            came = np.reshape(given, (rows, columns))[:, column]
            text = self._text(site, column, columns)
            decides = bool(site["yes"])
            joins = site["operator"] in _JOINS
            for number, codes in enumerate(self._codes(site["operator"], values, came)):
                told = text if not number else f"{text} ({number})"
                self.watched.sight(told, codes, decides, came, joins)
            if decides and (text, 1) in self.watched.ids:
                self.numbers[self.watched.ids[text, 1]] = node, column

    def _note_sum(self, operator: str, taken: Sequence[Any], given: Any) -> None:
        """Whether whole numbers were added up beyond what their type holds."""
        rows = self.watched.rows
        if np.size(given) != rows:
            return
        # the second input of a reduction are its axes
        parts = [
            np.asarray(one, dtype=np.float64) for one in (taken[:1] if operator == "ReduceSum" else taken)
        ]
        exact = sum(part.reshape(rows, -1).sum(axis=1) for part in parts if part.size % rows == 0)
        self.watched.signal("overflow", _lost(exact, np.ravel(given)))

    @staticmethod
    def _text(site: Mapping[str, Any], column: int, columns: int) -> str:
        if columns == 1:
            return str(site["text"])
        return site["texts"][column] if len(site["texts"]) == columns else f"{site['text']} [{column}]"

    def _codes(self, operator: str, values: Sequence[Any], came: Any) -> Sequence[Any]:
        """How a node came out for each row, in one or several ways; what is telling of the rows is noted."""
        if operator in _SIGNS:
            codes = signs(values[0], values[1], came)
            if operator != "Equal" and values[0].dtype.kind in "biuf":
                self.watched.signal("edge", codes == 0)
            return [codes]
        if operator in _JOINS:
            return [2 * values[0].astype(np.int64) + values[1]]
        if operator in _CAPS:
            self.watched.signal("capped", (values[0] != came) & (values[0] == values[0]))
            return [signs(values[0], other, None) for other in values[1:]]
        if operator in ("ArgMax", "ArgMin"):
            return [whole_codes(came)]
        with np.errstate(all="ignore"):
            first = values[0].astype(np.float64)
            if operator in _COUNTED:
                exact = _COUNTED[operator](first, values[1].astype(np.float64))
                self.watched.signal("overflow", _lost(exact, came))
                return []
            if operator in ("Div", "Mod"):
                other = values[1].astype(np.float64)
                self.watched.signal("zero", other == 0)
                ratio = first / other
                self.watched.signal("negative", ((first < 0) | (other < 0)) & (ratio != np.trunc(ratio)))
                return [whole_codes(np.floor(ratio))]
            if operator == "Round":
                self.watched.signal("half", np.abs(first - np.trunc(first)) == 0.5)
            else:
                self.watched.signal("negative", (first < 0) & (first != np.trunc(first)))
        return [whole_codes(came)]


def _lost(exact: Any, came: Any) -> Any:
    """Where whole numbers came out otherwise than they are: wrapped round, or held at their end."""
    return np.abs(exact - came) > np.maximum(0.5, 2.0**-50 * np.abs(exact))


def _of_rows(values: Any, rows: int, columns: int) -> Any:
    """A tensor as ``(rows, columns)``, however it is broadcast; None where it cannot be."""
    array = np.asarray(values)
    if array.ndim == 1 and len(array) == rows and columns == 1:
        return array[:, None]
    try:
        return np.broadcast_to(array, (rows, columns))
    except ValueError:
        return None


def open(opening: Opening) -> WatchedGraph:
    """Open the rewritten graph. Raises OpenFailure."""
    form = graphs.open(opening)
    if form.batch is not None:
        raise errors.OpenFailure("a graph of a fixed batch size is not watched")
    return WatchedGraph(form, json.loads(opening.fields["sites"]))
