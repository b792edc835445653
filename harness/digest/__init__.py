"""What a run says, as plain values: pure functions of its records, for the renderers to show.

Records come from other programs and other versions too: what is absent is shown as absent, and
keys that are not known here are passed over.
"""

from __future__ import annotations

from harness.digest.headline import Headline, headline_of
from harness.digest.profiles import Profile, profiles_of
from harness.digest.timings import ColdStart, Timing, cold_starts_of, timings_of
from harness.digest.verdicts import Finding, Mismatch, Standing, Verdict, verdicts_of

__all__ = [
    "ColdStart",
    "Finding",
    "Headline",
    "Mismatch",
    "Profile",
    "Standing",
    "Timing",
    "Verdict",
    "cold_starts_of",
    "headline_of",
    "profiles_of",
    "timings_of",
    "verdicts_of",
]
