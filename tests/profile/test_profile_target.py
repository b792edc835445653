"""Profiles of real workers: what is in them, whether or not stacks can be sampled."""

import pytest
import timed_models
from timed_sessions import FakeSession

from harness.modelfile import load_model
from harness.profile import Profile, operation, profile_model, pyspy
from harness.profile.loop import Calls
from harness.record import RunWriter, read_run
from harness.status import Status
from harness.trace import PHASES


@pytest.fixture
def model(tmp_path):
    return load_model(timed_models.write(tmp_path / "model"))


HEAVY = """\
import numpy as np


def churn(x):
    for _ in range(200):
        x = np.sort(x)
    return x


def score(df):
    churn(df["x"].to_numpy())
    return df["x"] * 2
"""


@pytest.mark.skipif(pyspy.find_py_spy() is None, reason="py-spy comes with the extra 'profile'")
def test_a_python_worker_is_seen_in_the_phases_of_its_calls(tmp_path):
    model = load_model(timed_models.write(tmp_path / "model", new=HEAVY))
    with RunWriter(tmp_path / "run", command=["parity", "profile"], environment={}) as writer:
        (profile,) = profile_model(model, ["new"], rows=5_000, seconds=0.6, writer=writer)
        writer.finish(0)
    if profile.folded is None:
        pytest.skip(f"no stacks can be sampled here: {profile.reason}")
    assert list(profile.phases) == list(PHASES)
    assert 0 < sum(profile.phases.values()) <= profile.wall_ns * 1.001
    stacks = [line.rpartition(" ")[0].split(";") for line in profile.folded.splitlines()]
    assert {stack[0] for stack in stacks} <= set(PHASES)
    churning = [stack for stack in stacks if any(frame.startswith("churn (new.py:") for frame in stack)]
    assert churning
    assert all(stack[0] == "compute" and "Python worker" in stack for stack in churning)
    assert sum(int(line.rpartition(" ")[2]) for line in profile.folded.splitlines()) == profile.samples
    run = read_run(tmp_path / "run")
    (record,) = run.of("profile")
    assert run.attachment(record["folded"]).decode() == profile.folded
    assert record["phases"] == dict(profile.phases)
    assert record["folded"].endswith(".folded")


def test_without_py_spy_there_are_phases_and_how_to_get_it(model, monkeypatch):
    monkeypatch.setattr(pyspy, "find_py_spy", lambda: None)
    told = []
    (profile,) = profile_model(model, ["new"], 100, 0.05, progress=lambda *words: told.append(words))
    assert profile.folded is None
    assert profile.samples == 0
    assert "phases only: py-spy is not installed; `pip install py-spy`" in profile.reason
    assert profile.phases["compute"] > 0
    assert told == [("new@cpu", "0.05 s of calls on 100 rows")]


def test_a_missing_target_and_one_that_fails_say_why(tmp_path):
    model = load_model(timed_models.write(tmp_path, new=timed_models.RAISING))
    new, graph = profile_model(model, ["new", "graph"], 10, 0.05)
    assert (new.problem, graph.problem) == (Status.FAILED, Status.MISSING)
    assert new.reason == "its call fails: ValueError: no table for 2027"
    assert graph.reason
    assert (new.calls, new.wall_ns, new.folded) == (0, 0, None)


def test_a_form_that_cannot_be_opened_says_why(tmp_path):
    model = load_model(timed_models.write(tmp_path, new="import absent_module_of_nobody\n"))
    (new,) = profile_model(model, ["new"], 10, 0.05)
    assert new.problem is not None
    assert "absent_module_of_nobody" in new.reason


BLANK = Profile("double", "new@cpu", 10)


def put_together(calls):
    return operation._profile(BLANK, calls, None, ["phases only"])


def test_phases_that_do_not_add_up_fail_and_say_how_much_they_cover():
    profile = put_together(Calls(10, 1000, {"compute": 800, "idle": 30}, {"compute": "python"}))
    assert profile.problem is Status.FAILED
    assert profile.reason == ("spans cover 83 % of the wall time, so the phases do not add up; phases only")


def test_phases_that_add_up_are_no_problem():
    profile = put_together(Calls(10, 1000, {"compute": 960, "idle": 30}, {"compute": "python"}))
    assert (profile.problem, profile.reason, profile.coverage) == (None, "phases only", 0.99)


def test_a_call_that_fails_in_between_is_a_failure():
    profile = put_together(Calls(10, 1000, {"compute": 1000}, {"compute": "python"}, "Died: killed"))
    assert profile.problem is Status.FAILED
    assert profile.reason == "a call failed after 10: Died: killed; phases only"


def test_a_session_that_reports_no_spans_fails_loudly(clock, monkeypatch, tmp_path):
    monkeypatch.setattr(pyspy, "find_py_spy", lambda: None)
    silent = FakeSession(clock, iter([1000] * 10**6), spans=False)
    batch = load_model(timed_models.write(tmp_path)).schema.batch({"x": [1.0]})
    profile = operation.profile_session(BLANK, silent, batch, 0.01, tmp_path)
    assert profile.problem is Status.FAILED
    assert "so the phases do not add up" in profile.reason
