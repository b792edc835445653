"""What people repeat from hearsay, answered with the figures of this run, in sentences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from harness.fidelity.columns import Kind
from harness.fidelity.costs import Cost
from harness.fidelity.ends import Language
from harness.fidelity.in_words import figure, rows_in_words, times
from harness.fidelity.matrix import Cell, Fidelity
from harness.fidelity.trials import Direction

CLAIM = (5.0, 10.0)  # "protobuf is five to ten times faster than JSON"
#: JSON and protobuf of one layout each: by column, by column, by row.
_PROTOBUF = (("json", "protobuf"), ("orjson", "protobuf"), ("jsonlite", "proto_rows"))
_CROSSINGS = (Direction.R_PYTHON, Direction.PYTHON_R)


@dataclass(frozen=True, slots=True)
class Answer:
    """A question, the answer in one sentence, and the figures that it rests on, each a line."""

    question: str
    answer: str
    figures: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Findings:
    """What was found: the matrix, the costs, and the types of the columns that were timed."""

    cells: Sequence[Cell]
    costs: Sequence[Cost]
    timed: Sequence[Kind]

    def cost(self, codec: str, language: Language, rows: int) -> Cost | None:
        """The samples of one end, also where it is another codec's end as well; None where there are none."""
        for cost in self.costs:
            if (cost.codec, cost.language, cost.rows) == (codec, language, rows):
                return (
                    self.cost(cost.same_as, language, rows) if cost.same_as else cost if cost.timed else None
                )
        return None

    @property
    def rows(self) -> list[int]:
        """The numbers of rows that were timed, the largest first."""
        return sorted({cost.rows for cost in self.costs}, reverse=True)

    def crossing(self, codec: str, direction: Direction, rows: int) -> float | None:
        """Writing at one end and reading at the other, in copies of the table; None where not timed."""
        written = self.cost(codec, direction.sender, rows)
        read = self.cost(codec, direction.receiver, rows)
        return None if written is None or read is None else written.encode + read.decode

    def carries(self, codec: str, direction: Direction) -> bool:
        """Whether the types that were timed come through exactly, or are refused, whatever their values."""
        found = [
            c for c in self.cells if c.codec == codec and c.direction is direction and c.kind in self.timed
        ]
        return bool(found) and all(c.fidelity in (Fidelity.EXACT, Fidelity.REFUSES) for c in found)


def answers(found: Findings) -> tuple[Answer, ...]:
    """The answers that this run has figures for, and for what is lacking, why."""
    codecs = {cell.codec for cell in found.cells} | {cost.codec for cost in found.costs}
    said = []
    if any({slow, quick} <= codecs for slow, quick in _PROTOBUF):
        said.append(_protobuf(found))
    if {"parquet", "csv"} <= codecs:
        said.append(_parquet(found))
    if "feather" in codecs:
        said.append(_feather(found))
    if len(codecs) > 1:
        said += [_quickest(found, direction) for direction in _CROSSINGS]
    return tuple(one for one in said if one is not None)


def _pairs(found: Findings, slow: str, quick: str) -> Iterator[tuple[Cost, Cost]]:
    for rows in found.rows:
        for language in Language:
            a, b = found.cost(slow, language, rows), found.cost(quick, language, rows)
            if a is not None and b is not None:
                yield a, b


def _compared(slow: Cost, quick: Cost) -> str:
    return (
        f"{slow.language.value}, {rows_in_words(slow.rows)}, {quick.codec} against {slow.codec}: "
        f"{times(slow.encode / quick.encode)} the speed to write, "
        f"{times(slow.decode / quick.decode)} to read, "
        f"{times(quick.size_bytes / slow.size_bytes)} the size"
    )


def _factors(pairs: Sequence[tuple[Cost, Cost]]) -> list[float]:
    return [f for a, b in pairs for f in (a.encode / b.encode, a.decode / b.decode)]


def _protobuf(found: Findings) -> Answer | None:
    question = "Is protobuf 5 to 10 times faster than JSON?"
    pairs = [pair for slow, quick in _PROTOBUF for pair in _pairs(found, slow, quick)]
    pairs = [pair for at, pair in enumerate(pairs) if pair not in pairs[:at]]  # R's end is the same for both
    if not pairs:
        return None
    factors = _factors(pairs)
    low, high = CLAIM
    within = sum(low <= factor <= high for factor in factors)
    if within == len(factors):
        verdict = "Yes"
    elif min(factors) > high:
        verdict = "More than that"
    elif max(factors) < low:
        verdict = "No, less" if min(factors) >= 1 else "No, and not always faster"
    else:
        verdict = f"It depends: {within} of {len(factors)} comparisons lie there"
    spread = f"from {figure(min(factors))} to {times(max(factors))}"
    return Answer(question, f"{verdict}; {spread} as fast, by end, library and size.", _figures(pairs))


def _figures(pairs: Sequence[tuple[Cost, Cost]]) -> tuple[str, ...]:
    return tuple(_compared(a, b) for a, b in pairs)


def _parquet(found: Findings) -> Answer | None:
    pairs = list(_pairs(found, "csv", "parquet"))
    if not pairs:
        return None
    slow, quick = pairs[0]
    answer = (
        f"At {rows_in_words(slow.rows)}, in {slow.language.value}, Parquet takes "
        f"{times(quick.size_bytes / slow.size_bytes)} the bytes of CSV, is written "
        f"{times(slow.encode / quick.encode)} as fast and read {times(slow.decode / quick.decode)} as fast"
    )
    faster = [f >= 1 for f in _factors(pairs)]
    ends = (
        ""
        if all(faster)
        else f"; in {faster.count(False)} of {len(faster)} comparisons CSV is the faster one"
    )
    return Answer("Parquet or CSV?", f"{answer}{ends}.", _figures(pairs))


def _feather(found: Findings) -> Answer | None:
    question = "Feather between R and Python?"
    rows = found.rows[0] if found.rows else 0
    taken = [(d, found.crossing("feather", d, rows)) for d in _CROSSINGS]
    said = []
    for direction, copies in taken:
        if copies is not None:
            exact = "exact" if found.carries("feather", direction) else "not exact"
            said.append(f"{direction} takes {figure(copies)} copies of the table, {exact}")
    if said:
        rest = [_crossing_line(found, "feather", d, rows) for d in _CROSSINGS for rows in found.rows[1:]]
        return Answer(
            question, f"At {rows_in_words(rows)}: {'; '.join(said)}.", tuple(line for line in rest if line)
        )
    missing = next((c for c in found.cells if c.codec == "feather" and c.fidelity is Fidelity.MISSING), None)
    if missing is None:
        return None
    alone = found.cost("feather", Language.PYTHON, rows)
    figures = []
    if alone is not None:
        taken_alone = f"{figure(alone.encode)} copies of the table to write, {figure(alone.decode)} to read"
        figures.append(f"Python alone, {rows_in_words(rows)}: {taken_alone}")
    return Answer(question, f"Cannot be measured here: {missing.reason}.", tuple(figures))


def _crossing_line(found: Findings, codec: str, direction: Direction, rows: int) -> str:
    copies = found.crossing(codec, direction, rows)
    return (
        "" if copies is None else f"{direction}, {rows_in_words(rows)}: {figure(copies)} copies of the table"
    )


def _quickest(found: Findings, direction: Direction) -> Answer | None:
    """The exact way across that is quickest, and what the others take."""
    if not found.rows:
        return None
    rows = found.rows[0]
    names = dict.fromkeys(cost.codec for cost in found.costs)
    taken = {name: found.crossing(name, direction, rows) for name in names}
    known = sorted((copies, name) for name, copies in taken.items() if copies is not None)
    exact = [(copies, name) for copies, name in known if found.carries(name, direction)]
    if not exact:
        return None
    best, name = exact[0]
    others = ", ".join(
        f"{other} {figure(copies)}{'' if found.carries(other, direction) else ' (not exact)'}"
        for copies, other in known
        if other != name
    )
    return Answer(
        f"The quickest exact way {direction}?",
        f"At {rows_in_words(rows)}: {name}, {figure(best)} copies of the table to write and read.",
        (f"the others: {others}",) if others else (),
    )
