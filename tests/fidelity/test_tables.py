"""What a person reads, 80 columns wide, from a report that is written down here."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pytest
from miniature_codecs import Miniature
from rich.console import Console

from harness.fidelity.answers import Answer
from harness.fidelity.columns import Column, Kind, Specimen
from harness.fidelity.cost_table import render_answers, render_costs
from harness.fidelity.costs import Cost
from harness.fidelity.difference import Difference, Refused
from harness.fidelity.document import document
from harness.fidelity.ends import End, Language, Member
from harness.fidelity.matrix import Cell, Fidelity, Loss
from harness.fidelity.matrix_table import render_losses, render_matrix
from harness.fidelity.model_table import render_models
from harness.fidelity.operation import Asked, Report
from harness.fidelity.stored_models import Stored
from harness.fidelity.trials import Direction
from harness.protocols import Lack

ONE = Specimen.of(Column(Kind.DOUBLE, (-0.0,)))
ZERO = Loss("-0.0", Difference("values", "-0.0", "0.0", 1), ONE)
TYPE = Loss("plain values", Difference("type", "double", "integer"), ONE)
NO_NAN = Loss("NA", Refused("there is no [red]NaN[/red] in JSON"), ONE)
LACK = Lack("R has no package x here", "in R: install.packages('x')")
DIRECTIONS = tuple(Direction)


HERE = End(True)


def member(name, r=HERE):
    return Member(name, Miniature(TITLE=f"the {name} format"), HERE, r)


def cells(name, kind, *made):
    """Four cells: each a fidelity with its losses."""
    return [
        Cell(name, kind, direction, fidelity, reason, losses, 5)
        for direction, (fidelity, reason, *losses) in zip(DIRECTIONS, made, strict=True)
        for losses in [tuple(losses)]
    ]


EXACT = (Fidelity.EXACT, "")
MISSING = (Fidelity.MISSING, str(LACK))
COSTS = (
    Cost(
        "good", Language.PYTHON, 1000, 160_000, 80_000, True, None, None, (3.3e6,) * 5, (6e3,) * 5, (3e3,) * 5
    ),
    Cost("good", Language.R, 1000, 160_000, 80_000, False, None, None, (9e3,), (6e3,), (3e3,)),
    Cost("twin", Language.R, 1000, 160_000, same_as="good"),
    Cost("poor", Language.PYTHON, 1000, 160_000, refused="no dates"),
)
REPORT = Report(
    Asked(("good", "twin", "poor"), (Kind.DOUBLE, Kind.FACTOR), (1000,)),
    (member("good"), member("twin"), member("poor", End(True, LACK))),
    (
        *cells("good", Kind.DOUBLE, EXACT, EXACT, EXACT, EXACT),
        *cells("good", Kind.FACTOR, EXACT, (Fidelity.REFUSES, "", NO_NAN), EXACT, EXACT),
        *cells("twin", Kind.DOUBLE, EXACT, EXACT, EXACT, EXACT),
        *cells("twin", Kind.FACTOR, EXACT, (Fidelity.REFUSES, "", NO_NAN), EXACT, EXACT),
        *cells("poor", Kind.DOUBLE, (Fidelity.LOSSY, "", ZERO), MISSING, MISSING, MISSING),
        *cells(
            "poor", Kind.FACTOR, (Fidelity.LOSSY, "", TYPE, ZERO), (Fidelity.NOTHING, ""), MISSING, MISSING
        ),
    ),
    COSTS,
    (
        Stored("tree", "rds", Language.R, Path("m.rds"), 6232, (500_000,), 99, 99),
        Stored("tree", "onnx", Language.PYTHON, Path("m.onnx"), 8634, (2_000_000,), 40, 99),
        Stored(
            "tree",
            "skops",
            Language.PYTHON,
            Path("m.json"),
            lack="skops is not installed; `pip install skops`",
        ),
    ),
    (Answer("Is it so?", "It is.", ("a figure",)),),
    1234,
)


def shown(render, report=REPORT, **console):
    file = io.StringIO()
    render(report, Console(file=file, width=80, **console))
    return file.getvalue()


def everything(report=REPORT, **console):
    file = io.StringIO()
    out = Console(file=file, width=80, **console)
    render_matrix(report, out)
    render_losses(report, out)
    render_costs(report, out)
    render_models(report.models, out)
    render_answers(report.answers, out)
    return file.getvalue()


def test_the_matrix_has_four_signs_a_cell():
    lines = shown(render_matrix).splitlines()
    assert lines[0] == "Fidelity · 1,234 hostile tables sent"
    assert lines[2:6] == ["     dbl  fct", "good ==== =-==", "twin ==== =-==", "poor ~??? !.??"]
    assert "  ?  poor: R has no package x here; in R: install.packages('x')" in lines


def test_losses_are_told_with_direction_values_and_smallest_example():
    lines = shown(render_losses).splitlines()
    assert "good, twin" in lines  # what two codecs lose alike is told once
    assert "poor · the poor format" in lines
    assert "  double       P→P              -0.0" in lines
    assert "      -0.0 → 0.0" in lines
    assert "      refused: there is no [red]NaN[/red] in JSON" in lines


def test_with_many_codecs_the_worst_are_shown_and_the_rest_is_named():
    text = shown(render_losses)
    assert "double → integer, values the same" not in text
    assert "  and 1 more: parity codecs --codec poor --rows none" in text
    alone = replace(REPORT, members=REPORT.members[2:])
    assert "double → integer, values the same" in shown(render_losses, alone)
    assert "more:" not in shown(render_losses, alone)


def test_costs_are_copies_of_the_table_at_either_end():
    lines = shown(render_costs).splitlines()
    assert "  1,000 rows · one memcpy of 160 kB took 3.0 µs" in lines
    assert "  good     0.50      1,100       2.0      3.0~*     2.0~*" in lines
    assert "  twin        -          -         -              as good" in lines
    assert "  poor        -              refused          -         -" in lines


def test_a_busy_machine_is_said_beside_the_figures():
    busy = "  the machine was busy (load 6.2 on 2 cores): expect other figures when it is quiet"
    assert busy in shown(render_costs, replace(REPORT, load=6.2, cores=2)).splitlines()
    assert "busy" not in shown(render_costs, replace(REPORT, load=1.0, cores=2))
    assert "busy" not in shown(render_costs, replace(REPORT, load=None, cores=2))


def test_models_show_what_is_kept_and_what_could_not_be_loaded():
    lines = shown(lambda report, console: render_models(report.models, console)).splitlines()
    assert "  rds     R          6.2 kB   loads in 500.0 µs   99 of 99" in lines
    assert "  onnx    Python     8.6 kB   loads in   2.0 ms   40 of 99" in lines
    assert "  ?  skops in Python: skops is not installed; `pip install skops`" in lines


def test_nothing_is_wider_than_80_columns():
    assert [line for line in everything().splitlines() if len(line) > 80] == []


def test_a_pipe_and_no_color_get_no_escape_codes(monkeypatch):
    assert "\x1b[" in everything(force_terminal=True, color_system="standard")
    assert "\x1b[" not in everything()
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[3" not in everything(force_terminal=True, color_system="standard")


def test_the_document_has_every_cell_and_every_sample():
    found = document(REPORT)
    assert found["format"] == 1
    assert len(found["matrix"]) == 24
    lossy = next(one for one in found["matrix"] if one["codec"] == "poor" and one["type"] == "factor")
    assert (lossy["from"], lossy["to"], lossy["fidelity"]) == ("Python", "Python", "lossy")
    assert lossy["plain_values_lost"]
    assert lossy["losses"][1] == {
        "values": "-0.0",
        "outcome": "altered",
        "what": "-0.0 → 0.0",
        "aspect": "values",
        "was": "-0.0",
        "now": "0.0",
        "rows": 1,
        "example_r": "table_of(list(doubles('0000000000000080')), c('78'), 1L)",
    }
    good = found["costs"][0]
    assert (good["write_ratio"], good["size_ratio"], len(good["memcpy_ns"])) == (1100.0, 0.5, 5)
    assert found["codecs"][2]["r"] == {
        "exists": True,
        "here": False,
        "reason": LACK.reason,
        "remedy": LACK.remedy,
    }
    assert found["answers"] == [{"question": "Is it so?", "answer": "It is.", "figures": ["a figure"]}]


@pytest.mark.parametrize("kinds", [tuple(Kind)])
def test_all_types_and_the_longest_name_fit(kinds):
    every = [cell for kind in kinds for cell in cells("rds_native", kind, EXACT, EXACT, EXACT, EXACT)]
    report = replace(
        REPORT, asked=Asked(("rds_native",), kinds), members=(member("rds_native"),), cells=tuple(every)
    )
    assert max(map(len, shown(render_matrix, report).splitlines())) == 80
