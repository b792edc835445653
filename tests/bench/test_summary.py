import io

import pytest
from rich.console import Console

from harness.bench.records import Cold, Timing
from harness.bench.summary import summarise, target_status
from harness.bench.table import render_timings
from harness.status import Status


def timing(target, rows=1000, ns=1_000_000, calls=300, **more):
    samples = tuple(ns + i for i in range(calls))
    compute = tuple(s // 2 for s in samples)
    keys = {"samples_ns": samples, "compute_ns": compute, "rounds": (calls // 10,) * 10, "settled": True}
    return Timing("card", target, rows, Status.AGREES, "r@cpu", **(keys | more))


def untimed(target, status, reason, rows=1000):
    return Timing("card", target, rows, status, "r@cpu", reason)


def test_percentiles_rates_and_ratios_are_derived_on_reading():
    r, python = summarise([timing("r@cpu", ns=2_000_000), timing("python@cpu", ns=500_000)], "r@cpu")
    assert (r.is_reference, python.is_reference) == (True, False)
    assert [p.value for p in python.percentiles] == [500_149, 500_284, 500_296]
    assert python.compute_p50.value == 250_074
    assert python.rows_per_second == pytest.approx(2e6, rel=0.001)
    assert python.against_reference.value == pytest.approx(0.25, rel=0.001)
    assert r.against_reference.value == 1


def test_a_percentile_of_too_few_calls_is_not_said():
    (python,) = summarise([timing("python@cpu", calls=100)], "r@cpu")
    p50, p95, p99 = python.percentiles
    assert p50.value is not None
    assert p95.value is not None
    assert p99.value is None
    assert p99.why_not.startswith("p99 needs 299 samples, and there are 100")
    assert python.document["p99_ns"] is None


def test_sizes_are_compared_with_the_reference_at_the_same_size():
    timings = [timing("r@cpu", 1, 10), timing("r@cpu", 1000, 10**6), timing("python@cpu", 1000, 2 * 10**6)]
    assert summarise(timings, "r@cpu")[2].against_reference.value == pytest.approx(2, rel=0.001)


def test_without_a_timed_reference_there_is_no_ratio():
    timings = [untimed("r@cpu", Status.FAILED, "no"), timing("python@cpu")]
    assert summarise(timings, "r@cpu")[1].against_reference is None


def test_the_status_of_a_target_is_its_gravest():
    some = [timing("p"), untimed("p", Status.FAILED, "x"), untimed("p", Status.DISAGREES, "y")]
    assert target_status(some) is Status.DISAGREES
    assert target_status(some[:2]) is Status.FAILED
    assert target_status(some[:1]) is Status.AGREES


def shown(timings, width=80):
    out = io.StringIO()
    render_timings("card", summarise(timings, "r@cpu"), Console(file=out, width=width, color_system=None))
    return "".join(f"{line.rstrip()}\n" for line in out.getvalue().splitlines())


READ = """\
card · rows drawn from the schema, seed 0

    rows  target          p50      p95      p99  in form  rows/s  x ref  calls
 ─────────────────────────────────────────────────────────────────────────────
       1  r@cpu       2.00 ms  2.00 ms  2.00 ms  1.00 ms     500    ref    300
          python@cpu   500 µs   500 µs        -   250 µs      2k   0.25    100

 100,000  r@cpu       50.0 ms        -        -  25.0 ms      2M    ref   10 *
          python@cpu    wrong

onnx@cuda missing: no driver; install it
python@cpu disagrees at 100,000 rows: 3 of 100,000 rows disagree; row 7: score
is 1, the reference says 2; a wrong answer is never timed
-  too few calls to tell (p50 needs 5, p95 needs 59, p99 needs 299); give more
--seconds
*  its times had not come to rest when warming up ended; give more --seconds
cold start:
   python@cpu: open 300 ms, first call (1 row) 9.00 ms

"""


def test_a_person_reads_this():
    cold = Cold("card", "python@cpu", 300_000_000, 9_000_000, 1)
    wrong = "3 of 100,000 rows disagree; row 7: score is 1, the reference says 2"
    text = shown(
        [
            timing("r@cpu", 1, 2_000_000),
            timing("python@cpu", 1, 500_000, calls=100, cold=cold),
            untimed("onnx@cuda", Status.MISSING, "no driver; install it", 1),
            timing("r@cpu", 100_000, 50_000_000, calls=10, settled=False),
            untimed("python@cpu", Status.DISAGREES, wrong, 100_000),
            untimed("onnx@cuda", Status.MISSING, "no driver; install it", 100_000),
        ]
    )
    assert text == READ


def test_targets_that_lack_the_same_share_a_line():
    text = shown([untimed(name, Status.MISSING, "no driver") for name in ("onnx@cuda", "torch@cuda")])
    assert "onnx@cuda, torch@cuda missing: no driver\n" in text


def test_samples_that_are_means_say_so():
    assert "a sample is the mean of 20 calls" in shown([timing("r@cpu", repeats=20)])


def test_a_busy_machine_is_said():
    assert "the machine was busy (load 99999.0 on" in shown([timing("r@cpu", load=99_999.0)])


def test_names_with_brackets_are_shown_as_they_are():
    text = shown([untimed("[red]x[/red]@cpu", Status.FAILED, "[bold]broken[/bold]")])
    assert "[red]x[/red]@cpu failed: [bold]broken[/bold]" in text
