"""One end of one codec on one table: what a first call and what further calls take."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Protocol

import pyarrow as pa

from harness.fidelity import arrow_judge
from harness.fidelity.ends import Language, Member
from harness.fidelity.r_session import RSession, RSessionError
from harness.fidelity.trials import REFUSALS
from harness.protocols import Encoded


@dataclass(frozen=True, slots=True)
class First:
    """What the first encoding and decoding showed; ``refused`` where the table cannot be carried."""

    encode_ns: int = 0
    decode_ns: int = 0
    size_bytes: int = 0
    exact: bool = False
    refused: str | None = None


class Lane(Protocol):
    """One end of one codec, ready to be timed."""

    @property
    def member(self) -> Member:
        """The codec."""
        ...

    @property
    def language(self) -> Language:
        """Whose end it is."""
        ...

    def first(self) -> First:
        """Encode and decode the table once, and see whether it comes back."""
        ...

    def turn(self, encodings: int, decodings: int) -> tuple[int, int] | None:
        """Nanoseconds of so many encodings and of so many decodings; None where the end is gone."""
        ...


@dataclass(slots=True)
class PythonLane:
    """The Python end, in this very process."""

    member: Member
    batch: pa.RecordBatch
    language: Language = Language.PYTHON
    data: Encoded = b""

    def first(self) -> First:
        """See :class:`Lane`."""
        codec = self.member.codec
        try:
            started = time.perf_counter_ns()
            self.data = codec.encode(self.batch)
            encoded = time.perf_counter_ns()
            came = codec.decode(self.data)
            decoded = time.perf_counter_ns()
        except REFUSALS as error:
            return First(refused=" ".join(str(error).split()))
        exact = arrow_judge.difference(self.batch, came) is None
        return First(encoded - started, decoded - encoded, len(self.data), exact)

    def turn(self, encodings: int, decodings: int) -> tuple[int, int]:
        """See :class:`Lane`."""
        codec, batch, data = self.member.codec, self.batch, self.data
        started = time.perf_counter_ns()
        for _ in range(encodings):
            codec.encode(batch)
        encoded = time.perf_counter_ns()
        for _ in range(decodings):
            codec.decode(data)
        return encoded - started, time.perf_counter_ns() - encoded


@dataclass(slots=True)
class RLane:
    """The R end, in the R process, by R's own clock; the table is there already (``clock_table``)."""

    member: Member
    session: RSession
    language: Language = Language.R

    def first(self) -> First:
        """See :class:`Lane`."""
        try:
            status, *rest = self.session.say(f"clock_first({self.member.name!r})").split()
        except RSessionError as error:
            return First(refused=f"R ended: {error}")
        if status == "refused":
            return First(refused=" ".join(bytes.fromhex(rest[0]).decode("utf-8", "replace").split()))
        size, encode, decode = map(int, rest)
        return First(encode, decode, size, status == "exact")

    def turn(self, encodings: int, decodings: int) -> tuple[int, int] | None:
        """See :class:`Lane`."""
        try:
            said = self.session.say(f"clock_turn({self.member.name!r}, {encodings}L, {decodings}L)")
        except RSessionError:
            return None
        status, *taken = said.split()
        return (int(taken[0]), int(taken[1])) if status == "ns" else None
