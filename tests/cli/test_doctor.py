"""``parity doctor``: what it prints, as text and as JSON, and its exit statuses."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from harness.protocols import Availability, Lack

PYTHON = Availability("runtime python", None, {"python": "3.11.7", "numpy": "2.4.6"})
R = Availability("runtime r", Lack("Rscript is not on the PATH", "`apt-get install r-base-core`"))
CPU = Availability("device cpu", None, {"": "a processor"})


@pytest.fixture
def parity(monkeypatch):
    """Run the command where these parts were found."""
    from harness.cli.app import app

    def run(found, *arguments):
        monkeypatch.setattr("harness.doctor.examine", lambda: tuple(found))
        return CliRunner().invoke(app, ["doctor", *arguments])

    return run


def test_it_says_what_is_here_and_how_to_get_the_rest(parity):
    done = parity([PYTHON, R, CPU])
    assert done.exit_code == 0
    assert "python 3.11.7, numpy 2.4.6" in done.output
    assert "runtime r: `apt-get install r-base-core`" in done.output


def test_json_is_one_document_with_reason_and_remedy(parity):
    done = parity([PYTHON, R, CPU], "--json")
    document = json.loads(done.stdout)
    assert document["format"] == 1
    assert document["parts"][:2] == [
        {
            "name": "runtime python",
            "here": True,
            "details": {"python": "3.11.7", "numpy": "2.4.6"},
            "reason": None,
            "remedy": None,
        },
        {
            "name": "runtime r",
            "here": False,
            "details": {},
            "reason": "Rscript is not on the PATH",
            "remedy": "`apt-get install r-base-core`",
        },
    ]
    assert "python" in document["summary"]


@pytest.mark.parametrize("arguments", [(), ("--json",)])
def test_where_nothing_can_run_the_exit_status_is_3(parity, arguments):
    assert parity([R, CPU], *arguments).exit_code == 3


def test_help_shows_examples(parity):
    done = parity([], "--help")
    assert done.exit_code == 0
    assert "parity doctor --json" in done.output
