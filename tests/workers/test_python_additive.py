"""Which Python forms are proved to be sums of steps: those in any usual style, none that only looks so."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from additive_python import PROVED, UNPROVED
from forms import model_of, open_session

from harness.additive import Additive, Unproved
from harness.schema import Input, Kind
from harness.workers.proved import additive_of
from harness.workers.python import load
from harness.workers.python.opening import Input as Seen
from harness.workers.python.opening import Output
from harness.workers.python.proof import additive
from harness.workers.session import WorkerSession

INPUTS = [
    Seen("age", "float", True),
    Seen("income", "float"),
    Seen("grade", "category", True, False, ("a", "b", "c")),
    Seen("count", "int"),
    Seen("owner", "bool"),
    Seen("free", "string", True),
    Seen("since", "date"),
]


@pytest.fixture(autouse=True)
def in_the_folder(tmp_path: Path) -> Iterator[None]:
    before = Path.cwd()
    os.chdir(tmp_path)
    yield
    os.chdir(before)


def proved(text: str, folder: Path) -> Additive | Unproved:
    """What is proved of a source, read in this process."""
    path = folder / f"form_{abs(hash(text))}.py"
    path.write_text(text, encoding="utf-8")
    module = load.module(str(path), None)
    function = load.function(module, "score", str(path))
    return additive_of(additive.tables(module, function, [], INPUTS, [Output("score", "float")]), "python")


@pytest.mark.parametrize("style", PROVED)
def test_a_scorecard_is_proved_in_the_style(style: str, tmp_path: Path) -> None:
    found = proved(PROVED[style], tmp_path)
    assert isinstance(found, Additive), found
    assert found.terms


@pytest.mark.parametrize("trick", UNPROVED)
def test_nothing_is_claimed_of(trick: str, tmp_path: Path) -> None:
    assert isinstance(proved(UNPROVED[trick], tmp_path), Unproved)


def test_edges_are_the_doubles_just_above_which_a_term_may_change(tmp_path: Path) -> None:
    found = proved("import numpy as np\ndef score(df): return np.where(df.age > 30, 1, 2)\n", tmp_path)
    assert isinstance(found, Additive)
    assert found.edges == {"age": (float(np.nextafter(30.0, 0.0)), 30.0)}


def test_the_edge_of_a_quotient_is_found_where_it_rounds_to(tmp_path: Path) -> None:
    found = proved(
        "import numpy as np\ndef score(df): return np.where(df.income / 12 > 100, 1, 2)\n", tmp_path
    )
    assert isinstance(found, Additive)
    below, last = found.edges["income"]
    assert below / 12 < 100 <= float(np.nextafter(below, np.inf)) / 12
    assert last / 12 <= 100 < float(np.nextafter(last, np.inf)) / 12


def test_a_quantity_made_of_two_inputs_is_a_term_of_its_own(tmp_path: Path) -> None:
    text = "import numpy as np\ndef score(df): return np.where(df.age / df.income > 0.5, 1, 2)\n"
    found = proved(text, tmp_path)
    assert isinstance(found, Additive)
    assert found.terms == {"age\n/\nincome"}


def test_a_function_of_the_sum_is_told_from_the_sum(tmp_path: Path) -> None:
    found = proved(PROVED["frame of points"], tmp_path)
    assert isinstance(found, Additive)
    assert found.linked == {"score"}


def test_texts_that_a_form_names_are_told(tmp_path: Path) -> None:
    found = proved("def score(df): return df['free'].map({'x': 1, 'y': 2}).fillna(0)\n", tmp_path)
    assert isinstance(found, Additive)
    assert found.texts == {"free": frozenset({"x", "y"})}


def test_the_reason_names_the_line(tmp_path: Path) -> None:
    found = proved("\n\ndef score(df):\n    return df.age * 2 + df.income\n", tmp_path)
    assert isinstance(found, Unproved)
    assert ".py:4: " in found.why


def test_a_use_of_a_date_is_not_proved(tmp_path: Path) -> None:
    assert isinstance(proved("def score(df): return (df['since'] > '2020-01-01') * 3\n", tmp_path), Unproved)


def test_pandas_methods_that_the_form_replaces_are_not_trusted(tmp_path: Path) -> None:
    text = """
        import numpy as np
        import pandas as pd

        pd.Series.fillna = lambda self, value: self * len(self)

        def score(df):
            return np.where(df["age"].fillna(0) > 3, 1, 2)
    """
    inputs = [Input("age", Kind.FLOAT, missing=True)]
    with open_session(model_of(tmp_path, "python", text, inputs, {"score": Kind.FLOAT})) as session:
        assert isinstance(session, WorkerSession)
        found = session.additive()
    assert isinstance(found, Unproved)
    assert "pandas" in found.why
