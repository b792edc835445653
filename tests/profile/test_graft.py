from pathlib import PurePath

from hypothesis import given
from hypothesis import strategies as st

from harness.profile.graft import Samples, fold, folded_text
from harness.profile.places import WAIT, Placed
from harness.profile.stacks import Frame, Stack, parse_stacks

FOLDER = PurePath("/models/card")
PHASES = {"encode": 100, "transport": 50, "decode": 50, "compute": 700, "return": 60, "decode-result": 40}
WHERE = {"encode": "harness", "transport": "harness", "decode": "python", "compute": "python"}
WHERE |= {"return": "harness", "decode-result": "harness"}


class ByFirstFrame:
    """The first frame is the phase; 'torn' is none."""

    def place(self, frames):
        return None if frames[0].name == "torn" else Placed(frames[0].name, frames[1:])


def samples(*stacks):
    found = (Stack(tuple(map(Frame, path.split(";"))), count) for path, count in stacks)
    return Samples(found, ByFirstFrame(), FOLDER)


CALLER = samples(
    ("encode;call;to_wire", 120),
    (f"{WAIT};call;poll", 800),
    ("transport;call;send", 30),
    ("decode-result;call", 50),
)
WORKER = samples(("compute;score;cut", 300), ("compute;score;sum", 100), ("decode;frame", 20), ("torn", 9))


def test_the_workers_stacks_stand_where_its_caller_waits():
    folded = fold(PHASES, WHERE, CALLER, WORKER)
    assert folded[("compute", "call", "Python worker", "score", "cut")] == 525
    assert folded[("compute", "call", "Python worker", "score", "sum")] == 175
    assert folded[("decode", "call", "Python worker", "frame")] == 50
    assert folded[("return", "call")] == 60
    assert not any("poll" in stack for stack in folded)


def test_a_phase_is_as_wide_as_its_span_however_many_samples_fell_into_it():
    folded = fold(PHASES, WHERE, CALLER, WORKER)
    for phase, elapsed in PHASES.items():
        assert sum(n for stack, n in folded.items() if stack[0] == phase) == elapsed
    assert sum(folded.values()) == CALLER.total == 1000


def test_a_worker_whose_stacks_are_not_sampled_is_one_frame_that_says_so():
    folded = fold(PHASES, {**WHERE, "decode": "r", "compute": "r"}, CALLER, None)
    assert folded[("compute", "call", "R worker (its stacks are not sampled)")] == 700
    assert sum(folded.values()) == 1000


def test_a_phase_in_which_no_sample_fell_keeps_its_width():
    few = samples((f"{WAIT};call", 10))
    folded = fold({"encode": 500, "idle": 500}, {"encode": "harness"}, few, None)
    assert folded == {("encode",): 5, ("idle",): 5}


@given(
    st.dictionaries(st.sampled_from(list(PHASES)), st.integers(0, 10**9), min_size=1),
    st.integers(1, 5000),
    st.lists(st.integers(1, 50), min_size=1, max_size=30),
)
def test_counts_are_whole_and_add_up_to_the_samples(phases, waiting, counts):
    caller = samples((f"{WAIT};call", waiting))
    worker = samples(*((f"compute;f{i}", n) for i, n in enumerate(counts)))
    folded = fold(phases, WHERE, caller, worker)
    assert all(isinstance(n, int) and n > 0 for n in folded.values())
    assert sum(folded.values()) == (waiting if any(phases.values()) else 0)


def test_folded_text_can_be_read_back():
    text = folded_text({("compute", "call", "score (score.py:12)"): 12, ("idle",): 3})
    assert text == "compute;call;score (score.py:12) 12\nidle 3\n"
    assert list(parse_stacks(text)) == [
        Stack((Frame("compute"), Frame("call"), Frame("score", "score.py", 12)), 12),
        Stack((Frame("idle"),), 3),
    ]


def test_a_semicolon_in_a_name_does_not_split_it():
    assert folded_text({("compute", "a;b"): 1}) == "compute;a,b 1\n"


def test_files_are_named_from_where_they_are_installed():
    def label(file):
        return Frame("f", file, 7).label(FOLDER)

    assert label("/models/card/score.py") == "f (score.py:7)"
    assert label("/models/card/sub/score.py") == "f (sub/score.py:7)"
    assert label("/venv/lib/python3.11/site-packages/pandas/core/frame.py") == "f (pandas/core/frame.py:7)"
    assert label("/usr/lib/python3/dist-packages/pandas/core/frame.py") == "f (pandas/core/frame.py:7)"
    assert label("/usr/lib/python3.11/threading.py") == "f (threading.py:7)"
    assert label("/src/harness/workers/session.py") == "f (harness/workers/session.py:7)"
    assert label("/home/anna/work/elsewhere/tool.py") == "f (elsewhere/tool.py:7)"
    assert label("<string>") == "f (<string>:7)"
    assert Frame("Python worker").label(FOLDER) == "Python worker"


def test_what_is_no_stack_is_passed_over():
    assert list(parse_stacks("\nnonsense\nf (a.py:1);g (b (c).py:2) 3\n")) == [
        Stack((Frame("f", "a.py", 1), Frame("g", "b (c).py", 2)), 3)
    ]


def test_a_functions_own_name_is_without_its_class():
    assert Frame("WorkerSession.call").function == "call"
    assert Frame("call").function == "call"
