"""Whatever stands in a model file is read, or told as a problem with its line: nothing else comes out."""

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from modelfile.sound import SOUND, appended, under

from harness.modelfile import ModelFileError, load_model

FULL = appended(
    """
    [inputs.opened]
    type = "date"
    min = 1990-01-01
    edges = [2000-01-01]
    [inputs.asked]
    type = "datetime"
    max = 2030-01-01T00:00:00Z
    [inputs.note]
    type = "string"
    special = [""]
    [[constraints]]
    rule = "duration < 60 or checking != 'none'"
    [decisions.approve]
    output = "score"
    at_least = 620
    [[waivers]]
    target = "python"
    output = "score"
    cause = "rounding"
    where = "duration == 12.5"
    reason = "ticket"
    owner = "risk"
    expires = 2027-06-30
    """,
    under(
        "[outputs.pd]",
        "equal = { rtol = 1e-9, atol = 1e-12 }",
        'monotone = { duration = "up" }',
        text=under(
            "[targets.onnx]",
            'devices = ["cpu", "cuda:1/tf32"]',
            'columns = ["duration"]',
            "missing_as = { count = -1 }",
            'outputs = { pd = "p[1]" }',
            'env = { A = "1" }',
            text=under("[model]", 'expect = ["rounding"]', 'key = "id"'),
        ),
    ),
)
LINES = FULL.splitlines()
PAIRS = [number for number, line in enumerate(LINES) if re.match(r"[a-z_]+ = ", line)]
HEADERS = [number for number, line in enumerate(LINES) if line.startswith("[")]

WORDS = (
    "",
    " ",
    "r",
    "x",
    "\\u0000",
    "\\uFFFF",
    "a\\nb",
    "duration",
    "`",
    "*",
    "@cpu",
    "exact",
    "/",
    ".",
    "../",
)
RULES = ("count > 1 and", "count", "(", "(" * 300, "count == count == `count`")
NUMBERS = ("0", "-1", "1.5", "nan", "-inf", "1e999", "9223372036854775808", "1" + "0" * 400)
TIMES = ("2020-01-01", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "07:30:00")
KEYS = st.sampled_from(["rtol", "atol", "ulp", "why", "count", "pd", "'a b'"])


def _list(parts):
    return f"[{', '.join(parts)}]"


def _table(pairs):
    return "{ " + ", ".join(f"{key} = {value}" for key, value in pairs.items()) + " }"


VALUES = st.recursive(
    st.sampled_from([*NUMBERS, *TIMES, "true", "false", *(f'"{text}"' for text in WORDS + RULES)]),
    lambda values: st.one_of(
        st.lists(values, max_size=3).map(_list), st.dictionaries(KEYS, values, max_size=2).map(_table)
    ),
    max_leaves=4,
)


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    folder = tmp_path_factory.mktemp("any")
    for name in ("card.R", "card.py", "card.onnx"):
        (folder / name).write_text("")
    return folder / "model.toml"


def read(place, lines):
    place.write_text("\n".join(lines), encoding="utf-8")
    try:
        return load_model(place)
    except ModelFileError as error:
        for problem in error.problems:
            assert problem.line is not None
            assert 1 <= problem.line <= len(lines)
        return None


def test_the_whole_file_is_sound(place):
    assert read(place, LINES).name == "card"


@settings(max_examples=120, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.lists(st.tuples(st.sampled_from(PAIRS), VALUES), min_size=1, max_size=3))
def test_any_value_under_any_key_is_read_or_told(place, changes):
    lines = list(LINES)
    for number, value in changes:
        lines[number] = f"{lines[number].partition(' = ')[0]} = {value}"
    read(place, lines)


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(
    st.sampled_from(HEADERS),
    st.sampled_from(["[inputs]", "[[inputs.x]]", "[x]", "[model.data]", "[targets.r.env]", "[[waivers]]"]),
)
def test_any_header_is_read_or_told(place, number, header):
    read(place, [*LINES[:number], header, *LINES[number + 1 :]])


@settings(max_examples=150, deadline=None)
@given(st.integers(0, len(FULL)), st.text(alphabet="[]{}\"'=.,#\n\\ a0\x00\x7f\u2028", max_size=4))
def test_any_text_put_anywhere_is_read_or_told(place, at, text):
    read(place, (FULL[:at] + text + FULL[at:]).split("\n"))


def test_the_sound_file_is_part_of_the_whole_one():
    assert set(SOUND.splitlines()) <= set(LINES)
