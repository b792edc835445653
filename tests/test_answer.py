"""A batch that fails is taken apart: the rows to blame are found, all others keep their answers."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from miniatures import FunctionSession

from harness.answer import ask, joined, stack
from harness.isolation import Isolation, signature
from harness.protocols import Failure, Outcome, Reply


def batch(values):
    return pa.RecordBatch.from_pydict({"x": pa.array(values, type=pa.float64())})


def raising_at(*bad):
    def form(columns):
        hit = np.isin(columns["x"], bad)
        if hit.any():
            raise ValueError(f"bad {columns['x'][hit][0]}")
        return columns["x"] * 2

    return FunctionSession(form, ("y",))


def test_a_batch_without_failures_is_one_call():
    session = raising_at()
    answer = ask(session, batch([1.0, 2.0]))
    assert session.calls == 1
    assert answer.outputs["y"].to_pylist() == [2.0, 4.0]
    assert answer.answered.all()


def test_the_one_failing_row_of_many_is_found_in_few_calls():
    session = raising_at(777.0)
    answer = ask(session, batch(np.arange(1000.0)))
    assert np.flatnonzero(~answer.answered).tolist() == [777]
    assert answer.outcomes[777] == Outcome.RAISED
    assert answer.failures[777].message == "bad 777.0"
    assert answer.outputs["y"][776].as_py() == 1552.0
    assert answer.outputs["y"][777].as_py() is None
    assert session.calls < 40


def test_every_row_that_answers_is_answered_when_half_of_them_fail():
    def form(columns):
        if (columns["x"] >= 500).any():
            raise IndexError("out of bounds")
        return columns["x"]

    order = np.random.default_rng(0).permutation(1000).astype(float)
    session = FunctionSession(form, ("y",))
    answer = ask(session, batch(order))
    assert (answer.answered == (order < 500)).all()
    assert not (answer.outcomes[order < 500] == Outcome.UNRESOLVED).any()
    assert session.calls < 500


def test_two_ways_of_failing_are_both_isolated():
    session = raising_at(3.0, 5.0)
    answer = ask(session, batch(np.arange(8.0)))
    assert {row: f.message for row, f in answer.failures.items()} == {3: "bad 3.0", 5: "bad 5.0"}


def test_a_wrong_length_is_laid_to_the_rows_that_are_lost():
    session = FunctionSession(lambda c: c["x"][~np.isnan(c["x"])], ("y",))
    answer = ask(session, batch([1.0, None, 3.0]))
    assert answer.outcomes.tolist() == [Outcome.ANSWERED, Outcome.MISALIGNED, Outcome.ANSWERED]


def test_without_isolation_the_whole_batch_fails():
    session = raising_at(1.0)
    answer = ask(session, batch([0.0, 1.0]), isolate=False)
    assert session.calls == 1
    assert not answer.answered.any()


def test_a_row_that_a_recording_does_not_hold_was_not_tried():
    class Recording:
        def call(self, rows):
            return __import__("harness.protocols", fromlist=["Reply"]).Reply(
                None, Failure(Outcome.UNANSWERABLE, "NotRecorded", "row 0")
            )

    answer = ask(Recording(), batch([1.0]))
    assert answer.outcomes.tolist() == [Outcome.UNRESOLVED]


def test_signatures_forget_values():
    one = Failure(Outcome.RAISED, "KeyError", "'abc' at 12.5")
    other = Failure(Outcome.RAISED, "KeyError", "'x' at -3e5")
    assert signature(one) == signature(other)


def test_answers_join_in_order():
    session = raising_at(2.0)
    parts = [ask(session, batch([v])) for v in (1.0, 2.0, 3.0)]
    whole = joined(parts)
    assert whole.outputs["y"].to_pylist() == [2.0, None, 6.0]
    assert list(whole.failures) == [1]


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ([pa.array([1, 2]), pa.array([0.5])], [1.0, 2.0, 0.5]),
        ([pa.array(["a"]), pa.nulls(1)], ["a", None]),
        ([pa.array([None], type=pa.float64()), pa.array(["b"])], [None, "b"]),
        ([pa.array([1], type=pa.int64()), pa.array(["b"])], ["1", "b"]),
    ],
)
def test_values_of_several_calls_are_stacked_whatever_their_types(columns, expected):
    assert stack(columns).to_pylist() == expected


def test_a_few_rows_that_answer_are_found_among_many_that_fail():
    levels = [f"unknown {i}" for i in range(400)] + ["known"]

    def form(columns):
        if any(v != "known" for v in columns["c"]):
            raise KeyError("unknown")
        return np.ones(len(columns["c"]))

    for order in (levels, levels[::-1]):
        rows = pa.RecordBatch.from_pydict({"c": pa.array(order)})
        answer = ask(FunctionSession(form, ("y",)), rows)
        assert answer.outcomes[order.index("known")] != Outcome.RAISED


def memory_of(form, rows):
    memory = Isolation()
    session = FunctionSession(form, ("y",))
    answer = ask(session, batch(rows), memory)
    return answer, memory, session


def test_a_form_that_answers_rows_alone_but_not_together_is_found_out():
    def first_three(columns):
        return columns["x"][:3]

    _, memory, session = memory_of(first_three, np.arange(1000.0))
    assert memory.together[0].batch.num_rows == 4
    assert memory.together[0].failure.outcome == Outcome.MISALIGNED
    assert session.calls < 200


def test_a_scalar_condition_is_found_out_on_two_rows():
    def scalar(columns):
        if len(columns["x"]) > 1:
            raise ValueError("the condition has length > 1")
        return columns["x"]

    _, memory, session = memory_of(scalar, np.arange(500.0))
    assert memory.together[0].batch.num_rows <= 4
    assert session.calls < 100


def test_a_limit_on_the_size_of_a_batch_is_found_out():
    def limited(columns):
        if len(columns["x"]) > 100:
            raise ValueError("too many rows")
        return columns["x"]

    answer, memory, _ = memory_of(limited, np.arange(400.0))
    assert memory.together[0].batch.num_rows > 100
    assert answer.answered.all()


def test_rows_that_fail_alone_are_no_matter_of_the_batch():
    _, memory, _ = memory_of(raising_at(3.0, 77.0).function, np.arange(200.0))
    assert memory.together == []


class Refusing:
    """Fails on a whole batch where any row has y > x and z > 0; can try rows alone in one exchange."""

    def __init__(self) -> None:
        self.calls = 0
        self.sifted = 0

    @staticmethod
    def fails(batch):
        x, y, z = (batch.column(name).to_numpy() for name in "xyz")
        return (y > x) & (z > 0)

    def call(self, batch):
        self.calls += 1
        if self.fails(batch).any():
            return Reply(None, Failure(Outcome.RAISED, "ValueError", "no"))
        return Reply({"s": batch.column("x")})

    def sift(self, batch):
        self.sifted += batch.num_rows
        return [Failure(Outcome.RAISED, "ValueError", "no") if bad else None for bad in self.fails(batch)]


def test_rows_that_fail_for_a_reason_of_several_inputs_cost_few_calls():
    session, memory = Refusing(), Isolation()
    rng = np.random.default_rng(0)
    for _ in range(4):
        batch = pa.RecordBatch.from_pydict({name: rng.uniform(-5, 5, 4_000) for name in "xyz"})
        answer = ask(session, batch, memory)
        fails = Refusing.fails(batch)
        assert not (answer.answered & fails).any()
        assert answer.answered[~fails].mean() > 0.9
    assert session.calls < 400
    assert session.sifted < 10_000
