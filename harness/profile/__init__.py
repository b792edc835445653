"""Where the time of a call goes: phases that add up to wall time, and sampled stacks in their phases."""

from __future__ import annotations

from harness.profile.operation import ROWS, Progress, profile_model, profile_target
from harness.profile.records import Profile

__all__ = ["ROWS", "Profile", "Progress", "profile_model", "profile_target"]
