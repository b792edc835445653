"""Lines of TOML keys: checked by hand on every form of key and value, and at random against tomllib."""

import tomllib
from collections.abc import Mapping

import hypothesis.strategies as st
import pytest
from hypothesis import given

from harness.modelfile.positions import KeyPath, locate


def paths_of(value: object, path: KeyPath = ()) -> set[KeyPath]:
    below = {path} if path else set()
    if isinstance(value, Mapping):
        return below.union(*(paths_of(one, (*path, key)) for key, one in value.items()))
    if isinstance(value, list):
        return below.union(*(paths_of(one, (*path, index)) for index, one in enumerate(value)))
    return below


def check(text: str, expected: Mapping[KeyPath, int]) -> None:
    found = locate(text)
    assert set(found) == paths_of(tomllib.loads(text))
    assert {path: found[path] for path in expected} == expected


def test_keys_under_tables_stand_on_their_own_lines():
    check(
        'format = 1\n\n[model]\nname = "x"\n[inputs.age]\nmin = 1\nmax = 2\n',
        {
            ("format",): 1,
            ("model",): 3,
            ("model", "name"): 4,
            ("inputs",): 5,
            ("inputs", "age"): 5,
            ("inputs", "age", "min"): 6,
            ("inputs", "age", "max"): 7,
        },
    )


def test_an_array_of_tables_is_counted():
    check(
        "[[waivers]]\na = 1\n[waivers.sub]\nb = 2\n"
        "[[waivers]]\na = 3\n[[waivers.deep]]\nc = 1\n[[waivers.deep]]\nc = 2\n",
        {
            ("waivers",): 1,
            ("waivers", 0): 1,
            ("waivers", 0, "a"): 2,
            ("waivers", 0, "sub", "b"): 4,
            ("waivers", 1): 5,
            ("waivers", 1, "a"): 6,
            ("waivers", 1, "deep", 0, "c"): 8,
            ("waivers", 1, "deep", 1, "c"): 10,
        },
    )


def test_dotted_and_quoted_keys_are_taken_apart():
    check(
        'a.b . c = 1\na."b.c" = 2\n[ x . "y # z" . \'"\' ]\n"\\u00e4" = 1\n"" = 2\n',
        {
            ("a", "b", "c"): 1,
            ("a", "b.c"): 2,
            ("x", "y # z", '"'): 3,
            ("x", "y # z", '"', "ä"): 4,
            ("x", "y # z", '"', ""): 5,
        },
    )


def test_elements_of_a_long_list_stand_on_their_own_lines():
    check(
        'levels = [ # comment ]\n  "a", # "b",\n\n  "]",\n  [1,\n  2],\n]\nnext = 1\n',
        {("levels", 0): 2, ("levels", 1): 4, ("levels", 2, 0): 5, ("levels", 2, 1): 6, ("next",): 8},
    )


def test_inline_tables_hold_keys_too():
    check(
        'equal = { rtol = 1e-9, "a tol" = { x.y = [ { z = 1 } ] } }\n'
        "list = [ { a = 1 },\n { a = 2 } ]\nempty = {}\nnone = []\n",
        {
            ("equal", "rtol"): 1,
            ("equal", "a tol", "x", "y", 0, "z"): 1,
            ("list", 0, "a"): 2,
            ("list", 1, "a"): 3,
            ("empty",): 4,
            ("none",): 5,
        },
    )


@pytest.mark.parametrize(
    "value",
    [
        '"""\nkey = 1\n[table]\n"""',
        "'''\nkey = 1\n\\'''",
        '"""a\\"""b\n"c" ""d"""',
        '"""ends in two quotes\n"""""',
        "'''ends in two quotes\n'''''",
        '"""one more\n""""',
        '""""""',
        "''''''",
        '"\\\\" # "\n\n',
        "'\\' # '\n",
        "1979-05-27 07:32:00 # a date\n",
        "[1979-05-27 07:32:00, 08:00:00]",
        "+inf",
        "0x1F_FF",
    ],
)
def test_what_follows_any_value_is_found_on_its_line(value):
    text = f"before = {value}\nafter = 1\n[table.after]\n"
    line = value.count("\n") + 2
    check(text, {("before",): 1, ("after",): line, ("table", "after"): line + 1})


def test_windows_line_ends_count_once():
    found = locate("a = 1\r\n[b]\r\nc = '''x\r\ny'''\r\nd = 1".replace("\r\n", "\n"))
    assert (found["a",], found["b", "c"], found["b", "d"]) == (1, 3, 5)


def test_an_empty_text_has_no_keys():
    assert locate("") == {}
    assert locate("# only a comment") == {}


NAMES = st.sampled_from(["a", "b-1", "min", '"x.y"', "'#'", '"[k]"', '"="', '"\\t"'])
SCALARS = st.sampled_from(
    ["1", "true", '"x # ] }"', "'= ['", "2030-12-31", "1e-9", '"""\nq = 1\n"""', "'''a\n[b]\n'''", '"\\"["']
)
ONE_LINE = SCALARS.filter(lambda text: "\n" not in text)


@st.composite
def lists(draw):
    parts = draw(st.lists(st.one_of(SCALARS, lists(), inlines()), max_size=3))
    gap = draw(st.sampled_from(["", " ", "\n", " # ] c\n", "\n\n  "]))
    return "[" + "".join(f"{gap}{part}{gap}," for part in parts) + gap + "]"


@st.composite
def inlines(draw):
    names = draw(st.lists(NAMES, max_size=3, unique=True))
    return "{" + ", ".join(f"{name} = {draw(ONE_LINE)}" for name in names) + "}"


VALUES = st.one_of(SCALARS, lists(), inlines())


@st.composite
def documents(draw):
    """A document, and the line of each of its keys, noted while it is written."""
    text, lines = "", {}
    tables = draw(st.lists(st.sampled_from(["t", "u.v", '"w x"', "[r]"]), unique=True))
    repeats = [name for name in tables for _ in range(draw(st.integers(1, 3)) if name == "[r]" else 1)]
    seen: dict[str, int] = {}
    for name in ["", *repeats]:
        path: KeyPath = {"": (), "t": ("t",), "u.v": ("u", "v"), '"w x"': ("w x",)}.get(
            name, ("r", seen.get(name, 0))
        )
        seen[name] = seen.get(name, 0) + 1
        if name:
            lines[path] = text.count("\n") + 1
            text += f"[{name}]" + draw(st.sampled_from(["\n", " # [x]\n", "\n\n"]))
        for key in draw(st.lists(NAMES, max_size=4, unique=True)):
            plain = tomllib.loads(f"{key} = 1").popitem()[0]
            lines[*path, plain] = text.count("\n") + 1
            text += f"{draw(st.sampled_from(['', '  ']))}{key} = {draw(VALUES)}\n"
        text += draw(st.sampled_from(["", "# a = 1\n", "\n"]))
    return text, lines


@given(documents())
def test_every_key_of_any_document_is_found_on_the_line_it_was_written_on(document):
    text, lines = document
    check(text, lines)
