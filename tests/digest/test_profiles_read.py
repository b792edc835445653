"""Where a call's time goes."""

from __future__ import annotations

from harness.digest import profiles_of


def profile(wall_ns: int, phases: dict) -> dict:
    return {
        "record": "profile",
        "model": "m",
        "target": "t",
        "rows": 1,
        "calls": 4,
        "wall_ns": wall_ns,
        "phases": phases,
    }


def shares(wall_ns: int, phases: dict) -> dict[str, float]:
    return dict(profiles_of([profile(wall_ns, phases)])[0].shares)


def test_phases_come_in_the_order_of_a_call_and_later_ones_behind():
    read = profiles_of([profile(100, {"of tomorrow": 5, "idle": 5, "compute": 60, "encode": 30})])[0]
    assert [name for name, _ in read.phases] == ["encode", "compute", "idle", "of tomorrow"]
    assert dict(read.shares) == {"encode": 0.3, "compute": 0.6, "idle": 0.05, "of tomorrow": 0.05}
    assert read.call_ns == 25


def test_what_no_phase_covers_is_shown_above_five_per_cent():
    assert "unaccounted" not in dict(profiles_of([profile(100, {"compute": 95})])[0].shares)
    assert dict(profiles_of([profile(100, {"compute": 90})])[0].shares) == {
        "compute": 0.9,
        "unaccounted": 0.1,
    }


def test_phases_that_overlap_are_shares_of_their_own_sum():
    assert shares(100, {"encode": 50, "compute": 150}) == {"encode": 0.25, "compute": 0.75}


def test_a_profile_of_nothing_has_no_shares():
    read = profiles_of([{"record": "profile", "reason": "it would not start"}])[0]
    assert read.shares == ()
    assert read.call_ns == 0
    assert read.reason == "it would not start"
