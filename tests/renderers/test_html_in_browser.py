"""The HTML report in a real browser: its script runs, its flame graph is drawn and answers."""

from __future__ import annotations

import re

import pytest
from sample_runs import STACKS

FRAMES = """
const frames = () => [...document.querySelectorAll(".frame")];
const frame = (name) => frames().find((f) => f.ariaLabel.startsWith(name));
"""
STATUS = "const status = () => document.getElementById('flame-status').textContent;"


def test_the_flame_graph_is_drawn_and_nothing_goes_wrong(rendered, browser):
    dom, console = browser.dump(rendered("bundled", "html"))
    assert 'data-flame="drawn"' in dom
    assert "data-errors" not in dom
    assert console == ""
    drawn = re.findall(r'<g id="frame-\d+" class="frame" role="treeitem"', dom)
    stacks = [line.rpartition(" ")[0].split(";") for line in STACKS.splitlines()]
    frames = {tuple(stack[:end]) for stack in stacks for end in range(len(stack) + 1)}
    assert len(drawn) == len(frames)  # each of them is wide enough to be seen


def test_a_frame_says_its_share_and_zooms_and_zooms_out(rendered, browser):
    said = browser.drive(
        rendered("bundled", "html"),
        FRAMES
        + STATUS
        + """
        const stage = document.getElementById("flame-stage"), reset = document.getElementById("flame-reset");
        const width = (name) => Number(frame(name).querySelector("rect").getAttribute("width"));
        const before = [width("decode,"), reset.disabled];
        frame("decode,").dispatchEvent(new MouseEvent("mouseenter"));
        const hovered = status();
        frame("decode,").dispatchEvent(new MouseEvent("click"));
        const zoomed = [width("decode,"), stage.clientWidth, reset.disabled, Boolean(frame("encode,"))];
        reset.click();
        return { before, hovered, zoomed, after: [width("decode,"), reset.disabled] };
        """,
    )
    assert said["hovered"] == "decode: 140 samples, 13 % of all."
    width, stage, disabled, sibling = said["zoomed"]
    assert width == pytest.approx(stage)
    assert not disabled
    assert not sibling
    assert said["before"] == said["after"]
    assert said["before"][0] == pytest.approx(stage * 140 / 1105, rel=1e-6)


def test_a_search_marks_frames_and_counts_nested_matches_once(rendered, browser):
    said = browser.drive(
        rendered("bundled", "html"),
        STATUS
        + """
        const box = document.getElementById("flame-search");
        const seek = (text) => { box.value = text; box.dispatchEvent(new Event("input")); return status(); };
        const found = seek("SCORE.py"), marked = document.querySelectorAll(".f-found").length;
        return { found, marked, none: seek("no such thing"), cleared: seek("") };
        """,
    )
    # score (score.py:12), score (score.py:19) and, inside the latter, pd_of (score.py:31)
    assert said["found"] == "“SCORE.py”: 3 frames, 67 % of the samples."
    assert said["marked"] == 3
    assert said["none"] == "No frame is named like “no such thing”."
    assert said["cleared"] == "1,105 samples in all."


def test_the_flame_graph_answers_to_the_keyboard(rendered, browser):
    said = browser.drive(
        rendered("bundled", "html"),
        STATUS
        + """
        const tree = () => document.querySelector("#flame-stage svg");
        tree().focus();
        const press = (key) => {
          tree().dispatchEvent(new KeyboardEvent("keydown", { key, cancelable: true }));
          return status();
        };
        const moves = ["ArrowDown", "ArrowRight", "ArrowUp", "ArrowDown", "Enter", "Escape"].map(press);
        return { moves, focused: document.activeElement === tree() };
        """,
    )
    compute, decode = "compute: 802 samples, 73 % of all.", "decode: 140 samples, 13 % of all."
    whole = "1,105 samples in all."
    assert said["moves"] == [compute, decode, whole, compute, compute, whole]
    assert said["focused"]


def test_another_profile_can_be_chosen(rendered, browser):
    said = browser.drive(
        rendered("nasty", "html"),
        STATUS
        + """
        const choice = document.getElementById("flame-choice");
        const tables = document.querySelectorAll(".hot").length;
        return { profiles: choice.options.length, status: status(), tables };
        """,
    )
    assert said == {"profiles": 1, "status": "7 samples in all.", "tables": 1}
    said = browser.drive(
        rendered("bundled", "html"),
        """
        const choice = document.getElementById("flame-choice");
        const tables = [...document.querySelectorAll(".hot-one")];
        const shown = () => tables.map((table) => getComputedStyle(table).display !== "none");
        const first = shown();
        choice.value = "3";
        choice.dispatchEvent(new Event("change"));
        return { first, fourth: shown(), label: document.querySelector("#flame-stage svg").ariaLabel };
        """,
    )
    assert said["first"] == [True] + [False] * 7
    assert said["fourth"] == [False] * 3 + [True] + [False] * 4
    assert "german-scorecard on torch@cpu, 10,000 rows" in said["label"]


def test_no_name_or_value_runs_as_a_script(rendered, browser):
    said = browser.drive(
        rendered("nasty", "html"),
        """
        const { errors, flame } = document.documentElement.dataset;
        const bold = document.querySelectorAll("td b, th b").length;
        return { pwned: typeof window.pwned, bold, errors: errors || "", flame };
        """,
    )
    assert said == {"pwned": "undefined", "bold": 0, "errors": "", "flame": "drawn"}


@pytest.mark.parametrize("width", [800, 1280])
@pytest.mark.parametrize("sample", ["nasty", "many", "bundled"])
def test_nothing_is_wider_than_the_window(rendered, browser, sample, width):
    said = browser.drive(
        rendered(sample, "html"),
        """
        const root = document.documentElement;
        for (const part of document.querySelectorAll("details")) part.open = true;
        // what scrolls inside its own box may be wider; nothing else may stick out of the window
        const loose = [...document.querySelectorAll("main *")].filter((e) => {
          if (e.closest(".scroll, .fit, .unseen, svg")) return false;
          return e.getBoundingClientRect().right > root.clientWidth + 1;
        });
        const told = loose.map((e) => e.outerHTML.slice(0, 80));
        return { page: root.scrollWidth, window: root.clientWidth, loose: told };
        """,
        width,
    )
    assert said["window"] == width
    assert said["loose"] == []
    assert said["page"] <= width


def test_what_is_folded_away_is_printed(rendered, browser):
    said = browser.drive(
        rendered("bundled", "html"),
        """
        const open = () => [...document.querySelectorAll("details")].map((part) => part.open);
        const before = open();
        dispatchEvent(new Event("beforeprint"));
        const printed = open();
        dispatchEvent(new Event("afterprint"));
        return { before, printed, after: open() };
        """,
    )
    assert said["before"] == [False] * 3
    assert said["printed"] == [True] * 3
    assert said["after"] == [False] * 3
