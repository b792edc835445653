"""What every runtime promises. A newcomer adds a Case: an identity form, and what can go wrong in it."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet
import pytest
from forms import LIMITS, model_of, needs_native, needs_r, open_session, write

from harness import registry
from harness.model import Form, Model
from harness.protocols import Limits, OpenError, Outcome, Place, Runtime, Session
from harness.schema import Input, Kind
from harness.trace import PHASES

X = [Input("x", Kind.FLOAT, missing=True)]
Y = {"y": Kind.FLOAT}


@dataclass(frozen=True)
class Case:
    """One runtime: ``identity`` writes a form that gives x back as y into a folder.

    ``faults`` are sources in its language by what they do wrong at x = 1 (else they give x back).
    """

    runtime: str
    identity: Callable[[Path], Model]
    faults: dict[str, str] = field(default_factory=dict)
    marks: tuple[Any, ...] = ()
    place: Place = field(default_factory=Place)

    @property
    def name(self) -> str:
        return self.runtime if self.place.variant is None else f"{self.runtime}-{self.place.variant}"


def _onnx(folder: Path) -> Model:
    onnx_files = pytest.importorskip("onnx_files", reason="onnx is not installed")
    path = onnx_files.save(
        folder / "identity.onnx",
        [onnx_files.helper.make_node("Identity", ["x"], ["y"])],
        [onnx_files.tensor("x")],
        [onnx_files.tensor("y")],
    )
    return model_of(folder, "onnx", None, X, Y, source=path, call=None)


def _torch(folder: Path) -> Model:
    pytest.importorskip("torch")
    source = write(folder / "score.py", "def score(batch):\n    return {'y': batch['x'] * 1}\n")
    return model_of(folder, "torch", None, X, Y, source=source)


def _recorded(folder: Path) -> Model:
    values = pa.array([*range(1000), 1.5, -2.0, None, 3.0], pa.float64())
    pa.parquet.write_table(pa.table({"x": values, "y": values}), folder / "answers.parquet")
    return model_of(folder, "recorded", None, X, Y, source=folder / "answers.parquet", call=None)


def _r(folder: Path) -> Model:
    return model_of(folder, "r", "score <- function(df) df$x", X, Y)


R_FAULTS = {
    "raises": "score <- function(df) { if (any(df$x == 1, na.rm = TRUE)) stop('bad row'); df$x }",
    "drops a row": "score <- function(df) df$x[is.na(df$x) | df$x != 1]",
    "dies": "score <- function(df) { if (any(df$x == 1)) tools::pskill(Sys.getpid(), 9); df$x }",
    "quits": "score <- function(df) { if (any(df$x == 1)) quit(); df$x }",
    "hangs": "score <- function(df) { if (any(df$x == 1)) repeat {}; df$x }",
    "prints": "score <- function(df) { cat('to output\\n'); message('to error'); print(1:3); df$x }",
    "warns": "score <- function(df) { warning('careful'); warning('careful'); df$x }",
    "gives text": "score <- function(df) ifelse(df$x == 1, 'one', 'other')",
    "gives another name": "score <- function(df) list(z = df$x)",
    "needs a state": "n <- 0\nscore <- function(df) { n <<- n + 1; if (df$x[1] == 1) quit(); df$x * 0 + n }",
}
PYTHON_FAULTS = {
    "raises": "def score(df):\n    if (df.x == 1).any(): raise ValueError('bad row')\n    return df.x",
    "drops a row": "def score(df):\n    return df.x[df.x != 1]",
    "dies": "import os\ndef score(df):\n    if (df.x == 1).any(): os.kill(os.getpid(), 9)\n    return df.x",
    "quits": "import os\ndef score(df):\n    if (df.x == 1).any(): os._exit(0)\n    return df.x",
    "hangs": "def score(df):\n    while (df.x == 1).any(): pass\n    return df.x",
    "prints": (
        "import os, sys\ndef score(df):\n    print('to output')\n    print('to error', file=sys.stderr)\n"
        "    os.write(1, b'[1] 1 2 3')\n    return df.x"
    ),
    "warns": "import warnings\ndef score(df):\n    for _ in 'ab': warnings.warn('careful')\n    return df.x",
    "gives text": "def score(df):\n    return ['one' if x == 1 else 'other' for x in df.x]",
    "gives another name": "def score(df):\n    return {'z': df.x}",
    "needs a state": (
        "import os\nn = 0\ndef score(df):\n    global n\n    n += 1\n"
        "    if (df.x == 1).any(): os._exit(3)\n    return df.x * 0 + n"
    ),
}
CASES = [
    Case("r", _r, R_FAULTS, (needs_r, needs_native), Place(variant="native")),
    Case("r", _r, R_FAULTS, (needs_r,), Place(variant="portable")),
    Case("python", lambda at: model_of(at, "python", "def score(df): return df['x']", X, Y), PYTHON_FAULTS),
    Case("onnx", _onnx),
    Case("torch", _torch, {}, (pytest.mark.slow,)),
    Case("recorded", _recorded),
]
EVERY = [pytest.param(one, id=one.name, marks=one.marks) for one in CASES]
WITH_FAULTS = [pytest.param(one, id=one.name, marks=one.marks) for one in CASES if one.faults]


def batch(model: Model, *values: float | None) -> pa.RecordBatch:
    return model.schema.batch({"x": list(values)})


def given(session: Session, model: Model, *values: float | None) -> list[float | None]:
    reply = session.call(batch(model, *values))
    assert reply.failure is None, reply.failure
    assert reply.outputs is not None
    assert list(reply.outputs) == ["y"]
    answered: list[float | None] = reply.outputs["y"].to_pylist()
    return answered


@pytest.fixture(scope="class")
def opened(case: Case, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Model, Session]]:
    model = case.identity(tmp_path_factory.mktemp(case.runtime))
    session = open_session(model, place=case.place)
    yield model, session
    session.close()


@pytest.mark.parametrize("case", EVERY, scope="class")
class TestEveryRuntime:
    def test_the_module_is_a_runtime(self, case: Case) -> None:
        module = registry.find("runtimes", case.runtime)
        assert isinstance(module, Runtime)
        named = {name for one in module.REQUIRED for name in ((one,) if isinstance(one, str) else one)}
        assert named <= module.KEYS

    def test_answers_come_in_the_order_of_the_rows(self, opened: tuple[Model, Session]) -> None:
        model, session = opened
        assert given(session, model, 3.0, 1.5, -2.0) == [3.0, 1.5, -2.0]

    def test_a_missing_value_is_missing_in_the_answer(self, opened: tuple[Model, Session]) -> None:
        model, session = opened
        assert given(session, model, None, 1.5) == [None, 1.5]

    def test_one_row_and_a_thousand_rows_are_answered(self, opened: tuple[Model, Session]) -> None:
        model, session = opened
        assert given(session, model, 1.5) == [1.5]
        assert given(session, model, *range(1000)) == list(range(1000))

    def test_spans_are_phases_in_order_without_overlap(self, opened: tuple[Model, Session]) -> None:
        model, session = opened
        spans = session.call(batch(model, 1.5)).spans
        assert spans
        places = [PHASES.index(one.name) for one in spans]
        assert places == sorted(places)
        assert all(one.start_ns <= one.end_ns for one in spans)
        assert all(left.end_ns == right.start_ns for left, right in itertools.pairwise(spans))

    def test_nothing_is_lacking_where_it_opens(self, case: Case, opened: tuple[Model, Session]) -> None:
        model, _ = opened
        assert registry.find("runtimes", case.runtime).lack(model.forms[0], case.place) is None

    def test_it_says_versions(self, case: Case, opened: tuple[Model, Session]) -> None:
        versions = registry.find("runtimes", case.runtime).versions()
        assert versions
        assert all(name and version for name, version in versions.items())

    def test_closing_twice_is_harmless(self, case: Case, tmp_path: Path) -> None:
        session = open_session(case.identity(tmp_path), place=case.place)
        session.close()
        session.close()
        assert session.printed() == ""

    def test_a_source_that_is_not_there_is_named(self, case: Case, tmp_path: Path) -> None:
        whole = case.identity(tmp_path)
        form = whole.forms[0]
        gone = tmp_path / f"gone{form.source.suffix}"  # type: ignore[union-attr]
        model = Model(**{**_fields(whole), "forms": (Form(**{**_fields(form), "source": gone}),)})
        with pytest.raises(OpenError, match=f"{gone.name}"):
            open_session(model, place=case.place)

    def test_clues_of_a_form_that_was_not_opened_are_none_or_read_from_its_file(
        self, case: Case, tmp_path: Path
    ) -> None:
        model = case.identity(tmp_path)
        form = model.forms[0]
        assert form.source is not None
        form.source.write_bytes(b"\xff\xfe)(")
        assert registry.find("runtimes", case.runtime).clues(model, form, None) == ()

    def test_clues_are_found_through_the_open_session(
        self, case: Case, opened: tuple[Model, Session]
    ) -> None:
        model, session = opened
        clues = registry.find("runtimes", case.runtime).clues(model, model.forms[0], session)
        assert isinstance(clues, tuple)
        # the form is not disturbed
        assert given(session, model, 1.5) == [1.5]


def _fields(value: Any) -> dict[str, Any]:
    return {name: getattr(value, name) for name in value.__dataclass_fields__}


@pytest.mark.parametrize("case", WITH_FAULTS)
class TestFaultsOfUserCode:
    @pytest.fixture
    def fault(self, case: Case, tmp_path: Path) -> Iterator[Callable[..., tuple[Model, Session]]]:
        opened: list[Session] = []

        def start(name: str, limits: Limits = LIMITS) -> tuple[Model, Session]:
            model = model_of(tmp_path, case.runtime, case.faults[name], X, Y)
            opened.append(open_session(model, limits, case.place))
            return model, opened[-1]

        yield start
        for one in opened:
            one.close()

    def test_an_error_is_an_outcome_with_its_class_message_and_traceback(self, fault: Any) -> None:
        model, session = fault("raises")
        failure = session.call(batch(model, 1, 2)).failure
        assert (failure.outcome, failure.message) == (Outcome.RAISED, "bad row")
        assert failure.kind in ("simpleError", "ValueError")
        assert "score" in failure.trace
        assert given(session, model, 2.0) == [2.0]

    def test_a_wrong_number_of_values_is_misaligned(self, fault: Any) -> None:
        model, session = fault("drops a row")
        failure = session.call(batch(model, 1, 2, 3)).failure
        assert (failure.outcome, failure.kind) == (Outcome.MISALIGNED, "WrongLength")
        assert failure.message == "y: 2 values for 3 rows"
        assert given(session, model, 2.0) == [2.0]

    @pytest.mark.parametrize(
        ("name", "said"), [("dies", "was killed by SIGKILL"), ("quits", "ended with status 0")]
    )
    def test_a_process_that_ends_is_an_outcome_and_the_next_call_is_answered(
        self, fault: Any, name: str, said: str
    ) -> None:
        model, session = fault(name)
        failure = session.call(batch(model, 1, 2)).failure
        assert failure.outcome is Outcome.DIED
        assert said in failure.message
        assert given(session, model, 2.0) == [2.0]

    def test_a_call_past_its_time_limit_is_an_outcome_and_the_next_call_is_answered(self, fault: Any) -> None:
        model, session = fault("hangs", Limits(open_s=60, call_s=0.5))
        failure = session.call(batch(model, 1)).failure
        assert (failure.outcome, failure.kind) == (Outcome.HUNG, "TimeLimit")
        assert "0.5 s" in failure.message
        assert session.call(batch(model, 2.0)).outputs["y"].to_pylist() == [2.0]

    def test_a_restarted_form_begins_anew(self, fault: Any) -> None:
        model, session = fault("needs a state")
        assert [given(session, model, 2.0) for _ in range(3)] == [[1.0], [2.0], [3.0]]
        assert session.call(batch(model, 1)).failure.outcome is Outcome.DIED
        assert given(session, model, 2.0) == [1.0]

    def test_what_it_prints_is_kept_and_breaks_nothing(self, fault: Any) -> None:
        model, session = fault("prints")
        assert given(session, model, 2.0) == [2.0]
        assert all(text in session.printed() for text in ("to output", "to error", "[1] 1 2 3"))

    def test_warnings_are_collected_each_once(self, fault: Any) -> None:
        model, session = fault("warns")
        warned = session.call(batch(model, 2.0)).warnings
        assert len(warned) == 1
        assert "careful" in warned[0]

    def test_another_type_than_declared_is_an_outcome(self, fault: Any) -> None:
        model, session = fault("gives text")
        failure = session.call(batch(model, 2, 1)).failure
        assert (failure.outcome, failure.kind) == (Outcome.RAISED, "WrongType")
        assert failure.message == "y: declared float, but text came, for example 'other' in row 0"

    def test_an_output_that_does_not_come_back_is_an_outcome(self, fault: Any) -> None:
        model, session = fault("gives another name")
        failure = session.call(batch(model, 2)).failure
        assert failure.kind == "MissingOutput"
        assert failure.message == "no output 'y' came back (there are: z)"

    def test_a_closed_session_answers_no_more(self, fault: Any) -> None:
        model, session = fault("prints")
        session.close()
        with pytest.raises(ValueError, match="closed"):
            session.call(batch(model, 2))
