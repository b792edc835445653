"""A form that is watched as it runs: rows are put to it, and how its comparisons came out is read."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from harness.legal import holding_rows, legal_rows
from harness.protocols import NOT_REACHED, Watched, Watching, WatchSession
from harness.search.rows.mixed import mixed_rows
from harness.search.rows.space import Space, concat

Codes = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

MOST = 1_024  # rows of a call
SLOW_S = 2.0  # that a call of a few rows takes in a form that is too slow to be watched
LEAST_RATE = 20.0  # rows a second, below which rows are not watched one by one
ALONE_S = 0.4  # what a call may take where rows are watched one by one
TRIAL = 37  # rows of the first call: no form has a reason to compare just so many values


@dataclass(slots=True)
class Seen:
    """Rows with how the comparisons came out on them: ``codes`` of shape ``(sites, rows)``."""

    rows: pa.RecordBatch
    codes: Codes


@dataclass(slots=True)
class Watcher:
    """Watches one form. ``until`` (monotonic seconds) is when it stops asking; ``most`` is how many rows it
    puts to the form in one call, ``alone`` whether each of them goes by itself."""

    space: Space
    session: WatchSession
    seed: int
    until: float
    most: int = MOST
    alone: bool = False
    call_s: float = 0.0  # that watching a single row takes
    sites: tuple[str, ...] = ()
    decides: Mask = field(default_factory=lambda: np.zeros(0, dtype=bool))
    touched: Mask = field(default_factory=lambda: np.zeros(0, dtype=bool))
    joins: Mask = field(default_factory=lambda: np.zeros(0, dtype=bool))

    @property
    def over(self) -> bool:
        """Whether the time has come."""
        return time.monotonic() > self.until

    def begin(self) -> bool:
        """Try a few rows, and see how the form is best asked; False where it cannot be watched."""
        trial = self.legal(mixed_rows(self.space, 3 * TRIAL, self.seed)).slice(0, TRIAL)
        if trial.num_rows == 0:
            return False
        start = time.monotonic()
        seen = self.watch(trial)
        if seen is None or time.monotonic() - start > SLOW_S:
            return False
        start = time.monotonic()
        self.watch(trial.slice(0, 1))
        self.call_s = time.monotonic() - start
        if seen.loose or seen.failed.all():
            self.alone = True
            rate = self._rate_alone(trial)
            self.most = int(np.clip(rate * ALONE_S, 24, MOST))
            seen = self.watch(trial) if rate > LEAST_RATE else None
        return seen is not None and not seen.failed.all() and len(seen.sites) > 0

    def _rate_alone(self, trial: pa.RecordBatch) -> float:
        """Rows a second, watched one by one."""
        start = time.monotonic()
        self.watch(trial.slice(1, 2))
        return 2 / max(1e-6, time.monotonic() - start)

    def watch(self, rows: pa.RecordBatch, force: int = 0, value: bool = False) -> Watched | None:
        """Put rows to the form; None where it shows nothing any more, or the time has come."""
        if self.over:
            return None
        seen = self.session.watch(rows, Watching(self.alone, force, value))
        if seen is not None:
            self.sites, self.decides = seen.sites, seen.decides
            self.touched, self.joins = seen.touched, seen.joins
        return seen

    def seen(self, rows: pa.RecordBatch) -> Seen | None:
        """Legal rows with how the comparisons come out on them."""
        if rows.num_rows == 0:
            return None
        seen = self.watch(rows)
        return None if seen is None else Seen(rows, seen.codes)

    def codes(self, rows: pa.RecordBatch) -> Codes | None:
        """How the sites come out, shape ``(sites, rows)``; a row that breaks a constraint reaches none."""
        legal = holding_rows(rows, self.space.schema)
        if not legal.any():
            return np.full((len(self.sites), rows.num_rows), NOT_REACHED, dtype=np.int64)
        seen = self.watch(rows if legal.all() else rows.filter(pa.array(legal)))
        if seen is None:
            return None
        codes = np.full((len(seen.sites), rows.num_rows), NOT_REACHED, dtype=np.int64)
        codes[:, legal] = seen.codes
        return codes

    def legal(self, rows: pa.RecordBatch) -> pa.RecordBatch:
        """Those rows that are legal."""
        return rows.filter(pa.array(legal_rows(rows, self.space.schema)))

    def joined(self, first: Seen, second: Seen) -> Seen:
        """Rows of both."""
        codes = np.concatenate([self.padded(first.codes), self.padded(second.codes)], axis=1)
        return Seen(concat(self.space.schema, [first.rows, second.rows]), codes)

    def padded(self, codes: Codes) -> Codes:
        """The codes with rows for sites that have come to light since: not reached."""
        lacking = len(self.sites) - len(codes)
        return np.pad(codes, ((0, max(0, lacking)), (0, 0)), constant_values=NOT_REACHED)
