"""Numbers that codecs stumble over: doubles, integers, truth values, whole numbers of 64 bits."""

from __future__ import annotations

import struct

import numpy as np

from harness.fidelity.columns import Column, Kind, Specimen, Value
from harness.fidelity.traits import PLAIN, Trait, empty, simple


def double(bits: int) -> float:
    """The double of these bits: NaN payloads survive, as nothing computes with them."""
    found: float = struct.unpack("<d", struct.pack("<Q", bits))[0]
    return found


def _random_double(rng: np.random.Generator) -> Value:
    return double(int(rng.integers(0x0010_0000_0000_0000, 0x7FE0_0000_0000_0000, dtype=np.uint64)))


def _random_payload(rng: np.random.Generator) -> Value:
    payload = int(rng.integers(2048, 1 << 50))  # never R's own NA, whose payload is 1954
    return double(int(rng.integers(2)) << 63 | 0x7FF8_0000_0000_0000 | payload)


def doubles() -> tuple[Trait, ...]:
    """Of doubles."""
    plain = (1.5, 0.25, -3.5, 100.25)
    of = simple(Kind.DOUBLE, plain)
    return (
        of(PLAIN, *plain),
        of("whole numbers only", 1.0, 0.0, -2.0, among=(1.0, 100.0)),
        of("16 and 17 digits", 0.1 + 0.2, 1 / 3, 1e23, 5e-324 * 2**60, draw=_random_double),
        of("huge and tiny", 1.7976931348623157e308, 2.0**53 + 2, 2.2250738585072014e-308, 1e300),
        of("subnormals", 5e-324, -5e-324, 2.225073858507201e-308),
        of("-0.0", -0.0),
        of("infinities", float("inf"), float("-inf")),
        of("NaN", double(0x7FF8_0000_0000_0000)),
        of("NaN with a payload", double(0x7FF8_0000_0000_0007), double(0xFFF8 << 48), draw=_random_payload),
        of("NA", None, alone=False),
        of("-NA", double(0xFFF0_0000_0000_07A2), double(0x7FF8_0000_0000_07A2), alone=False),
        Trait(
            Kind.DOUBLE,
            "NA beside NaN",
            Column(Kind.DOUBLE, ()),
            (),
            (),
            fixed=(Specimen.of(Column(Kind.DOUBLE, (1.5, None, double(0x7FF8 << 48)))),),
        ),
        *empty(Kind.DOUBLE),
    )


def integers() -> tuple[Trait, ...]:
    """Of integers of 32 bits."""
    of = simple(Kind.INTEGER, (1, 2, -3, 40))
    return (
        of(PLAIN, 1, 2, -3, 40),
        of("zero and one only", 0, 1),
        of("beyond 2^24", 2**24 + 1, 2**31 - 1, -(2**31) + 1),
        of("NA", None, alone=False),
        *empty(Kind.INTEGER),
    )


def logicals() -> tuple[Trait, ...]:
    """Of truth values."""
    of = simple(Kind.LOGICAL, (True, False))
    return of(PLAIN, True, False), of("NA", None, alone=False), *empty(Kind.LOGICAL)


def integers64() -> tuple[Trait, ...]:
    """Of integers of 64 bits."""
    of = simple(Kind.INTEGER64, (1, -2, 40))
    return (
        of(PLAIN, 1, -2, 40),
        of("beyond 2^31", 2**31, -(2**40)),
        of("beyond 2^53", 2**53 + 1, 2**63 - 1, -(2**63) + 1),
        of("NA", None, alone=False),
        *empty(Kind.INTEGER64),
    )
