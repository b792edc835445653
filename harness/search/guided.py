"""Rows that meet the comparisons of a form, found by watching them as it runs.

A comparison such as ``debt / income > 0.4`` that counts only for older customers who refinance is met by
almost no random row. Here each is looked at by itself. Which rows does it decide for? Those whose answer
changes when the comparison is made to come out the other way: they pass its guards, whatever these are.
Between two of its outcomes along an input lies its boundary, which bisection finds exactly. Conditions that
few rows fulfil are put together by giving rows the inputs of other rows that fulfil them.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from harness.legal import holding_rows, legal_rows
from harness.protocols import NOT_REACHED, Watched, Watching, WatchSession
from harness.search.brackets import GRID, Brackets, Mask, Rows, points_for, sweep
from harness.search.lab import Respondent
from harness.search.rows import Space, concat, mixed_rows

Codes = npt.NDArray[np.int64]

POOL = 1_024  # rows of each round
ROUNDS = 3
RARE = 0.1  # share of the rows that reach a site, below which an outcome of it is rare
LEVELS = 6  # of joins in joins
CROSSED = 12  # rows for each way in which truths come out together
OVERLAID = 4  # rare outcomes that are put into one row, at most
DECIDED = 12  # rows for which a comparison decides, from which its boundary is looked for
STEPPED = 8  # rows from which a step is looked for
BRACKETS = 2_000
SLOW_S = 2.0  # that a call of a few rows takes in a form that is too slow to be watched
LEAST_RATE = 20.0  # rows a second, below which rows are not watched one by one
ALONE_S = 0.4  # what a call may take where rows are watched one by one
BACKGROUNDS = 3  # rows for which a comparison decides, over which single values are tried
SWEPT = 30_000
TRIAL = 37  # rows of the first call: no form has a reason to compare just so many values


@dataclass(slots=True)
class _Pool:
    """Rows with how the comparisons came out on them."""

    rows: pa.RecordBatch
    codes: Codes  # (sites, rows)


@dataclass(slots=True)
class Guide:
    """Watches one form. ``until`` (monotonic seconds) is when it stops asking."""

    space: Space
    session: WatchSession
    seed: int
    until: float
    most: int = POOL
    alone: bool = False
    call_s: float = 0.0  # that watching a single row takes
    looked: bool = False  # whether every comparison has been tried on the rows that reach it
    sites: tuple[str, ...] = ()
    decides: Mask = field(default_factory=lambda: np.zeros(0, dtype=bool))
    touched: Mask = field(default_factory=lambda: np.zeros(0, dtype=bool))
    joins: Mask = field(default_factory=lambda: np.zeros(0, dtype=bool))
    decided: set[int] = field(default_factory=set)  # comparisons for which some row's answer hangs on them
    constant: set[int] = field(default_factory=set)
    rng: np.random.Generator = field(init=False)

    def __post_init__(self) -> None:
        self.rng = np.random.default_rng([self.seed, 5])

    def rows(self) -> Iterator[pa.RecordBatch]:
        """Legal rows, in batches, the most telling last. None at all where the form cannot be watched."""
        if not self._begin():
            return
        pool = self._seen(self._legal(mixed_rows(self.space, self.most, self.seed)))
        for turn in range(ROUNDS):
            if pool is None or time.monotonic() > self.until:
                return
            changes = self._changes(pool)
            if changes is None:
                return
            involved: Mask = np.any(changes, axis=2)
            pool.codes = self._padded(pool.codes)  # sites may have come to light meanwhile
            for made in self._put_together(pool, changes):
                yield made.rows
                pool = self._joined(pool, made)
            deciding = self._deciding(pool)
            met = self._met(pool, involved, deciding)
            if met is not None and met.num_rows:
                yield met
            yield from self._swept(pool, deciding)
            if turn + 1 < ROUNDS:
                pool = self._next(pool, met, deciding)

    def unreached(self) -> list[str]:
        """The comparisons that were never made, or never decided anything, each once; none where there was no
        time to look at all of them."""
        if not self.looked:
            return []
        known = self.decided | self.constant
        settled = {self.sites[number] for number in known}
        numbers = np.flatnonzero(self.decides)
        return list(dict.fromkeys(self.sites[n] for n in numbers if self.sites[n] not in settled))

    # ---- asking ------------------------------------------------------------------------------------------

    def _begin(self) -> bool:
        trial = self._legal(mixed_rows(self.space, 3 * TRIAL, self.seed)).slice(0, TRIAL)
        if trial.num_rows == 0:
            return False
        start = time.monotonic()
        seen = self._watch(trial)
        if seen is None or time.monotonic() - start > SLOW_S:
            return False
        start = time.monotonic()
        self._watch(trial.slice(0, 1))
        self.call_s = time.monotonic() - start
        if seen.loose or seen.failed.all():
            self.alone = True
            rate = self._rate_alone(trial)
            self.most = int(np.clip(rate * ALONE_S, 24, POOL))
            seen = self._watch(trial) if rate > LEAST_RATE else None
        return seen is not None and not seen.failed.all() and len(seen.sites) > 0

    def _rate_alone(self, trial: pa.RecordBatch) -> float:
        """Rows a second, watched one by one."""
        start = time.monotonic()
        self._watch(trial.slice(1, 2))
        return 2 / max(1e-6, time.monotonic() - start)

    def _watch(self, rows: pa.RecordBatch, force: int = 0, value: bool = False) -> Watched | None:
        if time.monotonic() > self.until:
            return None
        seen = self.session.watch(rows, Watching(self.alone, force, value))
        if seen is not None:
            self.sites, self.decides = seen.sites, seen.decides
            self.touched, self.joins = seen.touched, seen.joins
        return seen

    def _seen(self, rows: pa.RecordBatch) -> _Pool | None:
        if rows.num_rows == 0:
            return None
        seen = self._watch(rows)
        return None if seen is None else _Pool(rows, seen.codes)

    def _codes(self, rows: pa.RecordBatch) -> Codes | None:
        """How the sites come out, shape ``(sites, rows)``; a row that breaks a constraint reaches none."""
        legal = holding_rows(rows, self.space.schema)
        if not legal.any():
            return np.full((len(self.sites), rows.num_rows), NOT_REACHED, dtype=np.int64)
        seen = self._watch(rows if legal.all() else rows.filter(pa.array(legal)))
        if seen is None:
            return None
        codes = np.full((len(seen.sites), rows.num_rows), NOT_REACHED, dtype=np.int64)
        codes[:, legal] = seen.codes
        return codes

    def _legal(self, rows: pa.RecordBatch) -> pa.RecordBatch:
        return rows.filter(pa.array(legal_rows(rows, self.space.schema)))

    def _joined(self, first: _Pool, second: _Pool) -> _Pool:
        codes = np.concatenate([self._padded(first.codes), self._padded(second.codes)], axis=1)
        return _Pool(concat(self.space.schema, [first.rows, second.rows]), codes)

    def _padded(self, codes: Codes) -> Codes:
        lacking = len(self.sites) - len(codes)
        return np.pad(codes, ((0, max(0, lacking)), (0, 0)), constant_values=NOT_REACHED)

    # ---- which inputs a comparison is about --------------------------------------------------------------

    def _changes(self, pool: _Pool) -> npt.NDArray[np.bool_] | None:
        """Shape ``(sites, inputs, 2)``: whether a site came out otherwise when an input was given the values
        of other rows; of a site that joins two truths, whether the left one did, and the right one."""
        size = min(pool.rows.num_rows, max(16, self.most // (2 if self.alone else 4)))
        some = np.sort(self.rng.choice(pool.rows.num_rows, size=size, replace=False))
        base = pool.rows.take(pa.array(some))
        parts = []
        for position in range(len(self.space.schema.inputs)):
            others = pool.rows.column(position).take(
                pa.array(self.rng.integers(pool.rows.num_rows, size=size))
            )
            parts.append(base.set_column(position, base.schema.field(position), others))
        codes = self._codes(concat(self.space.schema, parts))
        if codes is None:
            return None
        before = self._padded(pool.codes[:, some])[:, None, :]
        after = codes.reshape(len(codes), len(parts), size)
        both = (after != NOT_REACHED) & (before != NOT_REACHED)
        other = np.where(both, after ^ before, 0)
        joins = self.joins[:, None, None]
        sides = [np.where(joins, other & bit, other) != 0 for bit in (2, 1)]
        changed: Mask = np.stack([side.any(axis=2) for side in sides], axis=2)
        return changed

    # ---- conditions put together -------------------------------------------------------------------------

    def _put_together(self, pool: _Pool, changes: Mask) -> Iterator[_Pool]:
        """Rows in which conditions come together that do so in few: at random, and wherever a form joins two
        truths, in the ways in which they have not come out together yet, one level after the other."""
        overlaid = self._seen(self._overlaid(pool, np.any(changes, axis=2)))
        if overlaid is None:
            return
        yield overlaid
        pool = self._joined(pool, overlaid)
        for _ in range(LEVELS):
            crossed = self._crossed(pool, changes)
            made = None if crossed is None else self._seen(crossed)
            if made is None:
                return
            yield made
            before = self._ways(pool)
            pool = self._joined(pool, made)
            if self._ways(pool) == before:
                return

    def _ways(self, pool: _Pool) -> int:
        """In how many ways truths have come out together."""
        return sum(len(np.unique(pool.codes[site])) for site in np.flatnonzero(self.joins))

    def _crossed(self, pool: _Pool, changes: Mask) -> pa.RecordBatch | None:
        """Rows on which one side of a join comes out in some way, with the inputs that the other side depends
        on of a row on which that comes out in some way: for each way that few rows have shown."""
        source = []
        for site in np.flatnonzero(self.joins[: len(changes)]):
            reached = pool.codes[site] != NOT_REACHED
            for way in range(4):
                shown = int((pool.codes[site] == way).sum())
                if shown > RARE * reached.sum():
                    continue
                left = np.flatnonzero(reached & ((pool.codes[site] & 2) == (way & 2)))
                right = np.flatnonzero(reached & ((pool.codes[site] & 1) == (way & 1)))
                if not (len(left) and len(right)):
                    continue
                for own, other, side in ((left, right, 1), (right, left, 0)):
                    given = np.flatnonzero(changes[site, :, side])
                    rows, donors = (self.rng.choice(one, size=CROSSED) for one in (own, other))
                    cells = np.tile(rows, (len(self.space.schema.inputs), 1))
                    cells[given] = donors
                    source.append(cells)
        if not source:
            return None
        cells = np.concatenate(source, axis=1)
        if cells.shape[1] > self.most:
            cells = cells[:, np.sort(self.rng.choice(cells.shape[1], size=self.most, replace=False))]
        return self._of_cells(pool, cells)

    def _of_cells(self, pool: _Pool, source: Rows) -> pa.RecordBatch:
        """Legal rows whose cells come from given rows of the pool, shape ``(inputs, rows)``."""
        arrays = [pool.rows.column(i).take(pa.array(source[i])) for i in range(len(source))]
        return self._legal(pa.RecordBatch.from_arrays(arrays, schema=self.space.schema.arrow))

    def _overlaid(self, pool: _Pool, involved: Mask) -> pa.RecordBatch:
        """Rows of the pool, each with the inputs of a few others on which a site has a rare outcome."""
        rare = self._rare(pool, involved)
        rows = self.rng.integers(pool.rows.num_rows, size=self.most)
        source = np.tile(rows, (len(self.space.schema.inputs), 1))  # (inputs, rows): whence each cell comes
        if rare:
            for place in range(self.most):
                for choice in self.rng.integers(len(rare), size=self.rng.integers(1, OVERLAID + 1)):
                    where, about = rare[choice]
                    source[about, place] = where[self.rng.integers(len(where))]
        return self._of_cells(pool, source)

    def _rare(self, pool: _Pool, involved: Mask) -> list[tuple[Rows, Rows]]:
        """For each rare outcome of a comparison the rows that have it, and the inputs that it is about."""
        found = []
        for site in np.flatnonzero(self.decides[: len(involved)]):
            about = np.flatnonzero(involved[site])
            reached = pool.codes[site] != NOT_REACHED
            if not len(about):
                continue
            for code in np.unique(pool.codes[site][reached]):
                where = np.flatnonzero(pool.codes[site] == code)
                if len(where) < RARE * reached.sum():
                    found.append((where, about))
            if 0 < reached.sum() < RARE * len(reached):  # what few rows reach at all
                found.append((np.flatnonzero(reached), about))
        return found

    # ---- comparisons that decide -------------------------------------------------------------------------

    def _deciding(self, pool: _Pool) -> dict[int, Rows]:
        """For each comparison some rows (indices into the pool) whose answer hangs on it."""
        deciding: dict[int, Rows] = {}
        order = sorted(range(len(pool.codes)), key=lambda site: site in self.decided)
        for site in order:
            if not self.decides[site]:
                continue
            reached = np.flatnonzero(pool.codes[site] != NOT_REACHED)
            if not len(reached):
                if self.touched[site]:
                    self.constant.add(site)  # not of rows: what a form asks of its arguments
                continue
            most = max(8, self.most // 8) if self.alone else 2 * self.most
            if len(reached) > most:
                reached = np.sort(self.rng.choice(reached, size=most, replace=False))
            hangs = self._hangs(pool.rows.take(pa.array(reached)), site)
            if hangs is None:
                return deciding
            if hangs.any():
                self.decided.add(site)
                deciding[site] = reached[hangs]
        self.looked = True
        return deciding

    def _hangs(self, rows: pa.RecordBatch, site: int) -> Mask | None:
        """The rows whose answer is another when a comparison comes out true than when it comes out false."""
        pair = [self._watch(rows, site + 1, value) for value in (True, False)]
        yes, no = pair
        if yes is None or no is None:
            return None
        differs: Mask = yes.failed != no.failed
        for name, said in yes.said.items():
            other = no.said[name]
            if said.dtype == other.dtype == np.float64:
                differs |= (said != other) & ~(np.isnan(said) & np.isnan(other))
            else:
                differs |= np.array([str(a) != str(b) for a, b in zip(said, other, strict=True)])
        return differs

    # ---- meeting them exactly ----------------------------------------------------------------------------

    def _met(self, pool: _Pool, involved: Mask, deciding: dict[int, Rows]) -> pa.RecordBatch | None:
        """Legal rows on both sides of the boundaries of the sites, adjacent values apart."""
        found = self._bracketed(pool, involved, deciding)
        if found is None:
            return None
        brackets, sites, low_codes = found

        def differs(rows: pa.RecordBatch, which: Rows) -> Mask | None:
            now = self._codes(rows)
            return None if now is None else now[sites[which], np.arange(len(which))] != low_codes[which]

        brackets.close(self.space.schema, differs, 1 if self.alone else points_for(self.call_s), self.until)
        return self._legal(brackets.ends(self.space.schema))

    def _bracketed(
        self, pool: _Pool, involved: Mask, deciding: dict[int, Rows]
    ) -> tuple[Brackets, Rows, Codes] | None:
        """Neighbouring values of grids between which a site comes out otherwise; the sites, and how they came
        out at the lower ends."""
        wanted = self._wanted(pool, involved, deciding)
        if not wanted:
            return None
        bases, of_site = {}, []
        for name, chosen in wanted.items():
            rows, sites = (np.concatenate(one) for one in zip(*chosen, strict=True))
            bases[name] = pool.rows.take(pa.array(rows))
            of_site.append(np.repeat(sites, GRID))
        swept = sweep(self.space.schema, self.space.pools, self.rng, bases)
        now = self._codes(swept.rows)
        if now is None:
            return None
        at = np.concatenate(of_site)
        codes = now[at, np.arange(len(at))]
        left = swept.steps()
        both = (codes[left] != NOT_REACHED) & (codes[left + 1] != NOT_REACHED)
        changed = left[both & (codes[left] != codes[left + 1])]
        if not len(changed):
            return None
        most = max(24, self.most // 4) if self.alone else max(24, BRACKETS // points_for(self.call_s))
        kept = np.sort(self.rng.choice(changed, size=min(most, len(changed)), replace=False))
        return swept.brackets(kept), at[kept], codes[kept]

    def _wanted(
        self, pool: _Pool, involved: Mask, deciding: dict[int, Rows]
    ) -> dict[str, list[tuple[Rows, Rows]]]:
        """By ordered input, rows of the pool over which it is to be varied, and for which sites."""
        wanted: dict[str, list[tuple[Rows, Rows]]] = {}
        budget = max(4, self.most // (GRID * 4)) if self.alone else 3 * BRACKETS
        steps = ~self.decides & ~self.joins
        sites = [site for site in range(len(involved)) if site in deciding or steps[site]]
        for site in sites:
            candidates = deciding.get(site)
            most = STEPPED if candidates is None else DECIDED
            if candidates is None:
                candidates = np.flatnonzero(pool.codes[site] != NOT_REACHED)
            if not len(candidates):
                continue
            for position in np.flatnonzero(involved[site]):
                one = self.space.schema.inputs[position]
                if not one.kind.ordered or budget <= 0:
                    continue
                chosen = self.rng.choice(candidates, size=min(most, len(candidates)), replace=False)
                budget -= len(chosen)
                wanted.setdefault(one.name, []).append((chosen, np.full(len(chosen), site)))
        return wanted

    # ---- behind the guards -------------------------------------------------------------------------------

    def _swept(self, pool: _Pool, deciding: dict[int, Rows]) -> Iterator[pa.RecordBatch]:
        """Single values of every input over rows for which a comparison decides that decides for few."""
        few = [rows for rows in deciding.values() if len(rows) < RARE * pool.rows.num_rows]
        chosen = [self.rng.choice(rows, size=min(BACKGROUNDS, len(rows)), replace=False) for rows in few]
        backgrounds = np.unique(np.concatenate(chosen)) if chosen else np.zeros(0, dtype=np.int64)
        if not len(backgrounds):
            return
        most = 4 * self.most if self.alone else SWEPT
        total = sum(len(one.main) for one in self.space.pools.values())
        if total * len(backgrounds) > most:
            backgrounds = self.rng.choice(backgrounds, size=max(1, most // total), replace=False)
        for position, (_, one) in enumerate(self.space.pools.items()):
            values = one.main[: max(1, most // len(self.space.pools))]
            rows = np.repeat(backgrounds, len(values))
            base = pool.rows.take(pa.array(rows))
            column = one.array(values).take(pa.array(np.tile(np.arange(len(values)), len(backgrounds))))
            yield self._legal(base.set_column(position, base.schema.field(position), column))

    def _next(self, pool: _Pool, met: pa.RecordBatch | None, deciding: dict[int, Rows]) -> _Pool | None:
        """The pool of the next round: rows for which comparisons decide, boundary rows, fresh ones."""
        kept = [rows[: 2 * DECIDED] for rows in deciding.values()]
        parts = [pool.rows.take(pa.array(np.unique(np.concatenate(kept))))] if kept else []
        if met is not None and met.num_rows:
            some = self.rng.choice(met.num_rows, size=min(self.most // 2, met.num_rows), replace=False)
            parts.append(met.take(pa.array(some)))
        parts.append(self._legal(mixed_rows(self.space, self.most, int(self.rng.integers(2**31)))))
        rows = concat(self.space.schema, parts)
        if rows.num_rows > 2 * self.most:
            rows = rows.take(pa.array(np.sort(self.rng.choice(rows.num_rows, 2 * self.most, replace=False))))
        return self._seen(rows)


@dataclass(frozen=True, slots=True)
class Guidance:
    """Rows that meet the comparisons of a form, in batches, and the comparisons that none of them reached."""

    batches: tuple[pa.RecordBatch, ...] = ()
    unreached: tuple[str, ...] = ()


def guidance(space: Space, respondent: Respondent, seed: int, seconds: float) -> Guidance:
    """Watch a target's form for so many seconds at most; nothing where it cannot be watched."""
    session = respondent.watched()
    if session is None:
        return Guidance()
    guide = Guide(space, session, seed, time.monotonic() + seconds)
    batches = tuple(guide.rows())
    name = respondent.target.form.name
    return Guidance(batches, tuple(f"{name}: {text}" for text in guide.unreached()))
