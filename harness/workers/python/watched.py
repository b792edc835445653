"""One watched call: what the form said of each row, and how its comparisons came out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Mapping, NamedTuple, Sequence

import numpy as np

from . import wire
from .collect import collect
from .opening import Output
from .watch import NOT_REACHED, SIGNALS
from .wire import Column, Table, fields, texts_column

if TYPE_CHECKING:
    from .watch import Watch


class _Seen(NamedTuple):
    rows: int
    codes: Mapping[int, Any]
    said: Sequence[Column] | None
    signals: Mapping[str, Any]


def watched_call(form: Any, batch: Table, asked: Mapping[str, Any], outputs: Sequence[str]) -> list[Table]:
    """The tables of a WATCHED frame: whether comparisons were of single rows, the sites, their codes by row
    (with whether the row failed), and the answers, to be told apart only.

    ``asked``: ``alone`` (each row in a batch of its own), ``force`` (a site, counted from 1; 0: none) and the
    ``value`` that its comparison is to have.
    """
    watch: Watch = form.watched
    watch.force, watch.value = int(asked["force"]) - 1, bool(asked["value"])
    watch.loose, watch.scalars = False, 0
    parts = [row_of(batch, row) for row in range(batch.rows)] if asked["alone"] else [batch]
    seen = [_run(form, watch, part, outputs) for part in parts]
    sites = len(watch.texts)
    flags = {"decides": watch.decides, "touched": watch.touched, "joins": watch.joins}
    told = [texts_column("text", watch.texts)]
    told += [Column(name, wire.BOOL, np.array(values, dtype="u1")) for name, values in flags.items()]
    failed = np.concatenate([np.full(one.rows, one.said is None, dtype="u1") for one in seen])
    codes = [_codes(seen, site) for site in range(sites)]
    signals = [
        Column(kind, wire.BOOL, np.concatenate([one.signals[kind] for one in seen]).astype("u1"))
        for kind in SIGNALS
    ]
    return [
        fields(loose=bool(watch.loose or watch.scalars >= batch.rows)),
        Table(told, sites),
        Table([Column("failed", wire.BOOL, failed), *codes], batch.rows),
        Table([_answers(seen, number, name) for number, name in enumerate(outputs)], batch.rows),
        Table(signals, batch.rows),
    ]


def _run(form: Any, watch: Watch, batch: Table, outputs: Sequence[str]) -> _Seen:
    said: Sequence[Column] | None = None
    watch.begin(batch.rows)
    # the boundary to user code: a row on which it raises is a row that failed
    try:
        came = form.compute(form.take(list(batch.columns), batch.rows))
        watch.on = False
        said = collect(came, [Output(name, "float") for name in outputs], batch.rows)
        if any(one.kind == wire.OTHER for one in said):
            said = None
    except BaseException:
        said = None
    watch.on = False
    return _Seen(batch.rows, watch.codes, said, watch.signals)


def row_of(batch: Table, row: int) -> Table:
    """One row of a batch, as a batch."""
    cut = slice(row, row + 1)
    return Table(
        [
            one._replace(values=one.values[cut], missing=None if one.missing is None else one.missing[cut])
            for one in batch.columns
        ],
        1,
    )


def _codes(seen: Sequence[_Seen], site: int) -> Column:
    parts = [one.codes.get(site, np.full(one.rows, NOT_REACHED)) for one in seen]
    codes = np.concatenate(parts).astype("<i4")
    return Column(str(site + 1), wire.INT32, codes, codes == NOT_REACHED)


def _answers(seen: Sequence[_Seen], number: int, name: str) -> Column:
    """An output as numbers, or as texts where it is no number."""
    parts: list[list[Any]] = []
    for one in seen:
        table = None if one.said is None else Table([one.said[number]], one.rows)
        parts.append([None] * one.rows if table is None else table.lists()[name])
    values = [value for part in parts for value in part]
    if any(isinstance(value, str) for value in values):
        return texts_column(name, [None if value is None else str(value) for value in values])
    numbers = [float("nan") if value is None else float(value) for value in values]
    return Column(name, wire.DOUBLE, np.array(numbers, dtype="<f8"))
