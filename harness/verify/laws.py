"""Laws that the model file declares: an output that only rises, or only falls, with an input."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from harness.answer import Answer
from harness.causes import Cause
from harness.model import Model, Output
from harness.schema import Kind, Scalar
from harness.search.lab import Lab
from harness.search.rows.mixed import random_rows
from harness.search.rows.space import Space
from harness.search.simple import from_number, to_number
from harness.tolerance import Tolerance, doubles
from harness.verify.verdict import Mismatch

#: A fall of the last digits breaks no law. The output's own tolerance is for comparing two forms, and may be
#: far wider than a step of the law.
LAST_DIGITS = Tolerance()
OTHERS = 40  # rows over which a law is tried, besides the backgrounds
LEAST_OTHERS = 2
VALUES = 120  # of the input
WHOLE = 2_000  # values of an integer or a date, up to which each is tried
LAW_S = 2.0  # that trying one law may take, save for a few rows


@dataclass(frozen=True, slots=True)
class Break:
    """Two rows that differ in one input only, on which the law is broken."""

    first: int
    second: int


def broken_laws(lab: Lab, space: Space, rate: float) -> Iterator[Mismatch | str]:
    """A mismatch for every law that the candidate breaks and the reference keeps; where the reference breaks
    it too, a sentence for the notes. ``rate``, in rows a second, keeps slow forms to fewer rows."""
    for output in lab.model.outputs:
        for name, direction in output.monotone.items():
            values = _values(space, name)
            others = int(np.clip(rate * LAW_S / len(values), LEAST_OTHERS, OTHERS))
            batch = _ladders(lab.model, space, name, values, others)
            yield from _law(lab, batch, len(values), output, name, direction)


def _law(
    lab: Lab, batch: pa.RecordBatch, length: int, output: Output, name: str, direction: str
) -> Iterator[Mismatch | str]:
    judged = lab.judge(batch)
    sign = 1.0 if direction == "up" else -1.0
    theirs = _first_break(judged.reference, output, sign, length)
    if theirs is not None:
        yield f"the reference itself does not keep the law: {output.name} goes {direction} with {name}"
        return
    ours = _first_break(judged.candidate, output, sign, length)
    if ours is None:
        return
    rows = [batch.slice(row, 1).to_pylist()[0] for row in (ours.first, ours.second)]
    said = {
        side: [judged.said(side, output.name, row) for row in (ours.first, ours.second)]
        for side in ("reference", "candidate")
    }
    yield Mismatch(
        output=output.name,
        cause=str(Cause.MONOTONE.value),
        because=f"{output.name} should go {direction} with {name}, but from {name} = {rows[0][name]!r} to "
        f"{rows[1][name]!r} it goes from {said['candidate'][0]!r} to {said['candidate'][1]!r}",
        rows=2,
        inputs=rows[1],
        reference=said["reference"],
        candidate=said["candidate"],
        batch=tuple(rows),
    )


def _values(space: Space, name: str) -> list[Scalar]:
    """Values of an input in ascending order, without missing and special ones: all there are, where these
    are few."""
    pool = space.pools[name]
    if pool.input.kind in (Kind.INT, Kind.DATE) and pool.input.bounds is not None:
        low, high = (int(to_number(end)) for end in pool.input.bounds)
        if high - low < WHOLE:
            return [from_number(value, pool.input.kind) for value in range(low, high + 1)]
    plain = {v for v in pool.values if v is not None and v not in pool.input.special}
    ordered = sorted(plain, key=to_number)
    step = max(1, len(ordered) // VALUES)
    near = [v for v in pool.near if v in plain][:VALUES]
    return sorted({*ordered[::step], *near}, key=to_number)


def _ladders(model: Model, space: Space, name: str, values: list[Scalar], most: int) -> pa.RecordBatch:
    """Every value over the backgrounds and so many random rows, one row's values together."""
    others = [space.backgrounds, random_rows(space, most, seed=2)]
    rows = pa.Table.from_batches(others, schema=model.schema.arrow).combine_chunks()
    count = rows.num_rows
    repeated = rows.take(pa.array(np.repeat(np.arange(count), len(values)))).combine_chunks().to_batches()[0]
    column = space.pools[name].array(values).take(pa.array(np.tile(np.arange(len(values)), count)))
    at = repeated.schema.get_field_index(name)
    return repeated.set_column(at, repeated.schema.field(name), column)


def _first_break(answer: Answer, output: Output, sign: float, length: int) -> Break | None:
    if output.name not in answer.outputs:
        return None
    column = answer.outputs[output.name]
    steps = doubles(column).reshape(-1, length) * sign
    falls: npt.NDArray[np.bool_] = np.diff(steps, axis=1) < 0
    for ladder, step in np.argwhere(falls):
        first = int(ladder * length + step)
        pair = column.slice(first, 1), column.slice(first + 1, 1)
        if not LAST_DIGITS.equal(*pair)[0]:
            return Break(first, first + 1)
    return None
