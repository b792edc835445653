"""Collapsed stacks as a tree that a page can draw."""

from __future__ import annotations

import pytest

from harness.digest.flame import flame_of, hottest, kind_of, parse_folded
from harness.record import RunError


def paths(flame) -> dict[tuple[str, ...], int]:
    """The tree as paths and samples, read the way the page reads it."""
    found, above = {}, []
    for name, samples, depth in zip(flame.name_of, flame.samples, flame.depth, strict=True):
        above[depth:] = [flame.names[name]]
        assert len(above) == depth + 1
        found[tuple(above)] = samples
    return found


def test_stacks_that_begin_alike_are_merged():
    flame = flame_of(parse_folded("a;b 3\na;c 4\na 1\nd;b 2\n"))
    assert paths(flame) == {
        ("all",): 10,
        ("all", "a"): 8,
        ("all", "a", "c"): 4,
        ("all", "a", "b"): 3,
        ("all", "d"): 2,
        ("all", "d", "b"): 2,
    }
    assert flame.omitted == 0
    assert len(set(flame.names)) == len(flame.names)


def test_a_recursive_function_keeps_each_of_its_frames():
    flame = flame_of(parse_folded("f;f;f 2\nf;f 1\n"))
    assert paths(flame) == {("all",): 3, ("all", "f"): 3, ("all", "f", "f"): 3, ("all", "f", "f", "f"): 2}


def test_a_tree_too_large_to_draw_loses_its_smallest_frames_and_says_how_many():
    text = "".join(f"big;leaf{n} {n}\n" for n in range(1, 101))
    flame = flame_of(parse_folded(text), most_frames=20)
    assert len(flame.samples) <= 20
    assert flame.omitted == 102 - len(flame.samples)
    assert flame.samples[0] == sum(range(1, 101))
    assert ("all", "big", "leaf100") in paths(flame)
    assert ("all", "big", "leaf1") not in paths(flame)


def test_very_deep_stacks_are_no_trouble():
    flame = flame_of(parse_folded(";".join(["f"] * 5000) + " 1\n"), most_frames=10_000)
    assert flame.depth[-1] == 5000


def test_no_stacks_are_an_empty_whole():
    assert flame_of(parse_folded("")).samples == (0,)


def test_names_may_hold_blanks():
    assert parse_folded("<module> (a b.py:3);f 12\n") == ((("<module> (a b.py:3)", "f"), 12),)


@pytest.mark.parametrize("line", ["no number", "12", "a;b -3", "a;b 1.5", "a;b x"])
def test_a_line_that_is_no_stack_is_refused_by_its_number(line):
    with pytest.raises(RunError, match=r"some\.folded:2: not a collapsed stack"):
        parse_folded(f"a 1\n{line}\n", "some.folded")


def test_the_hottest_functions_are_those_hit_themselves():
    stacks = parse_folded("a;b;b 5\na;c 3\na 1\n")
    assert [(h.name, h.own, h.total) for h in hottest(stacks)] == [("b", 5, 5), ("c", 3, 3), ("a", 1, 9)]
    assert len(hottest(stacks, most=2)) == 2


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("compute", "phase"),
        ("score (score.py:12)", "python"),
        ("<module>", "python"),
        ("score (score.R:4)", "r"),
        ("R:cut.default", "r"),
        ("libm.so.6`exp2", "native"),
        ("pa::ipc::WriteRecordBatch", "native"),
        ("0x7ffe12", "native"),
        ("power", "other"),
    ],
)
def test_a_frame_says_where_it_stems_from(name, kind):
    assert kind_of(name) == kind
