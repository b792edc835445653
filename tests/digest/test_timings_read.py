"""Statistics of timings, derived from raw samples on reading."""

from __future__ import annotations

import pytest

from harness.digest import cold_starts_of, sentences, timings_of
from harness.stats import samples_needed

MODEL = {"record": "verdict", "model": "m", "reference": "r@cpu", "targets": []}


def timing(target: str, samples: list[int], rows: int = 10, **more) -> dict:
    given = {"record": "timing", "model": "m", "target": target, "scenario": "offline", "rows": rows}
    return {**given, "samples_ns": samples, "compute_ns": [], "parity": "agrees", "reason": None, **more}


def test_percentiles_are_given_only_where_there_are_samples_enough_to_tell_them():
    few, some, many = (
        timings_of([timing("r@cpu", list(range(1, n + 1)))])[0]
        for n in (samples_needed(95) - 1, samples_needed(95), samples_needed(99))
    )
    assert (few.p95_ns, few.p99_ns) == (None, None)
    assert some.p95_ns is not None
    assert some.p99_ns is None
    assert many.p99_ns == 297  # of 1..299, by nearest rank
    assert few.p50_ns == 29


def test_a_target_is_compared_with_the_reference_on_as_many_rows():
    records = [
        MODEL,
        timing("r@cpu", [100] * 5, rows=10),
        timing("r@cpu", [900] * 5, rows=1000),
        timing("python@cpu", [50] * 5, rows=10),
        timing("python@cpu", [1800] * 5, rows=1000),
        timing("python@cpu", [7] * 5, rows=5),
    ]
    read = timings_of(records)
    assert [t.against_reference for t in read] == [1.0, 1.0, 0.5, 2.0, None]
    assert [t.is_reference for t in read] == [True, True, False, False, False]


def test_rounds_are_compared_round_by_round():
    # the machine was ten times slower in the first round, for both
    records = [
        MODEL,
        timing("r@cpu", [1000, 1000, 1000, 100, 100], rounds=[3, 2]),
        timing("onnx@cpu", [2000, 200, 200, 200, 200], rounds=[1, 4]),
    ]
    assert timings_of(records)[1].against_reference == 2.0


def test_without_a_reference_nothing_is_compared():
    assert timings_of([timing("onnx@cpu", [5] * 9)])[0].against_reference is None
    assert timings_of([timing("onnx@cpu", [5] * 9, reference="onnx@cpu")])[0].against_reference == 1.0


def test_what_was_not_timed_says_why():
    disagrees = timings_of([timing("onnx@cpu", [], parity="disagrees")])[0]
    assert "a wrong answer is never timed" in disagrees.reason
    assert timings_of([timing("onnx@cpu", [], reason="no driver")])[0].reason == "no driver"
    assert disagrees.p50_ns is None


def test_single_calls_and_batches_belong_in_one_picture_and_other_scenarios_do_not():
    read = timings_of([timing("r@cpu", [5], scenario=s) for s in ("single-stream", "offline", "server")])
    assert [t.scenario for t in read] == ["", "", "server"]


def test_the_fastest_target_is_named_at_both_ends():
    records = [
        MODEL,
        timing("r@cpu", [100_000] * 9, rows=1),
        timing("onnx@cpu", [200_000] * 9, rows=1),
        timing("r@cpu", [9_000_000] * 9, rows=1000),
        timing("onnx@cpu", [3_000_000] * 9, rows=1000),
    ]
    assert sentences.fastest(timings_of(records)) == (
        "1 row: r@cpu is fastest, 100 µs. "
        "1,000 rows: onnx@cpu is fastest, 3.00 ms, 3.00 times as fast as the reference."
    )
    assert sentences.fastest([]) == ""


@pytest.mark.parametrize(
    ("samples", "text"),
    [([50] * 5, "0.50 times, faster"), ([830] * 5, "8.3 times, slower"), ([14_000] * 5, "140 times, slower")],
)
def test_a_ratio_has_two_digits_and_a_word(samples, text):
    read = timings_of([MODEL, timing("r@cpu", [100] * 5), timing("onnx@cpu", samples)])
    assert sentences.ratio(read[1]) == text


def test_cold_starts_stand_apart():
    record = {"record": "cold", "model": "m", "target": "r@cpu", "open_ns": 5, "first_call_ns": 7, "rows": 1}
    assert [(c.open_ns, c.first_call_ns) for c in cold_starts_of([record])] == [(5, 7)]
