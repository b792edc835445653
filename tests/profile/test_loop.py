import pytest
from timed_sessions import FakeClock, FakeSession

from harness.profile.loop import timed_calls
from harness.profile.records import accounted
from harness.protocols import Reply
from harness.schema import Input, Kind, Schema
from harness.trace import Span

BATCH = Schema((Input("x", Kind.FLOAT),)).batch({"x": [1.0, 2.0]})


def test_phases_add_up_to_the_wall_time_and_come_in_the_order_of_a_call(session, clock):
    calls = timed_calls(session(4_000_000), BATCH, 0.1, clock)
    assert calls.calls == 25
    assert list(calls.phases) == ["encode", "compute", "decode-result", "idle"]
    assert calls.phases["encode"] == 25 * 1_000_000
    assert calls.phases["compute"] == 25 * 2_000_000
    assert calls.coverage == pytest.approx(1, abs=0.0001)
    assert accounted(calls.coverage)
    assert calls.processes["compute"] == "worker"


class Gappy(FakeSession):
    """Spans that begin late: what happens before them is in no phase."""

    def call(self, batch):
        self.clock.work(200_000)
        return super().call(batch)


def test_what_no_phase_covers_is_not_hidden_in_idle(clock):
    calls = timed_calls(Gappy(clock, iter([800_000] * 1000)), BATCH, 0.1, clock)
    assert calls.coverage == pytest.approx(0.8, abs=0.001)
    assert not accounted(calls.coverage)
    assert calls.phases["idle"] < 0.001 * calls.wall_ns


class Overlapping(FakeSession):
    def call(self, batch):
        reply = super().call(batch)
        return Reply(reply.outputs, spans=(*reply.spans, *reply.spans))


def test_phases_that_overlap_do_not_account_for_the_wall_time(clock):
    calls = timed_calls(Overlapping(clock, iter([1_000_000] * 1000)), BATCH, 0.1, clock)
    assert calls.coverage == pytest.approx(2, abs=0.001)
    assert not accounted(calls.coverage)


class Detailed(FakeSession):
    def call(self, batch):
        reply = super().call(batch)
        return Reply(reply.outputs, spans=(*reply.spans, Span("matrix product", 0, 10**9)))


def test_finer_spans_inside_the_phases_are_not_counted_twice(clock):
    calls = timed_calls(Detailed(clock, iter([1_000_000] * 1000)), BATCH, 0.1, clock)
    assert calls.coverage == pytest.approx(1, abs=0.001)
    assert "matrix product" not in calls.phases


def test_time_between_calls_is_idle(session):
    clock = FakeClock(step=100_000)
    calls = timed_calls(FakeSession(clock, iter([1_000_000] * 1000)), BATCH, 0.1, clock)
    # a reading of the clock before each call and one after it: the second belongs to the call
    assert calls.phases["idle"] == calls.calls * 100_000


def test_at_least_one_call_is_made_however_short_the_time(session, clock):
    assert timed_calls(session(10**9), BATCH, 0.001, clock).calls == 1


def test_a_call_that_fails_ends_the_calls_and_is_not_counted(session, clock):
    calls = timed_calls(session(1_000_000, fails_at=4), BATCH, 1, clock)
    assert calls.calls == 3
    assert calls.failure == "IndexError: index 5 is out of bounds"
    assert calls.wall_ns == pytest.approx(3_000_000, rel=0.001)


def test_a_first_call_that_fails_leaves_nothing(session, clock):
    calls = timed_calls(session(fails_at=1), BATCH, 1, clock)
    assert (calls.calls, calls.wall_ns, dict(calls.phases), calls.coverage) == (0, 0, {}, 0.0)
    assert calls.failure is not None


@pytest.mark.parametrize(
    ("coverage", "fine"),
    [(1.0, True), (0.951, True), (0.949, False), (1.049, True), (1.051, False), (0.0, False)],
)
def test_phases_account_for_the_wall_time_within_five_per_cent(coverage, fine):
    assert accounted(coverage) is fine
