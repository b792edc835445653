"""What each end of each codec costs: encode and decode by turns with a memcpy of the same bytes."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import pyarrow as pa

from harness import registry
from harness.fidelity.columns import Kind
from harness.fidelity.ends import Language, Member
from harness.fidelity.lanes import First, Lane, PythonLane, RLane
from harness.fidelity.r_session import RSession
from harness.fidelity.workload import table
from harness.stats import median_ratio
from harness.workload.quiet import collector_paused

ROUNDS = 15
#: One sample lasts at least as long: several calls where one is quicker.
LEAST_NS = 1_000_000
#: A first call that takes longer is a sample like any other; a quicker one warms up.
WARM_NS = 150_000_000
#: An end has so many samples, however little time it was given, where writing and reading once takes no
#: longer than so many nanoseconds; else one.
ENOUGH = 5
FEWEST = ((100_000_000, ENOUGH), (300_000_000, 3))
_MOST_CALLS = 20_000
#: The table gets to R as raw columns, by a codec under a name of its own, whichever codecs are asked for.
_CARRIER = "table of the clock"


@dataclass(frozen=True, slots=True)
class Cost:
    """One end of one codec at one number of rows. Samples are nanoseconds a call, in the order taken; those
    of one place were taken one after the other. ``exact``: the very table came back as it was."""

    codec: str
    language: Language
    rows: int
    table_bytes: int
    size_bytes: int = 0
    exact: bool = False
    refused: str | None = None
    same_as: str | None = None
    encode_ns: tuple[float, ...] = ()
    decode_ns: tuple[float, ...] = ()
    memcpy_ns: tuple[float, ...] = ()

    @property
    def timed(self) -> bool:
        """Whether there are samples."""
        return bool(self.encode_ns)

    @property
    def encode(self) -> float:
        """Times a memcpy of the table (median of ratios side by side)."""
        return median_ratio(self.encode_ns, self.memcpy_ns)

    @property
    def decode(self) -> float:
        """Times a memcpy of the table (median of ratios side by side)."""
        return median_ratio(self.decode_ns, self.memcpy_ns)

    @property
    def size(self) -> float:
        """Times the table's own bytes."""
        return self.size_bytes / self.table_bytes


@dataclass(slots=True)
class _Turns:
    lane: Lane
    first: First
    encode_ns: list[float] = field(default_factory=list)
    decode_ns: list[float] = field(default_factory=list)
    memcpy_ns: list[float] = field(default_factory=list)
    spent_ns: int = 0
    gone: bool = False


Tell = Callable[[str], None]


def costs(
    members: Sequence[Member],
    rows: Sequence[int],
    kinds: Sequence[Kind],
    session: RSession,
    seconds: float,
    seed: int = 0,
    tell: Tell = lambda words: None,
) -> tuple[Cost, ...]:
    """Every end that is here, at each number of rows; ``seconds`` for each end and number of rows, where
    one call of it does not take longer."""
    found: list[Cost] = []
    for count in rows:
        batch = table(count, kinds, seed)
        lanes = _lanes(members, batch, session)
        with collector_paused():
            found += _measure(lanes, batch, seconds, random.Random(seed), _at(count, tell))
        found += _doubles(members, found, batch)
    return tuple(found)


def _at(rows: int, tell: Tell) -> Tell:
    return lambda words: tell(f"{rows:,} rows · {words}")


def memcpy_ns(source: memoryview, target: memoryview, times: int) -> float:
    """Nanoseconds of one copy of these bytes, as the mean of so many."""
    started = time.perf_counter_ns()
    for _ in range(times):
        target[:] = source
    return (time.perf_counter_ns() - started) / times


def _lanes(members: Sequence[Member], batch: pa.RecordBatch, session: RSession) -> list[Lane]:
    in_python: list[Lane] = [PythonLane(member, batch) for member in members if member.python.here]
    first_of = {member.codec.R_END: member for member in reversed(members) if member.r.here}
    in_r: list[Lane] = [RLane(member, session) for member in first_of.values()]
    if in_r:
        carrier = registry.find("codecs", "raw")
        session.load({_CARRIER: carrier})
        path = session.folder / "table"
        path.write_bytes(carrier.encode(batch))
        session.say(f"clock_table({_CARRIER!r}, {str(path)!r})")
        path.unlink()
    return [*in_python, *in_r]


def _doubles(members: Sequence[Member], found: Sequence[Cost], batch: pa.RecordBatch) -> list[Cost]:
    """The R ends that are another codec's as well: timed once, and said so."""
    timed = {cost.codec for cost in found if cost.language is Language.R and cost.rows == batch.num_rows}
    ends: dict[Path | None, str] = {m.codec.R_END: m.name for m in members if m.name in timed}
    return [
        Cost(m.name, Language.R, batch.num_rows, batch.nbytes, same_as=ends[m.codec.R_END])
        for m in members
        if m.r.here and m.name not in timed
    ]


def _measure(
    lanes: Sequence[Lane], batch: pa.RecordBatch, seconds: float, rng: random.Random, tell: Tell
) -> list[Cost]:
    source = memoryview(bytes(batch.nbytes))
    target = memoryview(bytearray(batch.nbytes))
    target[:] = source  # pages that were never touched would be counted as copying
    copies = _calls(max(1.0, memcpy_ns(source, target, 10)))

    def copy() -> float:  # a single end may rest on one copy: a hiccup in it must not decide
        return median(memcpy_ns(source, target, copies) for _ in range(3))

    begun = []
    for lane in lanes:
        tell(f"{lane.language.value} {lane.member.name}")
        begun.append(_begin(lane, copy))
    for number in range(1, ROUNDS + 1):
        tell(f"round {number} of {ROUNDS}")
        for turns in rng.sample(begun, len(begun)):
            share_ns = seconds * 1e9 * number / ROUNDS
            if not turns.gone and (turns.spent_ns < share_ns or _starved(turns)):
                _turn(turns, copy)
    return [_cost(turns, batch) for turns in begun]


def _starved(turns: _Turns) -> bool:
    one_ns = turns.first.encode_ns + turns.first.decode_ns
    return len(turns.encode_ns) < next((fewest for limit, fewest in FEWEST if one_ns < limit), 1)


def _begin(lane: Lane, copy: Callable[[], float]) -> _Turns:
    copied = copy()
    first = lane.first()
    turns = _Turns(lane, first, gone=first.refused is not None)
    if min(first.encode_ns, first.decode_ns) > WARM_NS:
        _add(turns, first.encode_ns, first.decode_ns, copied)
        turns.spent_ns = first.encode_ns + first.decode_ns
    return turns


def _turn(turns: _Turns, copy: Callable[[], float]) -> None:
    first = turns.first
    encodings, decodings = _calls(first.encode_ns), _calls(first.decode_ns)
    copied = copy()
    taken = turns.lane.turn(encodings, decodings)
    if taken is None:
        turns.gone = True
        return
    encode, decode = taken
    _add(turns, encode / encodings, decode / decodings, copied)
    turns.spent_ns += encode + decode


def _add(turns: _Turns, encode: float, decode: float, copied: float) -> None:
    turns.encode_ns.append(encode)
    turns.decode_ns.append(decode)
    turns.memcpy_ns.append(copied)


def _calls(once_ns: float) -> int:
    return int(min(_MOST_CALLS, max(1, LEAST_NS // max(1, once_ns))))


def _cost(turns: _Turns, batch: pa.RecordBatch) -> Cost:
    first = turns.first
    return Cost(
        turns.lane.member.name,
        turns.lane.language,
        batch.num_rows,
        batch.nbytes,
        first.size_bytes,
        first.exact,
        first.refused,
        None,
        tuple(turns.encode_ns),
        tuple(turns.decode_ns),
        tuple(turns.memcpy_ns),
    )
