"""The trees among a form's live objects, as the tables of a TREES frame (see ``harness.forest``)."""

from __future__ import annotations

from typing import Any, Iterator, NamedTuple, Sequence

import numpy as np

from . import wire
from .fitted import models, objects
from .followed import UNKNOWN, Followed, last_low
from .nodes import DEAD, HIGH, LOW, Model, Nodes
from .opening import Input
from .wire import Column, Table, texts_column

MOST_NODES = 1_500_000


class _Tests(NamedTuple):
    """The tests of a model, by column of the TREES frame; ``otherwise`` of their nodes."""

    cut: Any
    flip: Any
    single: Any
    group: Any
    otherwise: Any


def tables(module: Any, function: Any, model: Any, inputs: Sequence[Input]) -> list[Table]:
    """The four tables of a TREES frame."""
    gathered = _Gathered({one.name: one for one in inputs})
    for origin, one in objects(module, function, model):
        # a model of another version of its package may lack anything; so may objects that only look like one
        try:
            found = models(one, inputs)
            gathered.add(origin, found)
        except Exception:
            continue
    return gathered.tables()


class _Gathered:
    """The parts of the tables, model after model."""

    def __init__(self, inputs: dict[str, Input]) -> None:
        self.inputs = inputs
        self.said: list[tuple[str, bool, float]] = []
        self.nodes: list[tuple[Any, ...]] = []
        self.tests: list[tuple[Any, ...]] = []
        self.names: list[str] = []
        self.sides: list[tuple[int, str | None, int]] = []
        self.groups: dict[Any, int] = {}
        self.count = 0

    def add(self, origin: str, model: Model | None) -> None:
        """Put a model's trees into the tables, where every column that they split is followed."""
        if model is None:
            return
        shown, left_out = _within(model.trees)
        used = {int(c) for tree in shown for c in np.unique(tree.column[tree.low >= 0])}
        if not shown or any(model.columns[c] is None for c in used):
            return
        columns = {c: model.columns[c] for c in used}
        refused = any(
            self.inputs[f.input].missing and (f.missing is None or (model.refuses and np.isnan(f.missing)))
            for f in columns.values()
            if f is not None
        )
        places = self._places(shown, columns, model.single)
        tests = [self._tests(tree, model, columns, places) for tree in shown]
        for tree, made in zip(shown, tests):
            inner = np.flatnonzero(tree.low >= 0)
            otherwise = np.full(len(tree.low), DEAD)
            otherwise[inner] = made.otherwise
            low, high = (np.where(side >= 0, side + self.count, -1) for side in (tree.low, tree.high))
            self.nodes.append((np.full(len(low), len(self.said)), low, high, otherwise, tree.value))
            self.tests.append((inner + self.count, made.cut, made.single, made.flip, made.group))
            self.names += [columns[int(c)].input for c in tree.column[inner]]  # type: ignore[union-attr]
            self.count += len(low)
        self.said.append((origin, refused, float(left_out)))

    def _places(
        self, trees: Sequence[Nodes], columns: dict[int, Any], single: bool
    ) -> dict[int, dict[float, float]]:
        """Where on its input each threshold lies, by column that is not the input itself."""
        places: dict[int, dict[float, float]] = {}
        for c, column in columns.items():
            if column.ask is not None:
                cuts = np.unique(
                    np.concatenate([tree.cuts[(tree.low >= 0) & (tree.column == c)] for tree in trees])
                )
                found = last_low(column, self.inputs[column.input].kind, cuts, single)
                places[c] = dict(zip(cuts.tolist(), found.tolist()))
        return places

    def _tests(
        self, tree: Nodes, model: Model, columns: dict[int, Any], places: dict[int, dict[float, float]]
    ) -> _Tests:
        inner = np.flatnonzero(tree.low >= 0)
        count = len(inner)
        made = _Tests(
            np.full(count, np.nan), np.zeros(count, dtype=bool), np.zeros(count, dtype=bool),
            np.full(count, -1), np.zeros(count, dtype=int),
        )  # fmt: skip
        for c, column in columns.items():
            mine = np.flatnonzero(tree.column[inner] == c)
            nodes = inner[mine]
            if not len(mine):
                continue
            if column.levels is not None:
                made.group[mine] = [self._group(tree, int(n), c, column, model) for n in nodes]
            elif tree.sets.keys() & set(nodes.tolist()):
                raise ValueError("a set of codes, of a number")
            elif column.ask is None:
                made.cut[mine], made.single[mine] = tree.cuts[nodes], model.single
            else:
                made.cut[mine] = [places[c][cut] for cut in tree.cuts[nodes].tolist()]
                made.flip[mine] = not column.rising
            made.otherwise[mine] = [_side(tree, int(n), column.missing, model) for n in nodes]
        return made

    def _group(self, tree: Nodes, node: int, at: int, column: Followed, model: Model) -> int:
        """The number of a set of levels: one that was there before, where it is the same."""
        assert column.levels is not None
        key = (len(self.said), at, tree.sets.get(node, float(tree.cuts[node])), int(tree.goes[node]))
        if key not in self.groups:
            for level, value in column.levels.items():
                side = _side(tree, node, value, model)
                self.sides.append((len(self.groups), None if level == UNKNOWN else level, side))
            self.groups[key] = len(self.groups)
        return self.groups[key]

    def tables(self) -> list[Table]:
        """The tables of the frame."""
        origin, whole, left_out = zip(*self.said) if self.said else ((), (), ())
        forest, low, high, otherwise, value = _joined(self.nodes, 5)
        node, cut, single, flip, group = _joined(self.tests, 5)
        groups, levels, sides = zip(*self.sides) if self.sides else ((), (), ())
        said = [texts_column("origin", origin), _flags("whole", whole), _doubles("left_out", left_out)]
        nodes = [_wholes("forest", forest), _wholes("low", low), _wholes("high", high)]
        nodes += [_wholes("otherwise", otherwise), _doubles("value", value)]
        tests = [_wholes("node", node), texts_column("input", self.names), _doubles("cut", cut)]
        tests += [_flags("strict", np.zeros(len(node))), _flags("single", single), _flags("flip", flip)]
        tests.append(_wholes("group", group))
        parts = [_wholes("group", groups), texts_column("level", levels), _wholes("side", sides)]
        counts = len(origin), len(low), len(node), len(groups)
        return [Table(part, count) for part, count in zip((said, nodes, tests, parts), counts)]


def _side(tree: Nodes, node: int, value: float | None, model: Model) -> int:
    """Where a node sends a value of its column; None is refused."""
    if value is None:
        return DEAD
    if np.isnan(value):
        return DEAD if model.refuses else int(tree.goes[node])
    if node in tree.sets:
        low, known = tree.sets[node]
        code = int(value)
        return LOW if code in low else HIGH if code in known else int(tree.goes[node])
    return LOW if (float(np.float32(value)) if model.single else value) <= tree.cuts[node] else HIGH


def _within(trees: Sequence[Nodes]) -> tuple[list[Nodes], int]:
    """The first trees, MOST_NODES nodes at most, and the leaves of the others."""
    ends = np.cumsum([len(tree.low) for tree in trees])
    shown = int((ends <= MOST_NODES).sum())
    return list(trees[:shown]), sum(int((tree.low < 0).sum()) for tree in trees[shown:])


def _joined(parts: Sequence[tuple[Any, ...]], count: int) -> Iterator[Any]:
    if not parts:
        return iter([np.zeros(0)] * count)
    return (np.concatenate([part[i] for part in parts]) for i in range(count))


def _wholes(name: str, values: Any) -> Column:
    return Column(name, wire.INT32, np.array(values, dtype="<i4"))


def _doubles(name: str, values: Any) -> Column:
    return Column(name, wire.DOUBLE, np.array(values, dtype="<f8"))


def _flags(name: str, values: Any) -> Column:
    return Column(name, wire.BOOL, np.array(values, dtype="u1"))
