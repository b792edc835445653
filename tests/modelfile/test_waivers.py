"""Waivers: what a known disagreement must say of itself."""

import datetime as dt

import pytest
from modelfile.sound import appended, line_of

from harness.causes import CAUSES
from harness.model import Waiver

FULL = """\
[[waivers]]
target = "python"
output = "score"
cause = "rounding"
where = "duration == 12.5"
reason = "ticket 4711"
owner = "model risk"
expires = 2027-06-30
"""


def without(key):
    return "".join(line for line in FULL.splitlines(keepends=True) if not line.startswith(key))


def changed(key, value):
    return "".join(
        f"{key} = {value}\n" if line.startswith(f"{key} ") else line
        for line in FULL.splitlines(keepends=True)
    )


def wrong(folder, waiver):
    """What is wrong with the only waiver, each with the number of its line in it (0: the header)."""
    text = appended(waiver)
    header = line_of(text, "[[waivers]]")
    split = [line.partition(": [[waivers]] no. 1 ") for line in folder.error(text)]
    return [(int(number) - header, message) for number, _, message in split]


def test_a_full_waiver_is_read(folder):
    (waiver,) = folder.load(appended(FULL)).waivers
    assert waiver == Waiver(
        target="python",
        output="score",
        cause="rounding",
        reason="ticket 4711",
        owner="model risk",
        expires=dt.date(2027, 6, 30),
        where="duration == 12.5",
    )


def test_where_and_expires_may_be_left_out(folder):
    (waiver,) = folder.load(appended(without("where"))).waivers
    assert waiver.where is None
    (waiver,) = folder.load(appended(without("expires"))).waivers
    assert waiver.expires is None


def test_waivers_keep_their_order_and_may_name_a_device(folder):
    waivers = folder.load(appended(FULL + changed("target", '"onnx@cuda:1/tf32"'))).waivers
    assert [waiver.target for waiver in waivers] == ["python", "onnx@cuda:1/tf32"]


@pytest.mark.parametrize("key", ["target", "output", "cause", "reason", "owner"])
def test_the_rest_must_be_there(folder, key):
    ((line, message),) = wrong(folder, without(key))
    assert line == 0
    assert message.startswith(f'has no {key}; write {key} = "...", ')


@pytest.mark.parametrize(
    ("key", "value", "line", "message"),
    [
        (
            "target",
            '"pyton"',
            1,
            'target = "pyton": there is no target "pyton"; did you mean python? (there are: r, python, onnx)',
        ),
        ("output", '"scor"', 2, 'output = "scor" is no output; did you mean score? (there are: score, pd)'),
        (
            "cause",
            '"roundng"',
            3,
            f'cause = "roundng" is no cause; did you mean rounding? (there are: {", ".join(CAUSES)})',
        ),
        (
            "where",
            '"duratoin == 1"',
            4,
            "where = \"duratoin == 1\" speaks of 'duratoin', which is no input; did you mean duration? "
            "(there are: duration, checking, count)",
        ),
        ("where", '"duration"', 4, 'where = "duration" is neither true nor false; write a comparison'),
        ("reason", '""', 5, "reason is empty; write text in quotes or leave the key out"),
        ("owner", "7", 6, "owner = 7 is an integer; write text in quotes"),
        (
            "expires",
            '"2027-06-30"',
            7,
            'expires = "2027-06-30" is text; write a date without quotes, like 2027-06-30',
        ),
        (
            "expires",
            "2027-06-30T00:00:00",
            7,
            "expires = 2027-06-30T00:00:00 has a time; write the date alone",
        ),
    ],
)
def test_a_wrong_waiver_is_told(folder, key, value, line, message):
    assert wrong(folder, changed(key, value)) == [(line, message)]


def test_a_slip_of_a_key_is_told_once(folder):
    assert wrong(folder, FULL.replace("reason =", "raeson =")) == [
        (
            5,
            'unknown key "raeson"; did you mean reason? '
            "(there are: target, output, cause, reason, owner, where, expires)",
        )
    ]
