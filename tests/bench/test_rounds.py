import gc
import random
from collections import Counter

from harness.bench.rounds import Budget, Sample, interleave


class Steady:
    """A sampler whose samples all take the same; it notes whose turn it was."""

    def __init__(self, name, elapsed_ns, log, fails_after=None, compute=True):
        self.name, self.elapsed_ns, self.log, self.fails_after = name, elapsed_ns, log, fails_after
        self.compute = compute
        self.taken = 0

    def __call__(self):
        if self.fails_after is not None and self.taken >= self.fails_after:
            return "ValueError: no more"
        self.taken += 1
        self.log.append(self.name)
        return Sample(self.elapsed_ns, self.elapsed_ns // 2 if self.compute else None, self.elapsed_ns)


def runs(log):
    """The log with neighbours of one name drawn together: the order of turns."""
    return [name for i, name in enumerate(log) if i == 0 or log[i - 1] != name]


def test_targets_take_turns_in_every_round_and_none_is_measured_in_one_go():
    log = []
    samplers = [Steady(name, 1_000_000, log) for name in "abc"]
    turns = interleave(samplers, Budget(seconds=0.1, rounds=10), random.Random(1))
    for one in turns:
        assert one.rounds == [10] * 10
        assert len(one.samples_ns) == 100
    # in every stretch of 30 samples each target has its ten
    assert all(Counter(log[i : i + 30]) == dict.fromkeys("abc", 10) for i in range(0, 300, 30))


def test_the_order_of_a_round_is_random_and_repeats_with_the_seed():
    def order(seed):
        log = []
        samplers = [Steady(name, 1_000_000, log) for name in "abcd"]
        interleave(samplers, Budget(seconds=0.02, rounds=20), random.Random(seed))
        return [tuple(log[i : i + 4]) for i in range(0, 80, 4)]

    assert order(1) == order(1)
    assert order(1) != order(2)
    assert len(set(order(1))) > 5
    assert len({o[0] for o in order(1)}) == 4


def test_a_target_slower_than_a_turn_sits_out_rounds_and_is_spread_over_the_whole_time():
    log = []
    fast, slow = Steady("fast", 1_000_000, log), Steady("slow", 40_000_000, log)
    of_fast, of_slow = interleave([fast, slow], Budget(seconds=0.2, rounds=20), random.Random(1))
    assert len(of_slow.samples_ns) == 5
    assert of_slow.rounds == [1, 0, 0, 0] * 5
    assert of_fast.rounds == [10] * 20


def test_a_quick_target_stops_at_the_number_of_samples_and_keeps_some_for_the_last_round():
    log = []
    (turns,) = interleave(
        [Steady("a", 1_000, log)], Budget(seconds=10, rounds=4, samples=100), random.Random(1)
    )
    assert turns.rounds == [25] * 4


def test_a_target_too_slow_for_a_median_is_given_more_time_up_to_its_patience():
    budget = Budget(seconds=1, rounds=2, fewest=5, patience=3)
    slow, hopeless = Steady("s", 500_000_000, []), Steady("h", 2_000_000_000, [])
    quick = Steady("q", 100_000_000, [])
    of_slow, of_hopeless, of_quick = interleave([slow, hopeless, quick], budget, random.Random(1))
    assert len(of_slow.samples_ns) == 5
    assert len(of_hopeless.samples_ns) == 2
    assert len(of_quick.samples_ns) == 10
    assert [sum(t.rounds) for t in (of_slow, of_hopeless, of_quick)] == [5, 2, 10]
    assert len({len(t.rounds) for t in (of_slow, of_hopeless, of_quick)}) == 1


def test_a_target_that_fails_ends_alone_and_the_others_go_on():
    log = []
    good, bad = Steady("good", 1_000_000, log), Steady("bad", 1_000_000, log, fails_after=7)
    of_good, of_bad = interleave([good, bad], Budget(seconds=0.1, rounds=10), random.Random(1))
    assert of_bad.failure == "ValueError: no more"
    assert len(of_bad.samples_ns) == 7
    assert sum(of_bad.rounds) == 7
    assert (of_good.failure, len(of_good.samples_ns)) == (None, 100)


def test_the_rounds_done_are_told():
    told = []
    interleave([Steady("a", 10_000_000, [])], Budget(seconds=0.1, rounds=3), random.Random(1), told.append)
    assert told == [1, 2, 3]


def test_a_runtime_that_does_not_say_its_compute_time_leaves_it_out():
    (turns,) = interleave([Steady("a", 10**7, [], compute=False)], Budget(seconds=0.1), random.Random(1))
    assert turns.compute_ns == []
    assert turns.samples_ns


def test_nothing_to_measure_is_no_error():
    assert interleave([], Budget(), random.Random(1)) == ()


def test_the_collector_is_off_while_samples_are_taken_and_on_again_afterwards():
    seen = []

    def sampler():
        seen.append((gc.isenabled(), gc.get_freeze_count() > 0))
        return Sample(10**9, None, 10**9)

    assert gc.isenabled()
    interleave([sampler], Budget(seconds=1, rounds=1, fewest=1), random.Random(1))
    assert seen == [(False, True)]
    assert gc.isenabled()
    assert gc.get_freeze_count() == 0


def test_garbage_of_the_calls_is_collected_between_rounds():
    class Cycle:
        gone = 0

        def __init__(self):
            self.me = self

        def __del__(self):
            Cycle.gone += 1

    def sampler():
        Cycle()
        return Sample(10**6, None, 10**6)

    gone = []
    budget = Budget(seconds=0.01, rounds=5)
    interleave([sampler], budget, random.Random(1), lambda _: gone.append(Cycle.gone))
    assert gone == [2, 4, 6, 8, 10]
