"""Watched forms: how their comparisons come out row by row, in R and in Python alike."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from forms import LIMITS, floats, model_of, needs_r, write

from harness.model import Model
from harness.protocols import NOT_REACHED, Place, Watched, Watching, WatchSession
from harness.registry import find
from harness.schema import Kind

Y = {"y": Kind.FLOAT}
RUNTIMES = [pytest.param("r", marks=needs_r), "python"]
GUARDED = {
    "r": """
        score <- function(df) {
          ratio <- df$a / df$b
          ifelse(df$c == 3 & ratio > 0.5, 1, 0)
        }
        never <- function(x) x >= 99
    """,
    "python": """
        import numpy as np
        def score(df):
            ratio = df["a"] / df["b"]
            return np.where((df["c"] == 3) & (ratio > 0.5), 1.0, 0.0)
        def never(x):
            return x >= 99
    """,
}
ROW_BY_ROW = {
    "r": """
        one <- function(a) if (a > 2) 1 else 0
        score <- function(df) vapply(df$a, one, 0)
    """,
    "python": """
        def one(a):
            return 1.0 if a > 2 else 0.0
        def score(df):
            return [one(a) for a in df["a"].tolist()]
    """,
}
#: What each kind of signal is shown by, on rows of which the first alone shows it.
TELLING: dict[str, tuple[dict[str, str], list[float]]] = {
    "edge": ({"r": "as.numeric(df$a >= 2)", "python": '(df["a"] >= 2) * 1.0'}, [2.0, 3.0]),
    "negative": ({"r": "df$a %% 7", "python": 'df["a"] % 7'}, [-3.0, 3.0]),
    "zero": ({"r": "1 / df$a", "python": '1 / df["a"]'}, [0.0, 3.0]),
    "half": ({"r": "round(df$a, 1)", "python": 'df["a"].round(1)'}, [0.25, 0.26]),
    "wide": ({"r": "df$a * df$a", "python": 'df["a"] * df["a"]'}, [50_000.0, 5.0]),
    "tie": (
        {
            "r": "apply(cbind(df$a, 4), 1, which.max)",
            "python": 'np.argmax(np.stack([df["a"], df["a"] * 0 + 4], axis=1), axis=1)',
        },
        [4.0, 3.0],
    ),
}
Open = Callable[[Model], WatchSession]


@pytest.fixture
def opened() -> Iterator[Open]:
    sessions: list[WatchSession] = []

    def open_watched(model: Model) -> WatchSession:
        sessions.append(find("runtimes", model.forms[0].runtime).watch(model, model.forms[0], LIMITS))
        return sessions[-1]

    yield open_watched
    for session in sessions:
        session.close()


def rows(model: Model, **columns: list[float | None]) -> pa.RecordBatch:
    return model.schema.batch(columns)


def seen(session: WatchSession, batch: pa.RecordBatch, **asked: Any) -> Watched:
    watched = session.watch(batch, Watching(**asked))
    assert watched is not None
    return watched


def site(watched: Watched, text: str) -> int:
    (found,) = [i for i, one in enumerate(watched.sites) if text in one and not watched.joins[i]]
    return found


@pytest.mark.parametrize("runtime", RUNTIMES)
@pytest.mark.parametrize("alone", [False, True])
def test_a_comparison_is_seen_for_every_row(tmp_path: Path, opened: Open, runtime: str, alone: bool) -> None:
    model = model_of(tmp_path, runtime, GUARDED[runtime], floats("a", "b", "c"), Y)
    batch = rows(model, a=[1.0, 2.0, 3.0, None], b=[4.0, 4.0, 4.0, 4.0], c=[3.0, 3.0, 1.0, 3.0])
    watched = seen(opened(model), batch, alone=alone)
    ratio = watched.codes[site(watched, "ratio > 0.5")].tolist()
    assert ratio == [-1, 0, 1, NOT_REACHED]
    assert not watched.loose
    assert watched.said["y"][:3].tolist() == [0.0, 0.0, 0.0]


@pytest.mark.parametrize("runtime", RUNTIMES)
def test_a_comparison_can_be_made_to_come_out_the_other_way(
    tmp_path: Path, opened: Open, runtime: str
) -> None:
    model = model_of(tmp_path, runtime, GUARDED[runtime], floats("a", "b", "c"), Y)
    session = opened(model)
    batch = rows(model, a=[1.0, 1.0], b=[4.0, 4.0], c=[3.0, 1.0])
    number = site(seen(session, batch), "ratio > 0.5") + 1
    assert seen(session, batch, force=number, value=True).said["y"].tolist() == [1.0, 0.0]
    assert seen(session, batch, force=number, value=False).said["y"].tolist() == [0.0, 0.0]
    assert seen(session, batch).said["y"].tolist() == [0.0, 0.0]


@pytest.mark.parametrize("runtime", RUNTIMES)
def test_a_comparison_that_is_never_made_is_known_all_the_same(
    tmp_path: Path, opened: Open, runtime: str
) -> None:
    model = model_of(tmp_path, runtime, GUARDED[runtime], floats("a", "b", "c"), Y)
    watched = seen(opened(model), rows(model, a=[1.0], b=[4.0], c=[3.0]))
    assert not watched.touched[site(watched, "x >= 99")]
    assert watched.touched[site(watched, "ratio > 0.5")]


@pytest.mark.parametrize("runtime", RUNTIMES)
def test_where_two_truths_are_joined_both_are_seen(tmp_path: Path, opened: Open, runtime: str) -> None:
    model = model_of(tmp_path, runtime, GUARDED[runtime], floats("a", "b", "c"), Y)
    batch = rows(model, a=[1.0, 3.0, 1.0, 3.0], b=[4.0] * 4, c=[1.0, 1.0, 3.0, 3.0])
    watched = seen(opened(model), batch)
    (join,) = np.flatnonzero(watched.joins)
    assert watched.codes[join].tolist() == [0, 1, 2, 3]
    assert not watched.decides[join]


@pytest.mark.parametrize("runtime", RUNTIMES)
def test_a_form_that_goes_row_by_row_is_seen_row_by_row_alone(
    tmp_path: Path, opened: Open, runtime: str
) -> None:
    model = model_of(tmp_path, runtime, ROW_BY_ROW[runtime], floats("a"), Y)
    session = opened(model)
    batch = rows(model, a=[1.0, 2.0, 3.0])
    assert seen(session, batch).loose
    watched = seen(session, batch, alone=True)
    assert watched.codes[site(watched, "a > 2")].tolist() == [-1, 0, 1]


@pytest.mark.parametrize("runtime", RUNTIMES)
@pytest.mark.parametrize("kind", TELLING)
def test_what_is_telling_of_a_row_is_seen(tmp_path: Path, opened: Open, runtime: str, kind: str) -> None:
    expressions, values = TELLING[kind]
    source = {
        "r": "score <- function(df) {expression}",
        "python": "import numpy as np\ndef score(df):\n    return {expression}\n",
    }[runtime].format(expression=expressions[runtime])
    model = model_of(tmp_path, runtime, source, floats("a"), Y)
    watched = seen(opened(model), rows(model, a=list(values)), alone=True)
    assert watched.signals[kind].tolist() == [True, False]


@needs_r
def test_an_integer_that_overflows_in_r_is_telling(tmp_path: Path, opened: Open) -> None:
    source = "score <- function(df) as.integer(df$a) * 2L"
    model = model_of(tmp_path, "r", source, floats("a"), Y)
    watched = seen(opened(model), rows(model, a=[2.0e9, 3.0]), alone=True)
    assert watched.signals["overflow"].tolist() == [True, False]


@pytest.mark.parametrize("runtime", RUNTIMES)
def test_a_row_that_raises_has_failed_and_the_next_call_is_answered(
    tmp_path: Path, opened: Open, runtime: str
) -> None:
    source = {
        "r": "score <- function(df) { if (df$a[1] > 2) stop('no'); df$a }",
        "python": "def score(df):\n    if df['a'][0] > 2:\n        raise ValueError\n    return df['a']\n",
    }[runtime]
    model = model_of(tmp_path, runtime, source, floats("a"), Y)
    session = opened(model)
    assert seen(session, rows(model, a=[3.0, 1.0]), alone=True).failed.tolist() == [True, False]
    assert seen(session, rows(model, a=[1.0])).said["y"].tolist() == [1.0]


def test_a_module_beside_the_source_is_watched_too(tmp_path: Path, opened: Open) -> None:
    write(tmp_path / "rules.py", "def high(x):\n    return x > 5\n")
    source = "import rules\ndef score(df):\n    return rules.high(df['a']) * 1.0\n"
    model = model_of(tmp_path, "python", source, floats("a"), Y)
    watched = seen(opened(model), rows(model, a=[4.0, 6.0]))
    assert watched.codes[site(watched, "x > 5")].tolist() == [-1, 1]


@pytest.mark.parametrize("runtime", RUNTIMES)
def test_a_watched_form_answers_as_it_does_unwatched(tmp_path: Path, opened: Open, runtime: str) -> None:
    source = {
        "r": """
            score <- function(df) {
              points <- c(5, 10, 20)[findInterval(df$a, c(0, 30, 60), left.open = TRUE) + 0L * df$b]
              points[is.na(points)] <- -1
              round(points * pmin(df$b, 1.5) %/% 0.5, 2) - (df$a %in% c(7, 30)) * 0.25
            }
        """,
        "python": """
            import numpy as np, pandas as pd
            def score(df):
                bins = pd.cut(df["a"], [0, 30, 60, 1e9], labels=[5, 10, 20]).astype("float").fillna(-1)
                return np.round(bins * np.minimum(df["b"], 1.5) // 0.5, 2) - df["a"].isin([7, 30]) * 0.25
        """,
    }[runtime]
    model = model_of(tmp_path, runtime, source, floats("a", "b"), Y)
    rng = np.random.default_rng(0)
    batch = rows(
        model, a=[7.0, 30.0, None, *rng.uniform(-5, 90, 40)], b=[1.0, 2.0, 1.0, *rng.uniform(0, 3, 40)]
    )
    plain = find("runtimes", runtime).open(model, model.forms[0], Place(), LIMITS)
    try:
        expected = plain.call(batch).outputs["y"].to_numpy(zero_copy_only=False)
    finally:
        plain.close()
    np.testing.assert_array_equal(seen(opened(model), batch).said["y"], expected)


def test_a_chain_of_comparisons_is_seen_link_by_link(tmp_path: Path, opened: Open) -> None:
    source = "def score(df):\n    return [1.0 if 2 < a <= 5 else 0.0 for a in df['a'].tolist()]\n"
    model = model_of(tmp_path, "python", source, floats("a"), Y)
    watched = seen(opened(model), rows(model, a=[2.0, 5.0, 6.0]), alone=True)
    assert watched.codes[site(watched, "2 < a")].tolist() == [0, -1, -1]
    assert watched.codes[site(watched, "a <= 5")].tolist() == [NOT_REACHED, 0, 1]
    assert watched.said["y"].tolist() == [0.0, 1.0, 0.0]
