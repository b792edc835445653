"""Dates, times and spans that codecs stumble over."""

from __future__ import annotations

from harness.fidelity.columns import Column, Kind, Value
from harness.fidelity.traits import PLAIN, Trait, empty, simple


def dates(kind: Kind) -> tuple[Trait, ...]:
    """Of dates, held as doubles or as integers."""
    plain = (19_782, 10_957, 365)
    of = simple(kind, plain)
    shared = (
        of(PLAIN, *plain),
        of("before 1970", -1, -25_567),
        of("years 1 and 9999", -719_162, 2_932_896),
        of("beyond year 9999", 2_932_897),
        of("NA", None, alone=False),
        *empty(kind),
    )
    return (*shared, of("part of a day", 0.5, 19_782.25)) if kind is Kind.DATE else shared


def datetimes() -> tuple[Trait, ...]:
    """Of points in time."""
    plain = (1_709_164_800_000_000, 86_400_000_000)

    def of(name: str, zone: str | None, *values: Value, alone: bool = True) -> Trait:
        return Trait(Kind.DATETIME, name, Column(Kind.DATETIME, (), zone=zone), values, plain, alone=alone)

    return (
        of(PLAIN, "UTC", *plain),
        of("another zone", "Europe/Berlin", *plain),
        of("no zone", None, *plain),
        of("microseconds", "UTC", 1_709_164_800_123_456, 1),
        of("before 1970", "UTC", -1_000_000, -2_208_988_800_000_000),
        of("the hour that comes twice", "Europe/Berlin", 1_729_989_000_000_000, 1_729_992_600_000_000),
        of("parts of a microsecond", "UTC", 0.1234567, 1e-9),
        of("NA", "UTC", None, alone=False),
        *empty(Kind.DATETIME, Column(Kind.DATETIME, (), zone="UTC")),
    )


def difftimes() -> tuple[Trait, ...]:
    """Of spans of time."""

    def of(name: str, units: str, *values: Value, alone: bool = True) -> Trait:
        return Trait(
            Kind.DIFFTIME, name, Column(Kind.DIFFTIME, (), units=units), values, (2, 60), alone=alone
        )

    return (
        of(PLAIN, "secs", 2, 60),
        of("parts of a second", "secs", 0.5, 0.000001),
        of("negative", "secs", -3),
        of("minutes", "mins", 2, 1.5),
        of("hours", "hours", 2),
        of("days", "days", 2, 0.5),
        of("weeks", "weeks", 2),
        of("NA", "secs", None, alone=False),
        *empty(Kind.DIFFTIME),
    )
