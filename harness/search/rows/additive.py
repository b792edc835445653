"""Check two additive forms completely: every cell, over several backgrounds, and the ends of the sum.

What was proved of either form is held against its answers as well: those to mixed rows must be the sum of
what the cells add. Where they are not, no cell is claimed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from harness.additive import Additive, parts_of
from harness.answer import Answer
from harness.legal import legal_rows
from harness.schema import Scalar, Schema
from harness.search.lab import Judgement
from harness.search.rows.cells import values_of
from harness.search.rows.mixed import self_check_rows
from harness.search.rows.pairs import derived_terms, is_read, pairs
from harness.search.rows.space import Space, concat
from harness.tolerance import doubles, is_number

MOST_ROWS = 60_000
LEAST_ROWS = 2_000
SECONDS = 3.0  # that the slowest form may take over these rows
BACKGROUNDS = 6
MIXED = 400  # rows in which every input has the value of some cell
CLOSE = 1e-6

Row = Mapping[str, Scalar | None]


@dataclass(frozen=True, slots=True)
class Group:
    """Inputs that have cells together: one, or two of which a quantity is made. ``missed``: cells that legal
    values may have, but for which none were found."""

    names: tuple[str, ...]
    values: tuple[tuple[Scalar | None, ...], ...]
    missed: int = 0


def groups(schema: Schema, forms: Sequence[Additive]) -> tuple[Group, ...] | None:
    """The cells of some forms; None where a term is of something whose cells cannot be told."""
    found: list[Group] = []
    taken: set[str] = set()
    for term in derived_terms(forms):
        parts = parts_of(term)
        assert parts is not None
        first, second = (schema[name] for name in (parts[0], parts[2]))
        if taken & {first.name, second.name} or not is_read(term, first, second):
            return None
        taken |= {first.name, second.name}
        met = list(pairs(term, first, second, forms))
        values = tuple(dict.fromkeys(one for one in met if one is not None))
        found.append(Group((first.name, second.name), values, met.count(None)))
    inputs = {term for form in forms for term in form.terms if parts_of(term) is None}
    inputs |= {name for one in found for name in one.names}
    for one in schema:
        if one.name in inputs:
            found.append(Group((one.name,), tuple((value,) for value in values_of(one, forms))))
    return tuple(found)


@dataclass(eq=False)
class Scorecards:
    """The cells of two additive forms, met by the rows of :meth:`batches` as they are compared.

    ``rate``: rows a second of the slowest form; ``size``: rows of a batch, at most.
    """

    space: Space
    forms: tuple[Additive, Additive]  # the reference's first
    seed: int = 0
    rate: float = float("inf")
    size: int = 8_192
    groups: tuple[Group, ...] = ()
    met: npt.NDArray[np.int64] = field(init=False)  # backgrounds, by cell
    differ: npt.NDArray[np.bool_] = field(init=False)  # by cell
    sums: set[float] = field(default_factory=set, init=False)
    ends: int = field(default=0, init=False)
    contradicted: bool = field(default=False, init=False)
    grounds: pa.RecordBatch | None = field(default=None, init=False)
    _added: tuple[dict[str, npt.NDArray[np.float64]], ...] = field(
        default_factory=lambda: ({}, {}), init=False
    )
    _now: Any = field(default=None, init=False)

    def __post_init__(self) -> None:
        self.met = np.zeros(self.count, dtype=np.int64)
        self.differ = np.zeros(self.count, dtype=bool)

    @property
    def count(self) -> int:
        """Cells for which there is a value."""
        return sum(len(one.values) for one in self.groups)

    @property
    def owner(self) -> npt.NDArray[np.int64]:
        """The group of each cell."""
        return np.repeat(np.arange(len(self.groups)), [len(one.values) for one in self.groups])

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Batches of legal rows, each to be given to :meth:`note` before the next is drawn."""
        trial = self_check_rows(self.space, self.seed)
        self._now = ("grounds", trial)
        yield trial
        if self.grounds is None or self.grounds.num_rows < 1:
            return
        most = min(MOST_ROWS, max(LEAST_ROWS, self.rate * SECONDS))
        used = min(self.grounds.num_rows, max(2, int(most / max(1, self.count))))
        for number in range(used):
            yield from self._cells_over(number)
        yield from self._mixed()

    def _cells_over(self, number: int) -> Iterator[pa.RecordBatch]:
        assert self.grounds is not None
        for start in range(0, self.count, self.size - 1):
            cells = np.arange(start, min(self.count, start + self.size - 1))
            batch = concat(self.space.schema, [self.grounds.slice(number, 1), self._rows(number, cells)])
            legal = legal_rows(batch, self.space.schema)
            legal[0] = True
            self._now = ("cells", (number, cells[legal[1:]]))
            yield batch.filter(pa.array(legal))

    def _rows(self, number: int, cells: npt.NDArray[np.int64]) -> pa.RecordBatch:
        """A row for each cell: the background with the cell's values."""
        assert self.grounds is not None
        return self._filled(number, [[cell] for cell in cells.tolist()])

    def _filled(self, number: int, chosen: Sequence[Sequence[int]]) -> pa.RecordBatch:
        """Rows of a background in which the values of some cells stand."""
        assert self.grounds is not None
        row: dict[str, Scalar | None] = self.grounds.slice(number, 1).to_pylist()[0]
        columns: dict[str, list[Scalar | None]] = {name: [value] * len(chosen) for name, value in row.items()}
        places = [(group, values) for group in self.groups for values in group.values]
        for at, cells in enumerate(chosen):
            for cell in cells:
                group, values = places[cell]
                for name, value in zip(group.names, values, strict=True):
                    columns[name][at] = value
        return self.space.schema.batch(columns)

    def note(self, judged: Judgement) -> None:
        """Take a batch, compared, into account."""
        what, told = self._now
        both = judged.reference.answered & judged.candidate.answered
        self._see_sums(judged)
        if what == "grounds":
            # what differs at a background differs in all of its rows
            agree = both & ~judged.comparison.disagrees
            self.grounds = _different(judged.batch.filter(pa.array(agree if agree.any() else both)))
        elif what == "cells":
            number, cells = told
            compared = judged.comparison.compared[1:]
            self.met[cells[compared]] += 1
            self.differ[cells] |= judged.comparison.disagrees[1:]
            if number == 0:
                for added, answer in zip(self._added, (judged.reference, judged.candidate), strict=True):
                    self._see_added(added, answer, cells)
        elif what == "mixed":
            for place, answer in enumerate((judged.reference, judged.candidate)):
                self._check_sums(place, answer, told)
            self.ends += int(judged.comparison.compared[:2].sum())

    def _see_sums(self, judged: Judgement) -> None:
        name = next((one for one in sorted(self.forms[0].linked) if one in judged.reference.outputs), None)
        if name is not None and is_number(judged.reference.outputs[name].type):
            self.sums.update(np.unique(doubles(judged.reference.outputs[name])).tolist())

    def _see_added(
        self, added: dict[str, npt.NDArray[np.float64]], answer: Answer, cells: npt.NDArray[np.int64]
    ) -> None:
        """What each cell adds to each numeric output, over the first background."""
        for name, column in answer.outputs.items():
            if is_number(column.type):
                values = np.where(answer.answered, doubles(column), np.nan)
                known = added.setdefault(name, np.full(self.count, np.nan))
                known[cells] = values[1:] - values[0]
                added[f"\n{name}"] = values[:1]

    def _mixed(self) -> Iterator[pa.RecordBatch]:
        """Rows in which every input has the value of a cell; the first two have the ends of the sum."""
        rng = np.random.default_rng([self.seed, 12])
        disjoint = self._disjoint()
        chosen = [self._extreme(disjoint, sign) for sign in (-1.0, 1.0)]
        chosen += [[int(rng.choice(cells)) for cells in disjoint if len(cells)] for _ in range(MIXED)]
        batch = self._filled(0, chosen)
        legal = legal_rows(batch, self.space.schema)
        if not legal[:2].all():
            chosen, legal = chosen[2:], legal[2:]
            batch = batch.slice(2)
        kept = [one for one, ok in zip(chosen, legal.tolist(), strict=True) if ok]
        if kept:
            self._now = ("mixed", kept)
            yield batch.filter(pa.array(legal))

    def _disjoint(self) -> list[npt.NDArray[np.int64]]:
        """The cells of each input once: of two that have cells together, only those."""
        joint = {name for one in self.groups if len(one.names) > 1 for name in one.names}
        owner = self.owner
        return [
            np.flatnonzero(owner == number)
            for number, one in enumerate(self.groups)
            if len(one.names) > 1 or one.names[0] not in joint
        ]

    def _extreme(self, disjoint: Sequence[npt.NDArray[np.int64]], sign: float) -> list[int]:
        name = next((one for one in self._added[0] if not one.startswith("\n")), None)
        chosen = []
        for cells in disjoint:
            values = np.zeros(len(cells)) if name is None else sign * self._added[0][name][cells]
            if len(cells):
                chosen.append(int(cells[np.argmax(np.where(np.isnan(values), -np.inf, values))]))
        return chosen

    def _check_sums(self, place: int, answer: Answer, chosen: Sequence[Sequence[int]]) -> None:
        """Hold a form's answers against the sums of what its cells add."""
        for name in self.forms[place].inputs:
            added = self._added[place].get(name)
            if name in self.forms[place].linked or added is None or name not in answer.outputs:
                continue
            base = self._added[place][f"\n{name}"][0]
            expected = np.array([base + added[cells].sum() for cells in chosen])
            said = np.where(answer.answered, doubles(answer.outputs[name]), np.nan)
            size = np.array([abs(base) + np.abs(added[cells]).sum() for cells in chosen])
            told = ~np.isnan(expected) & ~np.isnan(said)
            if (np.abs(said - expected)[told] > CLOSE * np.maximum(1.0, size[told])).any():
                self.contradicted = True

    def cells(self) -> tuple[int, int] | None:
        """How many cells were compared over two backgrounds, of how many; None where the answers are not the
        sums that they were proved to be."""
        if self.contradicted or self.grounds is None:
            return None
        enough = min(2, self.grounds.num_rows)
        return int((self.met >= enough).sum()), self.count + sum(one.missed for one in self.groups)


def _different(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Some rows that differ from each other in as many inputs as may be, the first among them."""
    rows = batch.to_pylist()
    chosen = [0] if rows else []
    while len(chosen) < min(BACKGROUNDS, len(rows)):
        gains = [min(sum(r[n] != rows[c][n] for n in r) for c in chosen) for r in rows]
        best = int(np.argmax(gains))
        if gains[best] == 0:
            break
        chosen.append(best)
    return batch.take(pa.array(chosen, type=pa.int64()))
