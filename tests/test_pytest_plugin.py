"""Model files as pytest items: what is collected, what is verified together, and how each status shows."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from harness.status import Status
from harness.verify.verdict import Mismatch, ModelVerdict, TargetVerdict

pytest_plugins = ["pytester"]

ROOT = Path(__file__).resolve().parents[1]

MODEL = """
format = 1
[model]
name = "points"
reference = "old"
{head}
[inputs.age]
type = "int"
min = 18
max = 99
[outputs.score]
type = "int"
[targets.old]
runtime = "python"
source = "old.py"
call = "score"
[targets.new]
runtime = "python"
source = "new.py"
call = "score"
[targets.graph]
runtime = "onnx"
source = "points.onnx"
devices = ["cpu", "cuda"]
"""
STRICT = "import numpy as np\n\ndef score(df):\n    return np.where(df['age'] > 30, 20, 10)\n"
LOOSE = STRICT.replace(">", ">=")


@pytest.fixture
def run(pytester, monkeypatch):
    """Run pytest with the plugin alone, whether or not it is installed."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setenv("COLUMNS", "100")

    def run_pytest(*arguments, process=False):
        start = pytester.runpytest_subprocess if process else pytester.runpytest_inprocess
        return start("-p", "harness.pytest_plugin", *arguments)

    return run_pytest


@pytest.fixture
def write(pytester):
    """Write a model with three targets besides its reference into a folder."""

    def write_model(folder="points", head="", model=MODEL):
        path = pytester.path / folder
        path.mkdir()
        (path / "model.toml").write_text(model.format(head=head), "utf-8")
        (path / "old.py").write_text(STRICT, "utf-8")
        (path / "new.py").write_text(LOOSE, "utf-8")
        (path / "points.onnx").write_bytes(b"not opened by these tests")
        return path

    return write_model


def agrees(target):
    return TargetVerdict(target, Status.AGREES, rows=1000)


def disagrees(target, cause="interval-closure"):
    mismatch = Mismatch("score", cause, "every disagreeing row has age equal to 30", 7, {"age": 30}, 10, 20)
    return TargetVerdict(target, Status.DISAGREES, rows=1000, mismatches=(mismatch,))


def missing(target):
    return TargetVerdict(target, Status.MISSING, reason="no CUDA device is here; get one")


def failed(target):
    return TargetVerdict(target, Status.FAILED, reason="it answered none of the 1,000 rows")


@pytest.fixture
def verdicts(monkeypatch):
    """Stand in for the verification: what it says of each target (agreeing at first), and is asked."""

    class Verdicts(dict):
        def __init__(self):
            super().__init__()
            self.asked, self.options = [], []

        def verify(self, model, targets=(), options=None, required=()):
            self.asked.append((model.name, tuple(targets)))
            self.options.append(options)
            found = tuple(self.get(name, agrees)(name) for name in targets)
            return ModelVerdict(model.name, "old@cpu", 0.1, found, model.expect)

    stand_in = Verdicts()
    monkeypatch.setattr("harness.verify.verify_model", stand_in.verify)
    return stand_in


# collection ------------------------------------------------------------------------------------------------


def test_a_model_file_shows_one_item_for_each_target_but_the_reference(run, write):
    write()
    result = run("--collect-only", "-q")
    result.stdout.fnmatch_lines(
        ["points/model.toml::new@cpu", "points/model.toml::graph@cpu", "points/model.toml::graph@cuda"]
    )
    result.stdout.no_fnmatch_line("*old@cpu*")


def test_collecting_verifies_nothing(run, write, verdicts):
    write()
    run("--collect-only")
    assert verdicts.asked == []


def test_a_malformed_model_file_is_a_collection_error_with_its_message_alone(run, write):
    folder = write()
    text = (folder / "model.toml").read_text().replace('type = "int"\nmin', 'typ = "int"\nmin')
    (folder / "model.toml").write_text(text)
    result = run("--collect-only")
    assert result.ret == pytest.ExitCode.INTERRUPTED
    result.stdout.fnmatch_lines(["*points/model.toml:8: *did you mean type*"])
    result.stdout.no_fnmatch_line("*Traceback*")
    result.stdout.no_fnmatch_line("*pytest_plugin.py*")


def test_broken_toml_that_looks_like_a_model_file_is_a_collection_error(run, write):
    folder = write()
    (folder / "model.toml").write_text('format = 1\n[model]\nname = "points\nreference = "r"\n')
    result = run("--collect-only")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*points/model.toml:3: not valid TOML*"])


def test_a_model_whose_reference_stands_alone_is_a_collection_error(run, write):
    alone = MODEL[: MODEL.index("[targets.new]")]
    write(model=alone)
    result = run("--collect-only")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["points: nothing to hold against the reference old@cpu*"])


@pytest.mark.parametrize(
    "foreign",
    [
        "",
        '[package]\nname = "another"\n',
        '[model]\nname = "llama"\nlayers = 12\n',
        'format = "safetensors"\n[model]\nname = "llama"\n',
        '[model]\nname = "llama"\n[training]\nreference = "a paper"\n',
        "[model\nbroken = = toml\n",
        "model = 3\nreference = 4\n",
        '[[model]]\nname = "one of several"\nreference = "x"\n',
    ],
)
def test_a_model_file_of_another_program_is_left_alone(run, pytester, foreign):
    pytester.makefile(".toml", model=foreign)
    pytester.makepyfile("def test_mine(): pass")
    run().assert_outcomes(passed=1)


def test_a_model_file_of_another_program_may_hold_any_bytes(run, pytester):
    (pytester.path / "model.toml").write_bytes(b"\xff\xfe[model]\nreference\x00")
    pytester.makepyfile("def test_mine(): pass")
    run().assert_outcomes(passed=1)


def test_only_files_of_exactly_this_name_are_collected(run, write):
    folder = write()
    (folder / "model.toml").rename(folder / "points.model.toml")
    assert run("--collect-only").ret == pytest.ExitCode.NO_TESTS_COLLECTED


def test_the_plugin_imports_nothing_heavy_until_a_model_file_is_collected(pytester):
    pytester.makepyfile(
        """
        import sys

        def test_mine():
            heavy = {"numpy", "pandas", "pyarrow", "rich", "tomllib", "hypothesis"}
            heavy |= {name for name in sys.modules if name.startswith("harness.")} - {"harness.pytest_plugin"}
            assert not heavy & set(sys.modules)
        """
    )
    environment = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "harness.pytest_plugin"]
    done = subprocess.run(command, cwd=pytester.path, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


# what is verified, and when ---------------------------------------------------------------------------------


def test_a_model_is_verified_once_with_all_its_targets(run, write, verdicts):
    write()
    write("other")
    run().assert_outcomes(passed=6)
    together = ("points", ("new@cpu", "graph@cpu", "graph@cuda"))
    assert verdicts.asked == [together, together]


def test_only_selected_targets_are_verified(run, write, verdicts):
    write()
    run("-k", "graph and cpu").assert_outcomes(passed=1, deselected=2)
    run("points/model.toml::new@cpu").assert_outcomes(passed=1)
    assert verdicts.asked == [("points", ("graph@cpu",)), ("points", ("new@cpu",))]


def test_a_model_is_selected_by_its_name_too(run, write, verdicts):
    write("folder")
    run("-k", "points").assert_outcomes(passed=3)


def test_the_marker_leaves_models_out(run, write, pytester, verdicts):
    write()
    pytester.makepyfile("def test_mine(): pass")
    run("-m", "not parity", "--strict-markers").assert_outcomes(passed=1, deselected=3)
    assert verdicts.asked == []


def test_the_options_shape_the_verification(run, write, verdicts):
    write()
    run("--parity-budget", "500ms", "--parity-seed", "7").assert_outcomes(passed=3)
    run().assert_outcomes(passed=3)
    shaped, default = verdicts.options
    assert (shaped.budget_s, shaped.seed) == (0.5, 7)
    assert (default.budget_s, default.seed) == (5.0, 0)


@pytest.mark.parametrize("budget", ["soon", "10 parsecs", "-1s", ""])
def test_a_budget_that_is_no_time_is_a_usage_error(run, write, budget):
    write()
    result = run(f"--parity-budget={budget}")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*--parity-budget*write 10s, 500ms or 2m*"])


# outcomes ---------------------------------------------------------------------------------------------------


def test_each_status_has_an_outcome_of_its_own(run, write, verdicts):
    verdicts |= {"new@cpu": disagrees, "graph@cuda": missing}
    write()
    result = run("-v")
    result.assert_outcomes(passed=1, failed=1, skipped=1)
    result.stdout.fnmatch_lines(
        ["*model.toml::new@cpu FAILED*", "*::graph@cpu PASSED*", "*::graph@cuda SKIPPED (*no CUDA device*"]
    )


def test_a_disagreement_shows_cause_and_smallest_example_but_no_python(run, write, verdicts):
    verdicts["new@cpu"] = disagrees
    write()
    result = run()
    result.stdout.fnmatch_lines(
        [
            "*points: new@cpu*",
            "*new@cpu disagrees with old@cpu: interval-closure*",
            "*every disagreeing row has age equal to 30*",
            "*age * 30*",
            "*old@cpu * 10*",
            "*new@cpu * 20*",
            "FAILED points/model.toml::new@cpu - *interval-closure*",
        ]
    )
    result.stdout.no_fnmatch_line("*Traceback*")
    result.stdout.no_fnmatch_line("*pytest_plugin.py*")


def test_a_report_tells_of_its_own_target_only(run, write, verdicts):
    verdicts |= {"new@cpu": disagrees, "graph@cuda": missing}
    write()
    result = run("-k", "new or cuda")
    report = result.stdout.str().partition("new@cpu disagrees")[2].partition("short test summary")[0]
    assert "graph" not in report


def test_a_failed_target_is_an_error_not_a_failure(run, write, verdicts):
    verdicts["graph@cpu"] = failed
    write()
    result = run()
    result.assert_outcomes(passed=2, errors=1)
    result.stdout.fnmatch_lines(["*graph@cpu failed: it answered none of the 1,000 rows*"])


def test_a_missing_target_says_why_and_names_its_model_file(run, write, verdicts):
    verdicts["graph@cuda"] = missing
    write()
    result = run("-rs")
    result.stdout.fnmatch_lines(
        ["SKIPPED * points/model.toml:*graph@cuda is missing: no CUDA device is here*"]
    )


@pytest.mark.parametrize("pattern", ["graph@cuda", "*@cuda", "graph"])
def test_a_missing_target_that_is_required_is_an_error(run, write, verdicts, pattern):
    verdicts["graph@cuda"] = missing
    write()
    result = run("--parity-require", pattern)
    result.assert_outcomes(passed=2, errors=1)
    result.stdout.fnmatch_lines(["*graph@cuda is missing: no CUDA device*required by --parity-require*"])


def test_a_required_target_that_no_model_has_is_an_error_whatever_is_selected(run, write, verdicts):
    write()
    result = run("--parity-require", "graph@rocm", "-k", "new")
    result.assert_outcomes(passed=1, deselected=2, errors=1)
    result.stdout.fnmatch_lines(
        ["*--parity-require graph@rocm: there is no such target (there are: graph@cpu, graph@cuda, new@cpu)*"]
    )


def test_a_required_target_is_an_error_where_no_model_file_is_collected(run, pytester):
    pytester.makepyfile("def test_mine(): pass")
    result = run("--parity-require", "onnx@cuda")
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["*no such target (there are: none: no model.toml was collected)*"])


@pytest.mark.parametrize(
    ("expect", "found", "passes"),
    [
        ('["rounding"]', {"new@cpu": "rounding"}, True),
        ('["rounding", "tie"]', {"new@cpu": "rounding", "graph@cpu": "tie"}, True),
        ('["rounding", "tie"]', {"new@cpu": "rounding"}, False),
        ('["rounding"]', {"new@cpu": "rounding", "graph@cpu": "tie"}, False),
        ('["rounding"]', {}, False),
    ],
)
def test_expected_causes_are_judged_over_all_targets_of_the_model(
    run, write, verdicts, expect, found, passes
):
    for target, cause in found.items():
        verdicts[target] = lambda name, cause=cause: disagrees(name, cause)
    write(head=f"expect = {expect}")
    run().assert_outcomes(**{"passed" if passes else "failed": 3})


def test_expected_causes_do_not_depend_on_the_selection(run, write, verdicts):
    verdicts["new@cpu"] = lambda name: disagrees(name, "rounding")
    verdicts["graph@cpu"] = lambda name: disagrees(name, "tie")
    write(head='expect = ["rounding", "tie"]')
    run("-k", "new").assert_outcomes(passed=1, deselected=2)
    assert verdicts.asked == [("points", ("new@cpu", "graph@cpu", "graph@cuda"))]


def test_an_expected_fault_that_is_gone_is_named(run, write, verdicts):
    write(head='expect = ["rounding"]')
    run("-k", "new").stdout.fnmatch_lines(["*expected rounding, found no fault*"])


def test_missing_and_failed_targets_stay_so_where_causes_are_expected(run, write, verdicts):
    verdicts["new@cpu"] = lambda name: disagrees(name, "rounding")
    verdicts |= {"graph@cpu": failed, "graph@cuda": missing}
    write(head='expect = ["rounding"]')
    run().assert_outcomes(passed=1, errors=1, skipped=1)


def test_data_that_cannot_be_used_is_an_error_with_its_message_alone(run, write):
    folder = write(head='data = "people.csv"')
    (folder / "people.csv").write_text("years\n30\n")
    result = run("-k", "new")
    result.assert_outcomes(errors=1, deselected=2)
    result.stdout.fnmatch_lines(["*people.csv: column 'age' is not there*"])
    result.stdout.no_fnmatch_line("*Traceback*")


# several processes ------------------------------------------------------------------------------------------

STAND_IN = """
import json, os
import harness.verify
from harness.status import Status
from harness.verify.verdict import ModelVerdict, TargetVerdict

def verify(model, targets=(), options=None, required=()):
    with open("asked.txt", "a") as file:
        file.write(" ".join(targets) + "\\n")
    found = tuple(TargetVerdict(name, Status.AGREES, rows=1) for name in targets)
    return ModelVerdict(model.name, "old@cpu", 0.1, found, model.expect)

harness.verify.verify_model = verify
"""


def test_each_process_of_xdist_verifies_the_targets_it_was_given(run, write, pytester, monkeypatch):
    pytest.importorskip("xdist", reason="pytest-xdist is not installed")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    write()
    pytester.makeconftest(STAND_IN)
    result = run("-p", "xdist", "-n", "2", "--parity-require", "graph@rocm", process=True)
    result.assert_outcomes(passed=3, errors=1)
    assert sorted((pytester.path / "asked.txt").read_text().split("\n")) == sorted(
        ["", "graph@cpu", "graph@cuda", "new@cpu"]
    )


# the whole way ----------------------------------------------------------------------------------------------


def test_a_real_model_is_verified_and_its_edge_is_found(run, write, pytester):
    python_only = MODEL[: MODEL.index("[targets.graph]")]
    write(model=python_only)
    write("same", model=python_only.replace("new.py", "old.py"))
    result = run("--parity-budget", "2s")
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["*new@cpu disagrees with old@cpu: interval-closure*", "* age * 30*"])
