"""Bench over real worker processes."""

import timed_models

from harness.bench import Timing, bench_model
from harness.modelfile import load_model
from harness.record import RunWriter, read_run
from harness.status import Status


def test_real_workers_are_timed_end_to_end_and_inside_the_form(tmp_path):
    model = load_model(timed_models.write(tmp_path / "model"))
    told = []
    with RunWriter(tmp_path / "run", command=["parity", "bench"], environment={}) as writer:
        timings = bench_model(
            model,
            ["new"],
            rows=[50, 1],
            seconds=0.05,
            writer=writer,
            progress=lambda *words: told.append(words),
        )
        writer.finish(0)
    assert [(t.target, t.rows) for t in timings] == [
        ("old@cpu", 1),
        ("new@cpu", 1),
        ("old@cpu", 50),
        ("new@cpu", 50),
    ]
    for timing in timings:
        assert timing.parity is Status.AGREES
        assert len(timing.samples_ns) == len(timing.compute_ns) == sum(timing.rounds) > 0
        # the form's own time is a part of the call's
        assert all(0 < c < s for c, s in zip(timing.compute_ns, timing.samples_ns, strict=True))
        assert timing.cold is not None
    run = read_run(tmp_path / "run")
    assert [Timing.of(r).samples_ns for r in run.of("timing")] == [t.samples_ns for t in timings]
    assert {r["target"]: r["rows"] for r in run.of("cold")} == {"old@cpu": 1, "new@cpu": 1}
    assert told[0] == ("1 rows", "parity and warm-up (size 1 of 2)")


def test_what_a_target_lacks_or_does_is_in_its_timing(tmp_path):
    model = load_model(timed_models.write(tmp_path, new=timed_models.RAISING))
    old, new, graph = bench_model(model, rows=[10], seconds=0.02)
    assert old.parity is Status.AGREES
    assert new.parity is Status.DISAGREES
    assert "ValueError: no table for 2027" in new.reason
    assert graph.parity is Status.MISSING
    assert graph.reason
    assert not new.samples_ns
    assert not graph.samples_ns


def test_rows_of_a_named_file_are_timed(tmp_path):
    model = load_model(timed_models.write(tmp_path, new=timed_models.WRONG))
    (tmp_path / "low.csv").write_text("x,other\n1,a\n2,b\n3,c\n")
    _, new = bench_model(model, ["new"], rows=[20], seconds=0.02, data=tmp_path / "low.csv")
    # the form is wrong above 50 only, and there is no such row
    assert new.parity is Status.AGREES
    assert new.source == "data"
