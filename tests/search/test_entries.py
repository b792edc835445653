"""Rows that meet the entries of tables."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest
from forms import needs_r
from miniatures import number

from harness.legal import legal_rows
from harness.modelfile import load_model
from harness.protocols import Entry, Limits
from harness.schema import Input, Kind, Schema
from harness.search.lab import Respondent
from harness.search.rows.backgrounds import make_space
from harness.search.rows.entries import entry_rows
from harness.search.rows.pools import build_pools
from harness.search.rows.space import Space
from harness.target import target_of
from harness.verify import Options, verify_model

COUNTRY = Input("country", Kind.CATEGORY, levels=("AT", "BE", "MT"))
CODE = Input("mcc", Kind.INT, minimum=1, maximum=9_999)
AGE = number("age")


def rows(inputs, *entries: Entry):
    schema = Schema(tuple(inputs))
    made = make_space(schema, build_pools(schema, []), None, 0)
    space = Space(schema, made.pools, made.backgrounds, entries=entries)
    batches = list(entry_rows(space, 0, 10_000))
    assert all(legal_rows(batch, schema).all() for batch in batches)
    return {tuple(row.values()) for batch in batches for row in batch.to_pylist()}


def pairs(found):
    return {row[:2] for row in found}


def test_values_go_to_the_inputs_that_their_columns_name():
    found = pairs(rows([COUNTRY, CODE], Entry((("Country", "MT"), ("MCC", 7995), ("risk", "high")))))
    assert {("MT", 7995), ("MT", 7994), ("MT", 7996)} <= found


def test_parts_of_a_key_go_where_they_are_legal():
    assert ("MT", 7995) in pairs(rows([COUNTRY, CODE], Entry(((None, "MT"), (None, "7995")))))


def test_both_ends_of_a_band_are_met():
    entry = Entry((("country", "BE"), ("min_age", 20.0), ("max_age", 30.0)))
    found = pairs(rows([COUNTRY, AGE], entry))
    assert {("BE", 20.0), ("BE", 30.0)} <= found


def test_an_entry_about_one_input_makes_no_row():
    assert rows([COUNTRY, CODE], Entry((("country", "MT"), ("weight", 3.0)))) == set()


FORMS = {
    "r": 'key <- c("AT 12" = 1, "MT 7995" = 2)\nscore <- function(df) TABLE\n',
    "r frame": 'key <- data.frame(country = c("AT", "MT"), mcc = c(12L, 7995L))\n'
    "score <- function(df) TABLE\n",
    "r nested": 'key <- list(AT = c("12" = 1), MT = c("7995" = 2, "1" = 3))\nscore <- function(df) TABLE\n',
    "r matrix": 'key <- matrix(1:4, 2, dimnames = list(c("AT", "MT"), c("12", "7995")))\n'
    "score <- function(df) TABLE\n",
}


@needs_r
@pytest.mark.parametrize("text", FORMS.values(), ids=FORMS)
def test_r_shows_the_entries_of_its_tables(tmp_path: Path, text: str) -> None:
    (tmp_path / "m.R").write_text(text.replace("TABLE", "rep(1, nrow(df))"))
    model = load_model(written(tmp_path, reference="r", others=""))
    with Respondent(model, target_of(model, "r"), Limits()) as respondent:
        assert respondent.session is not None
        values = [[str(value) for _, value in entry.fields] for entry in respondent.entries()]
    assert ["MT", "7995"] in values


def written(folder: Path, reference: str, others: str) -> Path:
    text = f"""
        format = 1
        [model]
        name = "merchants"
        reference = "{reference}"
        [inputs.country]
        type = "category"
        levels = ["AT", "BE", "MT"]
        [inputs.mcc]
        type = "int"
        min = 1
        max = 9999
        [outputs.weight]
        type = "float"
        [targets.r]
        runtime = "r"
        source = "m.R"
        call = "score"
        {others}
    """
    file = folder / "model.toml"
    file.write_text(textwrap.dedent(text), encoding="utf-8")
    return file


@needs_r
def test_a_key_that_only_a_file_holds_twice_doubles_rows_and_is_found(tmp_path: Path) -> None:
    table = ["country,mcc,weight", *(f"AT,{code},1.5" for code in range(100, 300)), "MT,7995,3", "MT,7995,9"]
    (tmp_path / "weights.csv").write_text("\n".join(table) + "\n")
    (tmp_path / "m.R").write_text(
        "score <- function(df) {\n"
        '  t <- read.csv("weights.csv")\n'
        "  i <- match(paste(df$country, df$mcc), paste(t$country, t$mcc))\n"
        "  ifelse(is.na(i), 1, t$weight[i])\n"
        "}\n"
    )
    (tmp_path / "m.py").write_text(
        "import pandas as pd\n"
        "def score(df):\n"
        "    keyed = df.assign(country=df['country'].astype(object))\n"
        "    m = keyed.merge(pd.read_csv('weights.csv'), how='left', on=['country', 'mcc'])\n"
        "    return m['weight'].fillna(1.0)\n"
    )
    python = '[targets.python]\n        runtime = "python"\n        source = "m.py"\n        call = "score"'
    model = load_model(written(tmp_path, reference="r", others=python))
    (verdict,) = verify_model(model, options=Options(budget_s=2)).targets
    assert verdict.causes == ("row-alignment",)
    example = verdict.mismatches[0].inputs
    assert (example["country"], example["mcc"]) == ("MT", 7995)
