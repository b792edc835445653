"""The drawing of latency by batch size."""

from __future__ import annotations

import itertools
import re
from xml.etree import ElementTree as ET

from harness.digest import timings_of
from harness.renderers._latency_figure import latency_figure


def timed(target: str, medians: dict[int, int], samples: int = 9) -> list[dict]:
    return [
        {"record": "timing", "model": "m", "target": target, "rows": rows, "samples_ns": [ns] * samples}
        for rows, ns in medians.items()
    ]


def drawn(*records: list[dict]) -> ET.Element:
    timings = timings_of([record for group in records for record in group])
    targets = list(dict.fromkeys(t.target for t in timings))
    return ET.fromstring(str(latency_figure(timings, {name: i for i, name in enumerate(targets)})))


def texts(svg: ET.Element, kind: str) -> list[ET.Element]:
    return [text for text in svg.iter("text") if text.get("class") == kind]


def test_equal_slopes_on_logarithmic_axes_are_straight_lines():
    svg = drawn(timed("r@cpu", {1: 10**3, 100: 10**5, 10_000: 10**7}))
    points = next(svg.iter("polyline")).get("points").split()
    (x0, y0), (x1, y1), (x2, y2) = (map(float, point.split(",")) for point in points)
    assert abs((x1 - x0) - (x2 - x1)) < 0.2
    assert abs((y1 - y0) - (y2 - y1)) < 0.2
    assert y2 < y1 < y0  # slower is higher


def test_names_of_targets_as_fast_as_each_other_do_not_lie_on_one_another():
    svg = drawn(*(timed(f"target-{n}@cpu", {1: 1000 + n, 10: 5000 + n}) for n in range(8)))
    heights = sorted(float(label.get("y")) for label in texts(svg, "label"))
    assert len(heights) == 8
    assert all(below - above >= 16 for above, below in itertools.pairwise(heights))
    assert heights[-1] <= float(svg.get("viewBox").split()[3])


def test_one_batch_size_and_one_target_are_drawn_too():
    svg = drawn(timed("r@cpu", {1000: 5_000_000}))
    numbers = re.findall(r"-?\d+\.\d+|nan|inf", ET.tostring(svg, encoding="unicode"))
    assert numbers
    assert not {"nan", "inf"} & set(numbers)
    assert [text.text for text in texts(svg, "label")] == ["r@cpu"]


def test_each_target_has_a_mark_of_its_own_shape():
    svg = drawn(*(timed(f"t{n}@cpu", {1: 1000 * (n + 1)}) for n in range(8)))
    marks = [
        (mark.tag, mark.get("class"), re.sub(r"M[\d. -]+", "", mark.get("d") or ""))
        for group in svg.iter("g")
        if (group.get("class") or "").startswith("series")
        for mark in group
        if (mark.get("class") or "").startswith("mark")
    ]
    assert len(set(marks)) == 8


def test_a_whisker_is_drawn_only_for_a_percentile_that_can_be_told():
    assert not _ticks(drawn(timed("r@cpu", {1: 1000}, samples=9)))
    assert len(_ticks(drawn(timed("r@cpu", {1: 1000}, samples=100)))) == 1
    assert len(_ticks(drawn(timed("r@cpu", {1: 1000}, samples=400)))) == 2


def _ticks(svg: ET.Element) -> list[ET.Element]:
    lines = [line for line in svg.iter("line") if line.get("class") == "whisker"]
    return [line for line in lines if line.get("x1") != line.get("x2")]


def test_nothing_timed_draws_nothing():
    assert str(latency_figure(timings_of(timed("r@cpu", {1: 1}, samples=0)), {"r@cpu": 0})) == ""
