"""What a bench leaves behind: raw samples, never averages. Statistics are derived on reading."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Self

from harness.status import Status


@dataclass(frozen=True, slots=True)
class Cold:
    """The first start of one target: opening it, and its first call, on ``rows`` rows. Measured once.

    A runtime that runs inside the harness imports its engine when it is first opened, so the first
    model to open it pays for the import.
    """

    model: str
    target: str
    open_ns: int
    first_call_ns: int
    rows: int

    @property
    def fields(self) -> dict[str, Any]:
        """The fields of a ``cold`` record."""
        return {
            "model": self.model,
            "target": self.target,
            "open_ns": self.open_ns,
            "first_call_ns": self.first_call_ns,
            "rows": self.rows,
        }


@dataclass(frozen=True, slots=True)
class Timing:
    """All samples of one target at one batch size, or why there are none.

    ``parity`` says how its answers to the timed batch stand to those of the target ``reference``.
    ``samples_ns`` are whole calls as the caller sees them, transport included; ``compute_ns`` is the
    part of each of the same calls that the form itself ran (empty where its runtime does not say).
    ``rounds`` counts how many of the samples, in order, belong to each round of the interleaving.
    A sample is one call, or the mean of ``repeats`` calls where one is too quick for the clock.
    ``warmup`` calls came before and were discarded; ``settled`` says whether they had come to rest.
    ``source`` says whether the batch is the model's own data or drawn. ``load`` is the machine's load
    average (how many processes wanted to run over the last minute) when it began, where the system says
    it. ``cold`` is the start of the session that gave the samples; it has a record of its own.
    """

    model: str
    target: str
    rows: int
    parity: Status
    reference: str = ""
    reason: str | None = None
    samples_ns: tuple[int, ...] = ()
    compute_ns: tuple[int, ...] = ()
    rounds: tuple[int, ...] = ()
    repeats: int = 1
    warmup: int = 0
    settled: bool = False
    seed: int = 0
    source: str = "drawn"
    load: float | None = None
    cold: Cold | None = None

    @property
    def scenario(self) -> str:
        """``single-stream`` for one row a call, ``offline`` for a batch."""
        return "single-stream" if self.rows == 1 else "offline"

    @property
    def samples_by_round(self) -> tuple[tuple[int, ...], ...]:
        """The samples of each round; empty where the target had no turn in it."""
        return tuple(self._split())

    def _split(self) -> Iterator[tuple[int, ...]]:
        start = 0
        for count in self.rounds:
            yield self.samples_ns[start : start + count]
            start += count

    @property
    def fields(self) -> dict[str, Any]:
        """The fields of a ``timing`` record."""
        return {
            "model": self.model,
            "target": self.target,
            "scenario": self.scenario,
            "rows": self.rows,
            "reference": self.reference,
            "parity": str(self.parity),
            "reason": self.reason,
            "samples_ns": list(self.samples_ns),
            "compute_ns": list(self.compute_ns),
            "rounds": list(self.rounds),
            "repeats": self.repeats,
            "warmup": self.warmup,
            "settled": self.settled,
            "seed": self.seed,
            "source": self.source,
            "load": self.load,
        }

    @classmethod
    def of(cls, record: Mapping[str, Any]) -> Self:
        """The timing that a ``timing`` record holds. Raises KeyError where a field is absent."""
        return cls(
            model=record["model"],
            target=record["target"],
            rows=record["rows"],
            parity=Status(record["parity"]),
            reference=record["reference"],
            reason=record["reason"],
            samples_ns=tuple(record["samples_ns"]),
            compute_ns=tuple(record["compute_ns"]),
            rounds=tuple(record["rounds"]),
            repeats=record["repeats"],
            warmup=record["warmup"],
            settled=record["settled"],
            seed=record["seed"],
            source=record["source"],
            load=record["load"],
        )
