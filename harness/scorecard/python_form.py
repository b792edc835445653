"""The scorecard as a Python function of a pandas frame."""

from __future__ import annotations

from harness.scorecard.characteristics import Binned, Characteristic
from harness.scorecard.table import Scorecard

_HEAD = '''\
# Written from the points table {name}: change the table, not this file.

import numpy as np
import pandas as pd


def look_up(points, place):
    """The points at some places of a table, which has None where there are none."""
    if any(points[one] is None for one in np.unique(place)):
        raise ValueError("a value that the points table does not list")
    return np.array([0 if one is None else one for one in points], dtype="{dtype}")[place]


def binned(column, breaks, points, closed, missing, special):
    """Bins are (a, b] where closed is "right", [a, b) where it is "left"."""
    x = column.to_numpy(dtype="float64", na_value=np.nan)
    # how many breaks lie below x; those equal to it count where the left end is closed
    side = "left" if closed == "right" else "right"
    place = np.searchsorted(np.array(breaks, dtype="float64"), x, side=side)
    for number, value in enumerate(special):
        place[x == value] = len(points) + number
    # searchsorted puts NaN beyond the last break: a missing value is told apart, not binned
    place[np.isnan(x)] = len(points) + len(special)
    return look_up([*points, *special.values(), missing], place)


def listed(column, points, missing, unseen):
    place = pd.Index(list(points), dtype=object).get_indexer(column.astype(object))
    place[place < 0] = len(points)
    place[column.isna()] = len(points) + 1
    return look_up([*points.values(), unseen, missing], place)


'''


def python_source(card: Scorecard) -> str:
    """The text of a Python file that defines ``score(df)``."""
    dtype = "int64" if card.whole else "float64"
    head = _HEAD.replace("{dtype}", dtype).replace("{name}", ascii(card.name))
    terms = "\n".join(f"    total = total + {_term(one)}" for one in card.characteristics)
    body = f"def score(df):\n    total = {card.base_points!r}\n{terms}\n"
    if card.scaling is None:
        return f'{head}{body}    return {{"score": total}}\n'
    offset, factor = card.scaling
    return (
        f"{head}{body}    # score = offset + factor * log(odds of a good outcome)\n"
        f"    odds = np.exp((total - {offset!r}) / {factor!r})\n"
        '    return {"score": total, "pd": 1 / (1 + odds)}\n'
    )


def _term(one: Characteristic) -> str:
    column = f"df[{one.name!r}]"
    if isinstance(one, Binned):
        return (
            f"binned(\n        {column}, {list(one.breaks)!r}, {list(one.points)!r}, "
            f"{one.closed!r}, {one.missing!r}, {dict(one.special)!r}\n    )"
        )
    points = dict(zip(one.levels, one.points, strict=True))
    return f"listed({column}, {points!r}, {one.missing!r}, {one.unseen!r})"
