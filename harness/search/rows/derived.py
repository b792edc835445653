"""Rows in which a quantity made of two inputs meets a number that a form names: a quotient, sum, difference
or product of numbers, the time between two dates."""

from __future__ import annotations

import calendar
import datetime as dt
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import permutations
from typing import Any

import numpy as np

from harness.schema import Input, Kind, Schema
from harness.search.rows.pools import Pool
from harness.search.simple import EPOCH, EPOCH_TIME, neighbour

Number = float | int

REPEATS = 24
CONSTANTS = 24  # numbers that are tried for one pair of inputs
SECONDS = {"minute": 60, "hour": 3_600, "day": 86_400, "week": 604_800}


@dataclass(frozen=True, slots=True)
class Pair:
    """Values of two inputs that belong together."""

    first: str
    second: str
    values: tuple[Any, Any]


def derived_pairs(
    schema: Schema, pools: dict[str, Pool], constants: Sequence[Number], rng: np.random.Generator, most: int
) -> list[Pair]:
    """At most so many pairs of values, spread over all pairs of inputs that can be combined."""
    couples = [
        (a, b)
        for a, b in permutations(schema.inputs, 2)
        if (_numeric(a) and _numeric(b)) or (_timely(a) and _timely(b))
    ]
    if not couples or not constants:
        return []
    share = max(12, most // len(couples))
    found: list[Pair] = []
    for first, second in couples:
        made = list(_of_couple(first, pools[second.name], constants, rng))
        if len(made) > share:
            made = [made[i] for i in sorted(rng.choice(len(made), size=share, replace=False))]
        elif made:  # over several backgrounds: the comparison may be guarded by other inputs
            made = made * min(REPEATS, max(1, share // len(made)))
        found += [Pair(first.name, second.name, values) for values in made]
    return found


def _numeric(one: Input) -> bool:
    return one.kind in (Kind.FLOAT, Kind.INT)


def _timely(one: Input) -> bool:
    return one.kind in (Kind.DATE, Kind.DATETIME)


def _of_couple(
    first: Input, second: Pool, constants: Sequence[Number], rng: np.random.Generator
) -> Iterator[tuple[Any, Any]]:
    values = [v for v in (second.plain, *second.main) if v is not None]
    count = min(len(values), 10)
    chosen = [values[0], *(values[i] for i in rng.choice(len(values), size=count, replace=False))]
    numbers = list(constants)
    if len(numbers) > CONSTANTS:
        numbers = [numbers[i] for i in sorted(rng.choice(len(numbers), size=CONSTANTS, replace=False))]
    for value in chosen:
        for number in numbers:
            solved = _times(value, number, first) if _timely(first) else _numbers(value, number, first)
            for answer in solved:
                yield answer, value


def _numbers(value: Any, number: Number, first: Input) -> Iterator[Any]:
    """Values of the first input for which its sum, difference, product or quotient with the second's value is
    the number, with their neighbours."""
    v, n = float(value), float(number)
    solved = [n * v, n - v, n + v, v - n, v]
    solved += [n / v] if v else []
    solved += [v / n] if n else []
    for answer in solved:
        if not math.isfinite(answer):
            continue
        if first.kind is Kind.FLOAT:
            yield from (answer, neighbour(answer, first.kind, -1), neighbour(answer, first.kind, 1))
        elif abs(answer) < 2.0**53:
            yield from {math.floor(answer), math.ceil(answer)}


def _times(value: Any, number: Number, first: Input) -> Iterator[Any]:
    """Moments that lie the number's minutes, hours, days, weeks or calendar years from the second's value."""
    if not float(number).is_integer() or abs(number) > 40_000:
        return
    moment = value if isinstance(value, dt.datetime) else EPOCH_TIME + (value - EPOCH)
    for sign in (1, -1):
        for seconds in SECONDS.values():
            for nudge in (-1, 0, 1):
                step = 86_400 if first.kind is Kind.DATE else 1
                yield from _moved(moment, sign * int(number) * seconds + nudge * step, first)
        if abs(number) <= 150:
            yield from _years(moment, sign * int(number), first)


def _moved(moment: dt.datetime, seconds: int, first: Input) -> Iterator[Any]:
    try:
        moved = moment + dt.timedelta(seconds=seconds)
    except OverflowError:
        return
    yield moved.date() if first.kind is Kind.DATE else moved


def _years(moment: dt.datetime, years: int, first: Input) -> Iterator[Any]:
    year = moment.year + years
    if not 1 <= year <= 9_999:
        return
    day = min(moment.day, calendar.monthrange(year, moment.month)[1])
    same = moment.replace(year=year, day=day)
    for days in (-1, 0, 1):
        yield from _moved(same, days * 86_400, first)
