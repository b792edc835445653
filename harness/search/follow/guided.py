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
import pyarrow as pa

from harness.protocols import NOT_REACHED
from harness.search.follow.brackets import GRID, Brackets, Mask, Rows, points_for, sweep
from harness.search.follow.together import RARE, changes_of, put_together
from harness.search.follow.watcher import Codes, Seen, Watcher
from harness.search.lab import Respondent
from harness.search.rows.mixed import mixed_rows
from harness.search.rows.space import Space, concat

ROUNDS = 3
DECIDED = 12  # rows for which a comparison decides, from which its boundary is looked for
STEPPED = 8  # rows from which a step is looked for
BRACKETS = 2_000
BACKGROUNDS = 3  # rows for which a comparison decides, over which single values are tried
SWEPT = 30_000


@dataclass(slots=True)
class Guide:
    """Finds the rows that one watched form calls for."""

    watcher: Watcher
    looked: bool = False  # whether every comparison has been tried on the rows that reach it
    decided: set[int] = field(default_factory=set)  # comparisons for which some row's answer hangs on them
    constant: set[int] = field(default_factory=set)
    rng: np.random.Generator = field(init=False)

    def __post_init__(self) -> None:
        self.rng = np.random.default_rng([self.watcher.seed, 5])

    def rows(self) -> Iterator[pa.RecordBatch]:
        """Legal rows, in batches, the most telling last. None at all where the form cannot be watched."""
        watcher = self.watcher
        if not watcher.begin():
            return
        pool = watcher.seen(watcher.legal(mixed_rows(watcher.space, watcher.most, watcher.seed)))
        for turn in range(ROUNDS):
            if pool is None or watcher.over:
                return
            changes = changes_of(watcher, pool, self.rng)
            if changes is None:
                return
            involved: Mask = np.any(changes, axis=2)
            pool.codes = watcher.padded(pool.codes)  # sites may have come to light meanwhile
            for made in put_together(watcher, pool, changes, self.rng):
                yield made.rows
                pool = watcher.joined(pool, made)
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
        settled = {self.watcher.sites[number] for number in known}
        numbers = np.flatnonzero(self.watcher.decides)
        return list(
            dict.fromkeys(self.watcher.sites[n] for n in numbers if self.watcher.sites[n] not in settled)
        )

    # ---- comparisons that decide -------------------------------------------------------------------------

    def _deciding(self, pool: Seen) -> dict[int, Rows]:
        """For each comparison some rows (indices into the pool) whose answer hangs on it."""
        deciding: dict[int, Rows] = {}
        order = sorted(range(len(pool.codes)), key=lambda site: site in self.decided)
        for site in order:
            if not self.watcher.decides[site]:
                continue
            reached = np.flatnonzero(pool.codes[site] != NOT_REACHED)
            if not len(reached):
                if self.watcher.touched[site]:
                    self.constant.add(site)  # not of rows: what a form asks of its arguments
                continue
            most = max(8, self.watcher.most // 8) if self.watcher.alone else 2 * self.watcher.most
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
        pair = [self.watcher.watch(rows, site + 1, value) for value in (True, False)]
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

    def _met(self, pool: Seen, involved: Mask, deciding: dict[int, Rows]) -> pa.RecordBatch | None:
        """Legal rows on both sides of the boundaries of the sites, adjacent values apart."""
        found = self._bracketed(pool, involved, deciding)
        if found is None:
            return None
        brackets, sites, low_codes = found

        def differs(rows: pa.RecordBatch, which: Rows) -> Mask | None:
            now = self.watcher.codes(rows)
            return None if now is None else now[sites[which], np.arange(len(which))] != low_codes[which]

        points = 1 if self.watcher.alone else points_for(self.watcher.call_s)
        brackets.close(self.watcher.space.schema, differs, points, self.watcher.until)
        return self.watcher.legal(brackets.ends(self.watcher.space.schema))

    def _bracketed(
        self, pool: Seen, involved: Mask, deciding: dict[int, Rows]
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
        swept = sweep(self.watcher.space.schema, self.watcher.space.pools, self.rng, bases)
        now = self.watcher.codes(swept.rows)
        if now is None:
            return None
        at = np.concatenate(of_site)
        codes = now[at, np.arange(len(at))]
        left = swept.steps()
        both = (codes[left] != NOT_REACHED) & (codes[left + 1] != NOT_REACHED)
        changed = left[both & (codes[left] != codes[left + 1])]
        if not len(changed):
            return None
        most = (
            max(24, self.watcher.most // 4)
            if self.watcher.alone
            else max(24, BRACKETS // points_for(self.watcher.call_s))
        )
        kept = np.sort(self.rng.choice(changed, size=min(most, len(changed)), replace=False))
        return swept.brackets(kept), at[kept], codes[kept]

    def _wanted(
        self, pool: Seen, involved: Mask, deciding: dict[int, Rows]
    ) -> dict[str, list[tuple[Rows, Rows]]]:
        """By ordered input, rows of the pool over which it is to be varied, and for which sites."""
        wanted: dict[str, list[tuple[Rows, Rows]]] = {}
        budget = max(4, self.watcher.most // (GRID * 4)) if self.watcher.alone else 3 * BRACKETS
        steps = ~self.watcher.decides & ~self.watcher.joins
        sites = [site for site in range(len(involved)) if site in deciding or steps[site]]
        for site in sites:
            candidates = deciding.get(site)
            most = STEPPED if candidates is None else DECIDED
            if candidates is None:
                candidates = np.flatnonzero(pool.codes[site] != NOT_REACHED)
            if not len(candidates):
                continue
            for position in np.flatnonzero(involved[site]):
                one = self.watcher.space.schema.inputs[position]
                if not one.kind.ordered or budget <= 0:
                    continue
                chosen = self.rng.choice(candidates, size=min(most, len(candidates)), replace=False)
                budget -= len(chosen)
                wanted.setdefault(one.name, []).append((chosen, np.full(len(chosen), site)))
        return wanted

    # ---- behind the guards -------------------------------------------------------------------------------

    def _swept(self, pool: Seen, deciding: dict[int, Rows]) -> Iterator[pa.RecordBatch]:
        """Single values of every input over rows for which a comparison decides that decides for few."""
        few = [rows for rows in deciding.values() if len(rows) < RARE * pool.rows.num_rows]
        chosen = [self.rng.choice(rows, size=min(BACKGROUNDS, len(rows)), replace=False) for rows in few]
        backgrounds = np.unique(np.concatenate(chosen)) if chosen else np.zeros(0, dtype=np.int64)
        if not len(backgrounds):
            return
        most = 4 * self.watcher.most if self.watcher.alone else SWEPT
        total = sum(len(one.main) for one in self.watcher.space.pools.values())
        if total * len(backgrounds) > most:
            backgrounds = self.rng.choice(backgrounds, size=max(1, most // total), replace=False)
        for position, (_, one) in enumerate(self.watcher.space.pools.items()):
            values = one.main[: max(1, most // len(self.watcher.space.pools))]
            rows = np.repeat(backgrounds, len(values))
            base = pool.rows.take(pa.array(rows))
            column = one.array(values).take(pa.array(np.tile(np.arange(len(values)), len(backgrounds))))
            yield self.watcher.legal(base.set_column(position, base.schema.field(position), column))

    def _next(self, pool: Seen, met: pa.RecordBatch | None, deciding: dict[int, Rows]) -> Seen | None:
        """The pool of the next round: rows for which comparisons decide, boundary rows, fresh ones."""
        watcher, most = self.watcher, self.watcher.most
        kept = [rows[: 2 * DECIDED] for rows in deciding.values()]
        parts = [pool.rows.take(pa.array(np.unique(np.concatenate(kept))))] if kept else []
        if met is not None and met.num_rows:
            some = self.rng.choice(met.num_rows, size=min(most // 2, met.num_rows), replace=False)
            parts.append(met.take(pa.array(some)))
        parts.append(watcher.legal(mixed_rows(watcher.space, most, int(self.rng.integers(2**31)))))
        rows = concat(watcher.space.schema, parts)
        if rows.num_rows > 2 * most:
            rows = rows.take(pa.array(np.sort(self.rng.choice(rows.num_rows, 2 * most, replace=False))))
        return watcher.seen(rows)


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
    guide = Guide(Watcher(space, session, seed, time.monotonic() + seconds))
    batches = tuple(guide.rows())
    name = respondent.target.form.name
    return Guidance(batches, tuple(f"{name}: {text}" for text in guide.unreached()))
