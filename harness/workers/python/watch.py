"""What is seen of a running form: how its comparisons came out, row by row, and what is telling of a row.

See ``rewriting`` for how a source is made to be seen, and ``sightings`` for what is noted.
"""

from __future__ import annotations

from typing import Any

import numpy as np

MOST_SITES = 400
NOT_REACHED = -(2**31)
SIGNALS = ("edge", "tie", "negative", "zero", "half", "overflow", "wide", "vast", "capped")


class Watch:
    """What was seen during one call: by site, a code a row. ``force`` is a site whose comparison is to come
    out as ``value`` for every row."""

    def __init__(self) -> None:
        self.on = False
        self.rows = 0
        self.force = -1
        self.value = False
        self.loose = False
        self.scalars = 0
        self.texts: list[str] = []
        self.decides: list[bool] = []
        self.touched: list[bool] = []
        self.joins: list[bool] = []  # sites of two truths: 2 for a true left one, plus 1 for a true right one
        self.ids: dict[tuple[str, int], int] = {}
        self.codes: dict[int, Any] = {}
        self.times: dict[str, int] = {}
        self.signals: dict[str, Any] = {}

    def begin(self, rows: int) -> None:
        """Look at a call over so many rows."""
        self.on, self.rows = True, rows
        self.codes, self.times = {}, {}
        self.signals = {kind: np.zeros(rows, dtype=bool) for kind in SIGNALS}

    def signal(self, kind: str, flags: Any) -> None:
        """Note what is telling of some rows: see ``harness/search/signals.py``."""
        flags = np.asarray(flags)
        if not flags.any():
            return
        if flags.size == self.rows:
            self.signals[kind] |= flags.ravel()
        elif self.rows == 1:
            self.signals[kind][0] = True

    def sight(self, text: str, codes: Any, decides: bool, came: Any, joins: bool = False) -> Any:
        """Note how a site came out; what it is to give."""
        codes = np.asarray(codes)
        if codes.size == 0 or codes.dtype == object:
            return came
        times = 1  # what is not of rows is one site, however often it comes
        if codes.size == self.rows:
            times = self.times[text] = self.times.get(text, 0) + 1
        site = self.site(text, times, decides, joins)
        if site is None:
            return came
        self.touched[site] = True
        if codes.size != self.rows:
            self.scalars += decides and codes.size == 1
            self.loose |= decides and codes.size > 1
            return came
        self.codes[site] = codes.ravel()
        return _forced(came, self.value) if site == self.force else came

    def site(self, text: str, times: int, decides: bool, joins: bool = False) -> int | None:
        """The number of a site, from 0; None beyond MOST_SITES."""
        key = (text, times)
        if key not in self.ids:
            if len(self.texts) >= MOST_SITES:
                return None
            self.ids[key] = len(self.texts)
            self.texts.append(text)
            self.decides.append(decides)
            self.touched.append(False)
            self.joins.append(joins)
        return self.ids[key]


def _forced(came: Any, value: bool) -> Any:
    if isinstance(came, (bool, np.bool_)):
        return value
    if hasattr(came, "index") and hasattr(came, "to_numpy"):
        return type(came)(np.full(len(came), value), index=came.index)
    return np.full(np.shape(came), value)
