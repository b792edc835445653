"""What forms do with input that is not legal: beyond the range, infinite, missing where that is not allowed,
against a constraint, or no rows at all. Only whether they answer or raise is compared."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from harness.legal import holding_rows
from harness.schema import Input, Kind
from harness.search.evidence import rows_of
from harness.search.explain.cluster import spoken
from harness.search.lab import Lab
from harness.search.rows.mixed import random_rows
from harness.search.rows.space import Space
from harness.search.simple import from_number, neighbour, to_number
from harness.verify.verdict import plain

BACKGROUNDS = 4
BREAKING = 2_000  # random rows among which some that break a constraint are looked for
TEXT_THAT_IS_NONE = "\ufffe"


@dataclass(frozen=True, slots=True)
class Beyond:
    """Input that is not legal, on which one form answers and the other does not: what is wrong with it, the
    rows, and what each said."""

    what: str
    rows: tuple[dict[str, Any], ...]
    reference: Any
    candidate: Any

    def to_json(self) -> dict[str, Any]:
        """As one entry of ``beyond``."""
        said = {"reference": plain(self.reference), "candidate": plain(self.candidate)}
        return {"what": self.what, "rows": plain([dict(row) for row in self.rows]), **said}

    def in_words(self, names: tuple[str, str]) -> str:
        """As a note; ``names`` are those of the reference and the candidate."""
        said = (f"{n} {_speech(s)}" for n, s in zip(names, (self.reference, self.candidate), strict=True))
        return f"beyond legal input, {self.what}: {', '.join(said)}"


def _speech(said: Any) -> str:
    return f"does not answer ({said['error']})" if isinstance(said, dict) else f"answers {spoken(said)}"


def beyond(lab: Lab, space: Space) -> list[Beyond]:
    """Where one form answers illegal input and the other raises, dies, hangs or loses rows: one for each way
    of being illegal."""
    found = [_without_rows(lab)]
    output = lab.model.outputs[0].name
    for what, rows in _illegal(lab, space):
        judged = lab.judge(rows)
        odd = np.flatnonzero(judged.comparison.raised | judged.comparison.lost | judged.comparison.misaligned)
        if len(odd):
            at = int(odd[0])
            said = (judged.said(side, output, at) for side in ("reference", "candidate"))
            found.append(Beyond(what, (dict(rows_of(rows)[at]),), *said))
    return [one for one in found if one is not None]


def _without_rows(lab: Lab) -> Beyond | None:
    none = lab.model.schema.batch({name: [] for name in lab.model.schema.names})
    replies = [one.session.call(none) for one in (lab.reference, lab.candidate)]
    failed = [reply.failure is not None for reply in replies]
    if failed[0] == failed[1]:
        return None
    said = ["no rows" if reply.failure is None else {"error": str(reply.failure)} for reply in replies]
    return Beyond("a batch without rows", (), *said)


def _illegal(lab: Lab, space: Space) -> Iterator[tuple[str, pa.RecordBatch]]:
    """What is illegal in words, and some rows that are so in nothing else."""
    base = space.backgrounds.slice(0, BACKGROUNDS)
    for position, one in enumerate(lab.model.schema):
        for words, value in _values(one):
            try:
                column = pa.array([value] * base.num_rows, type=one.arrow_type)
            except (pa.ArrowException, OverflowError):
                continue  # no batch can hold it, so that no form can be given it
            field = base.schema.field(position)
            yield f"{one.name} {words}", base.set_column(position, field, column)
    if lab.model.schema.constraints:
        drawn = _of_any_kind(space)
        broken = drawn.filter(pa.array(~holding_rows(drawn, lab.model.schema)))
        if broken.num_rows:
            yield "rows that break a constraint", broken.slice(0, BACKGROUNDS)


def _of_any_kind(space: Space) -> pa.RecordBatch:
    """Rows in range, whether or not they keep the constraints."""
    schema = type(space.schema)(space.schema.inputs)
    free = Space(schema, space.pools, space.backgrounds, space.data)
    return random_rows(free, BREAKING, seed=6)


def _values(one: Input) -> Iterator[tuple[str, Any]]:
    if one.kind.ordered:
        assert one.bounds is not None
        low, high = (to_number(bound) for bound in one.bounds)
        for words, number in (
            ("below its range", _beside(low, one, -1)),
            ("above its range", _beside(high, one, 1)),
        ):
            try:
                yield f"{words} ({_said(from_number(number, one.kind))})", from_number(number, one.kind)
            except (OverflowError, ValueError):
                continue  # no date has it
    if one.kind is Kind.FLOAT:
        yield "infinite", math.inf
        yield "minus infinity", -math.inf
    if not one.missing:
        yield "missing", None
    if one.kind.textual and (one.unseen or one.kind is Kind.STRING):
        yield "with a code point that is no character", TEXT_THAT_IS_NONE


def _beside(bound: float | int, one: Input, direction: int) -> float | int:
    """A plain value just beyond a bound: the next whole one, else the next there is."""
    number = bound + direction
    return number if number != bound else neighbour(bound, one.kind, direction)


def _said(value: Any) -> str:
    return value.isoformat() if isinstance(value, dt.date) else repr(value)
