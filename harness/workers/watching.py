"""What a worker saw of a form's comparisons, as arrays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from harness.protocols import NOT_REACHED, Watched
from harness.workers.python import wire
from harness.workers.python.wire import Column, Table


def watched_of(received: Sequence[Table]) -> Watched:
    """The tables of a WATCHED frame: see ``harness.workers.python.watched``."""
    told, sites, codes, answers, signals = received
    columns = {one.name: one for one in codes.columns}
    count = sites.rows
    table = np.full((count, codes.rows), NOT_REACHED, dtype=np.int64)
    for number in range(count):
        table[number] = _filled(columns[str(number + 1)])
    listed = sites.lists()
    return Watched(
        sites=tuple(listed.get("text", ())),
        decides=np.array(listed.get("decides", ()), dtype=bool),
        touched=np.array(listed.get("touched", ()), dtype=bool),
        joins=np.array(listed.get("joins", ()), dtype=bool),
        codes=table,
        said={one.name: _said(one) for one in answers.columns},
        failed=np.asarray(columns["failed"].values, dtype=bool),
        signals={one.name: np.asarray(one.values, dtype=bool) for one in signals.columns},
        loose=bool(told.record()["loose"]),
    )


def _filled(column: Column) -> npt.NDArray[np.int64]:
    codes: npt.NDArray[np.int64] = np.asarray(column.values).astype(np.int64)
    return codes if column.missing is None else np.where(column.missing, NOT_REACHED, codes)


def _said(column: Column) -> npt.NDArray[Any]:
    if column.kind in wire.TEXTUAL:
        return np.array(Table([column], len(column.values)).lists()[column.name], dtype=object)
    values: npt.NDArray[Any] = np.asarray(column.values, dtype=np.float64)
    return values
