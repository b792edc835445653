"""What docs/ says is so: links lead somewhere, and the words are the program's own."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from harness.causes import Cause
from harness.status import Exit, Status
from harness.trace import PHASES

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]


def page(name: str) -> str:
    return (ROOT / "docs" / name).read_text("utf-8")


def rows(text: str, heading: str) -> list[list[str]]:
    """The cells of the first table under a heading, without its head."""
    section = text.split(f"## {heading}\n", 1)[1].split("\n## ", 1)[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip().strip("`") for cell in line.strip("|").split("|")] for line in lines[2:]]


def anchor(heading: str) -> str:
    """How a heading is linked to: ``## What is equal`` → what-is-equal."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_every_link_within_the_repository_leads_somewhere(path: Path) -> None:
    for link in re.findall(r"\]\(([^)\s]+)\)", path.read_text("utf-8")):
        if re.match(r"[a-z]+:", link):
            continue
        name, _, fragment = link.partition("#")
        target = (path.parent / name).resolve() if name else path
        assert target.exists(), f"{path.name}: {link} leads nowhere"
        if fragment:
            headings = re.findall(r"^#+ (.*)$", target.read_text("utf-8"), re.M)
            assert fragment in map(anchor, headings), f"{path.name}: {link} has no such heading"


def test_the_causes_are_those_of_the_program_in_its_words() -> None:
    described = dict(rows(page("verdicts.md"), "Causes"))
    assert described == {str(cause): cause.meaning for cause in Cause}


def test_the_statuses_and_exit_statuses_are_those_of_the_program() -> None:
    assert [row[0] for row in rows(page("verdicts.md"), "Statuses")] == [str(one) for one in Status]
    assert [int(row[0]) for row in rows(page("verdicts.md"), "Exit statuses")] == [int(one) for one in Exit]


def test_the_phases_are_those_of_the_program_in_order() -> None:
    section = page("architecture.md").split("## Phases of a call", 1)[1].split("\n## ", 1)[0]
    assert tuple(re.findall(r"`([a-z-]+)`", section)) == PHASES


def test_the_layers_that_are_drawn_are_those_that_are_held() -> None:
    contract = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]
    held = [set(layer.split(" | ")) for layer in contract["contracts"][0]["layers"]]
    drawing = page("architecture.md").split("```text\n", 1)[1].split("```")[0]
    drawn = [set(line.split("  ")[0].split(" · ")) for line in drawing.splitlines()]
    assert drawn == held
