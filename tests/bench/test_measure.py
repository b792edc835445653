"""Bench over miniature sessions: what is timed, what is not, and what is left behind."""

import json
import random
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from harness.bench.calibration import Windows
from harness.bench.lanes import Absent, Lane, opened
from harness.bench.measure import Settings, bench_size
from harness.bench.operation import bench_lanes, with_reference
from harness.bench.records import Timing
from harness.bench.rounds import Budget
from harness.model import Decision, Form, Model, Output
from harness.protocols import Limits, MissingError, OpenError
from harness.record import RunWriter, read_run
from harness.schema import Input, Kind, Schema
from harness.status import Status
from harness.target import targets_of
from harness.tolerance import Tolerance


@pytest.fixture
def model() -> Model:
    return Model(
        name="double",
        reference="r",
        schema=Schema((Input("x", Kind.FLOAT, 0.0, 100.0),)),
        outputs=(Output("y", Kind.FLOAT, Tolerance()),),
        forms=(Form("r", "r"), Form("python", "python"), Form("onnx", "onnx")),
        folder=Path(),
    )


@pytest.fixture
def settings(clock) -> Settings:
    return Settings(
        rows=(1, 10),
        budget=Budget(seconds=0.1, rounds=5),
        seed=3,
        windows=Windows(calls=2, window_ns=0),
        clock=clock,
    )


@pytest.fixture
def data(model) -> pa.RecordBatch:
    return model.schema.batch({"x": [float(x) for x in range(1, 11)]})


def lane(name, session):
    return Lane(name, session, open_ns=7)


def test_every_target_is_timed_on_the_same_batch_with_raw_samples(model, settings, session):
    lanes = [lane("r@cpu", session(2_000_000)), lane("python@cpu", session(1_000_000))]
    of_r, of_python = bench_size(model, lanes, 10, settings)
    assert (of_r.parity, of_python.parity) == (Status.AGREES, Status.AGREES)
    assert set(of_r.samples_ns) == {2_000_050}  # the call, and one reading of the clock
    assert set(of_python.samples_ns) == {1_000_050}
    assert set(of_python.compute_ns) == {500_000}
    assert len(of_python.samples_ns) == len(of_python.compute_ns) == sum(of_python.rounds) == 100
    assert (of_python.scenario, of_python.rows, of_python.seed, of_python.source) == (
        "offline",
        10,
        3,
        "drawn",
    )
    assert of_python.settled
    assert of_python.warmup == 4
    assert of_python.repeats == 1


def test_the_targets_are_interleaved(model, settings, session):
    log = []
    lanes = [lane(n, session(1_000_000, log=log, name=n)) for n in ("r@cpu", "python@cpu")]
    bench_size(model, lanes, 10, settings)
    timed = "".join(n[0] for n in log[-200:])
    assert sorted(timed[i : i + 40].count("r") for i in range(0, 200, 40)) == [20] * 5


def test_a_wrong_answer_is_never_timed_and_the_row_is_named(model, settings, session):
    def slightly_off(batch):
        doubled = pc.multiply(batch.column("x"), 2.0).to_pylist()
        return pa.array([*doubled[:6], 17.5, *doubled[7:]])

    wrong = session(1_000_000, answer=slightly_off)
    of_r, of_wrong = bench_size(model, [lane("r@cpu", session()), lane("python@cpu", wrong)], 10, settings)
    assert of_r.samples_ns
    assert of_wrong.parity is Status.DISAGREES
    assert of_wrong.samples_ns == of_wrong.compute_ns == ()
    assert of_wrong.reason.startswith("1 of 10 rows disagree; row 6: y is 17.5, the reference says ")
    assert wrong.calls == 2  # the cold call and the one that was judged


def test_a_difference_within_the_outputs_own_tolerance_is_timed(model, settings, session):
    loose = replace(model, outputs=(Output("y", Kind.FLOAT, Tolerance(rtol=0, atol=0.1)),))
    near = session(answer=lambda batch: pc.add(pc.multiply(batch.column("x"), 2.0), 0.05))
    lanes = [lane("r@cpu", session()), lane("python@cpu", near)]
    assert bench_size(loose, lanes, 10, settings)[1].parity is Status.AGREES
    assert bench_size(model, lanes, 10, settings)[1].parity is Status.DISAGREES


def test_a_flipped_decision_is_wrong_whatever_the_tolerance_says(model, settings, session, data):
    decided = replace(
        model,
        outputs=(Output("y", Kind.FLOAT, Tolerance(rtol=0, atol=0.1)),),
        decisions=(Decision("approve", "y", (13.99,)),),
    )
    near = session(answer=lambda batch: pc.subtract(pc.multiply(batch.column("x"), 2.0), 0.05))
    lanes = [lane("r@cpu", session()), lane("python@cpu", near)]
    timing = bench_size(decided, lanes, 10, settings, data)[1]
    assert timing.parity is Status.DISAGREES
    assert "1 of 10 rows disagree" in timing.reason
    assert "y is 13.95, the reference says 14.0" in timing.reason


def test_a_form_that_raises_where_the_reference_answers_disagrees(model, settings, session):
    lanes = [lane("r@cpu", session()), lane("python@cpu", session(fails_at=1))]
    of_python = bench_size(model, lanes, 10, settings)[1]
    assert of_python.parity is Status.DISAGREES
    assert of_python.reason == (
        "the reference answers, but the form does not: IndexError: index 5 is out of bounds (row 3)"
    )


def test_a_reference_without_an_answer_leaves_nothing_to_time(model, settings, session):
    python = session()
    lanes = [lane("r@cpu", session(fails_at=1)), lane("python@cpu", python)]
    of_r, of_python = bench_size(model, lanes, 10, settings)
    assert (of_r.parity, of_python.parity) == (Status.FAILED, Status.FAILED)
    assert of_python.samples_ns == ()
    assert "the reference itself gives no answer to this batch: IndexError" in of_python.reason


def test_a_reference_that_does_not_repeat_itself_is_no_measure(model, settings, session):
    noise = random.Random(1)
    fickle = session(answer=lambda batch: pa.array([noise.random() for _ in range(len(batch))]))
    of_r, of_python = bench_size(model, [lane("r@cpu", fickle), lane("python@cpu", session())], 10, settings)
    assert (of_r.parity, of_python.parity) == (Status.FAILED, Status.FAILED)
    assert "does not repeat its own answer: 10 of 10 rows disagree" in of_r.reason


def test_a_target_that_fails_while_it_is_timed_keeps_no_samples(model, settings, session):
    lanes = [lane("r@cpu", session()), lane("python@cpu", session(fails_at=20))]
    of_r, of_python = bench_size(model, lanes, 10, settings)
    assert of_r.parity is Status.AGREES
    assert of_python.parity is Status.FAILED
    assert of_python.samples_ns == ()
    # one cold call, one for parity, four to warm up
    assert of_python.reason == "failed after 13 timed calls: IndexError: index 5 is out of bounds"


def test_an_answer_that_changes_while_it_is_timed_is_found_out(model, settings, session, data):
    counted = []

    def tiring(batch):
        counted.append(1)
        return pc.multiply(batch.column("x"), 2.0 if len(counted) < 50 else 3.0)

    lanes = [lane("r@cpu", session()), lane("python@cpu", session(answer=tiring))]
    of_python = bench_size(model, lanes, 10, settings, data)[1]
    assert of_python.parity is Status.DISAGREES
    assert of_python.reason.startswith("its answer changed while it was timed: 10 of 10 rows disagree")
    assert of_python.samples_ns == ()


def test_a_missing_reference_leaves_every_target_missing_for_that_reason(model, settings, session):
    lanes = [Absent("r@cpu", Status.MISSING, "there is no Rscript"), lane("python@cpu", session())]
    of_r, of_python = bench_size(model, lanes, 10, settings)
    assert (of_r.parity, of_r.reason) == (Status.MISSING, "there is no Rscript")
    assert of_python.parity is Status.MISSING
    assert of_python.reason == (
        "the reference r@cpu is missing, so no answer can be checked: there is no Rscript"
    )


def test_a_missing_target_does_not_hold_up_the_others(model, settings, session):
    lanes = [lane("r@cpu", session()), Absent("onnx@cuda", Status.MISSING, "no driver"), lane("p", session())]
    of_r, of_cuda, of_python = bench_size(model, lanes, 10, settings)
    assert (of_cuda.parity, of_cuda.reason, of_cuda.samples_ns) == (Status.MISSING, "no driver", ())
    assert of_r.samples_ns
    assert of_python.samples_ns


def test_a_runtime_that_does_not_say_its_compute_time_has_none(model, settings, session):
    (of_r,) = bench_size(model, [lane("r@cpu", session(spans=False))], 10, settings)
    assert of_r.samples_ns
    assert of_r.compute_ns == ()


def test_a_call_too_quick_for_the_clock_is_repeated_and_its_samples_are_means(model, settings, session):
    settings = replace(settings, budget=Budget(seconds=0.001, rounds=2))
    (of_r,) = bench_size(model, [lane("r@cpu", session(950))], 1, settings)
    assert of_r.repeats == 10  # of 1000 ns each, until 5000 ns are reached: 1, 2, 5 and then 10
    assert set(of_r.samples_ns) == {955}  # ten calls and one reading of the clock, over ten
    assert set(of_r.compute_ns) == {475}


def test_a_batch_that_does_not_fit_is_not_tried(model, settings, session):
    python = session()
    lanes = [lane("r@cpu", session()), lane("python@cpu", python)]
    timings = bench_size(model, lanes, 10**15, settings)
    assert [t.parity for t in timings] == [Status.FAILED] * 2
    assert "ask for fewer --rows" in timings[0].reason
    assert python.calls == 0


def test_constraints_that_leave_no_row_are_said(model, settings, session):
    nothing = replace(model, schema=replace(model.schema, constraints=("x > 1000",)))
    (timing,) = bench_size(nothing, [lane("r@cpu", session())], 10, settings)
    assert timing.parity is Status.FAILED
    assert "no legal row" in timing.reason


def test_sizes_come_one_after_the_other_and_cold_starts_are_kept_apart(model, settings, session, tmp_path):
    lanes = [lane("r@cpu", session([90_000_000, *[1_000_000] * 9_999]))]
    with RunWriter(tmp_path / "run", command=["parity", "bench"], environment={}) as writer:
        timings = list(bench_lanes(model, lanes, settings, writer=writer))
        writer.finish(0)
    run = read_run(tmp_path / "run")
    (cold,) = run.of("cold")
    assert cold == {
        "record": "cold",
        "model": "double",
        "target": "r@cpu",
        "open_ns": 7,
        "first_call_ns": 90_000_050,
        "rows": 1,
    }
    assert [r["scenario"] for r in run.of("timing")] == ["single-stream", "offline"]
    assert max(run.of("timing")[0]["samples_ns"]) < 2_000_000
    assert [Timing.of(r) for r in run.of("timing")] == [replace(t, cold=None) for t in timings]


def test_progress_tells_the_size_and_the_round(model, settings, session):
    told = []
    lanes = [lane("r@cpu", session())]
    list(bench_lanes(model, lanes, settings, progress=lambda *step: told.append(step)))
    assert told[0] == ("1 rows", "parity and warm-up (size 1 of 2)")
    assert told[1] == ("1 rows", "round 1 of 5 (size 1 of 2)")
    assert told[-1] == ("10 rows", "round 5 of 5 (size 2 of 2)")
    assert len(told) == 12


def test_the_reference_comes_first_and_only_once(model):
    _, python, onnx = targets_of(model)
    assert [str(t) for t in with_reference(model, [onnx, python])] == ["r@cpu", "onnx@cpu", "python@cpu"]
    assert [str(t) for t in with_reference(model, targets_of(model))] == ["r@cpu", "python@cpu", "onnx@cpu"]


def test_what_cannot_be_opened_says_why_and_everything_opened_is_closed(model, session, clock):
    sessions = []

    def open_one(model, target, limits):
        if target.name == "python":
            raise MissingError("there is no interpreter")
        if target.name == "onnx":
            raise OpenError("the graph is corrupt")
        clock.work(5_000)
        sessions.append(session())
        return sessions[-1]

    def interrupted():
        with opened(model, targets_of(model), Limits(), open_one, clock) as lanes:
            assert [lane.name for lane in lanes] == ["r@cpu", "python@cpu", "onnx@cpu"]
            assert lanes[0].open_ns == 5_050
            assert lanes[1] == Absent("python@cpu", Status.MISSING, "there is no interpreter")
            assert lanes[2] == Absent("onnx@cpu", Status.FAILED, "the graph is corrupt")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert [s.closed for s in sessions] == [1]


def test_a_timing_survives_json(model, settings, session):
    (timing,) = bench_size(model, [lane("r@cpu", session())], 10, settings)
    again = Timing.of(json.loads(json.dumps(timing.fields)))
    assert again == replace(timing, cold=None)
    assert sum(map(len, again.samples_by_round)) == len(again.samples_ns)
    assert again.samples_by_round[0] == timing.samples_ns[: timing.rounds[0]]
