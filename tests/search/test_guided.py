"""Rows that meet the comparisons of a form, and pass what guards them: found by watching it run."""

from __future__ import annotations

import textwrap
from pathlib import Path

import numpy as np
import pytest
from forms import needs_r

from harness.modelfile import load_model
from harness.protocols import Limits
from harness.search.follow.guided import Guidance, guidance
from harness.search.lab import Respondent
from harness.search.rows.backgrounds import make_space
from harness.search.rows.pools import build_pools
from harness.target import target_of
from harness.verify import Options, verify_model

INPUTS = """
format = 1
[model]
name = "guarded"
reference = "{runtime}"
[inputs.debt]
type = "float"
min = 0
max = 50000
[inputs.income]
type = "float"
min = 1
max = 90000
[inputs.branch]
type = "category"
levels = [{levels}]
[inputs.product]
type = "category"
levels = [{levels}]
[outputs.refer]
type = "int"
[targets.{runtime}]
runtime = "{runtime}"
source = "{source}"
call = "score"
"""
LEVELS = ", ".join(f'"L{n}"' for n in range(30))
#: A ratio that counts in one of 900 combinations, with no number that a miner could read: it is computed.
FORMS = {
    "r": """
        limit <- 0.2 + 0.17 + 0.06
        score <- function(df) {
          ratio <- df$debt / df$income
          as.integer(df$branch == "L17" & df$product == "L4" & ratio OPERATOR limit)
        }
        unused <- function(x) x > 1234
    """,
    "python": """
        import numpy as np
        LIMIT = sum([0.2, 0.17, 0.06])
        def score(df):
            ratio = df["debt"] / df["income"]
            ours = (df["branch"] == "L17") & (df["product"] == "L4")
            return (ours & (ratio OPERATOR LIMIT)).astype("int64")
        def unused(x):
            return x > 1234
    """,
}
SUFFIXES = {"r": "R", "python": "py"}
RUNTIMES = [pytest.param("r", marks=needs_r), "python"]


def written(folder: Path, runtime: str, operator: str = ">=") -> str:
    name = f"score.{SUFFIXES[runtime]}"
    text = textwrap.dedent(FORMS[runtime]).replace("OPERATOR", operator)
    (folder / name).write_text(text, encoding="utf-8")
    return name


def guided(folder: Path, runtime: str) -> Guidance:
    source = written(folder, runtime)
    file = folder / "model.toml"
    file.write_text(INPUTS.format(runtime=runtime, source=source, levels=LEVELS), encoding="utf-8")
    model = load_model(file)
    space = make_space(model.schema, build_pools(model.schema, []), None, 0)
    with Respondent(model, target_of(model, runtime), Limits()) as respondent:
        return guidance(space, respondent, 0, 30.0)


@pytest.mark.parametrize("runtime", RUNTIMES)
def test_a_guarded_quotient_is_met_exactly_behind_its_guards(tmp_path: Path, runtime: str) -> None:
    found = guided(tmp_path, runtime)
    met = 0
    for batch in found.batches:
        columns = {name: np.array(batch.column(name).to_pylist()) for name in batch.schema.names}
        ratio = columns["debt"] / columns["income"]
        passes = (columns["branch"] == "L17") & (columns["product"] == "L4")
        met += int((passes & (ratio == sum([0.2, 0.17, 0.06]))).sum())
    assert met > 0


@pytest.mark.parametrize("runtime", RUNTIMES)
def test_what_no_row_reaches_is_listed(tmp_path: Path, runtime: str) -> None:
    assert guided(tmp_path, runtime).unreached == (f"{runtime}: x > 1234",)


@needs_r
def test_a_boundary_that_only_the_running_form_knows_is_found_and_named(tmp_path: Path) -> None:
    written(tmp_path, "r", ">=")
    other = written(tmp_path, "python", ">")
    text = INPUTS.format(runtime="r", source="score.R", levels=LEVELS)
    text += f'[targets.python]\nruntime = "python"\nsource = "{other}"\ncall = "score"\n'
    (tmp_path / "model.toml").write_text(text, encoding="utf-8")
    (verdict,) = verify_model(load_model(tmp_path / "model.toml"), options=Options(budget_s=3)).targets
    assert verdict.causes == ("interval-closure",)
    example = verdict.mismatches[0].inputs
    assert (example["branch"], example["product"]) == ("L17", "L4")


@needs_r
def test_a_quotient_that_only_single_precision_rounds_to_its_edge_is_not_a_closed_end(tmp_path: Path) -> None:
    (tmp_path / "score.R").write_text("score <- function(df) as.integer(df$debt / df$income >= 0.95)\n")
    (tmp_path / "score.py").write_text(
        "import numpy as np\n"
        "def score(df):\n"
        "    ratio = (df['debt'].to_numpy() / df['income'].to_numpy()).astype('float32')\n"
        "    return (ratio >= np.float32(0.95)).astype('int64')\n"
    )
    text = INPUTS.format(runtime="r", source="score.R", levels='"L1"')
    text = text.replace('type = "float"', 'type = "int"').replace("max = 50000", "max = 50000000")
    text = text.replace("max = 90000", "max = 90000000")
    text += '[targets.python]\nruntime = "python"\nsource = "score.py"\ncall = "score"\n'
    (tmp_path / "model.toml").write_text(text, encoding="utf-8")
    (verdict,) = verify_model(load_model(tmp_path / "model.toml"), options=Options(budget_s=3)).targets
    assert verdict.causes == ("single-precision",)
