"""Inputs and constraints: what each key may hold, by type."""

import datetime as dt

import pytest
from modelfile.sound import SOUND, appended, instead, line_of, under

from harness.modelfile import ModelFileError, load_model
from harness.schema import Kind

TYPES = "float, int, bool, category, string, date, datetime"


def with_input(*lines):
    """The sound text with one more input, ``x``, whose first key stands on line 20."""
    return under("[inputs.count]", 'type = "int"', "[inputs.x]", *lines, "[inputs.y]")


def read(folder, *lines):
    return folder.load(with_input(*lines)).schema["x"]


def wrong(folder, *lines):
    """What is wrong with input x, each with the number of its line in the table (0: the header)."""
    header = line_of(with_input(*lines), "[inputs.x]")
    errors = []
    for line in folder.error(with_input(*lines)):
        number, _, message = line.partition(": ")
        assert message.startswith("[inputs.x] ")
        errors.append((int(number) - header, message.removeprefix("[inputs.x] ")))
    return errors


def test_every_type_is_read(folder):
    for kind in Kind:
        levels = ['levels = ["a"]'] if kind is Kind.CATEGORY else []
        assert read(folder, f'type = "{kind}"', *levels).kind is kind


def test_whole_numbers_are_fine_for_a_float_and_become_one(folder):
    one = read(folder, 'type = "float"', "min = 4", "max = 7.5", "special = [-999, 0.5]", "edges = [5]")
    values = (one.minimum, one.maximum, *one.special, *one.edges)
    assert values == (4.0, 7.5, -999.0, 0.5, 5.0)
    assert {type(value) for value in values} == {float}


def test_flags_default_to_false_and_are_read(folder):
    one = read(folder, 'type = "category"', 'levels = ["a"]')
    assert (one.missing, one.unseen) == (False, False)
    one = read(folder, 'type = "category"', 'levels = ["a"]', "missing = true", "unseen = true")
    assert (one.missing, one.unseen) == (True, True)


def test_levels_keep_their_order_and_may_be_empty_text(folder):
    assert read(folder, 'type = "category"', 'levels = ["b", "", "a"]').levels == ("b", "", "a")


def test_dates_are_native_and_datetimes_become_naive_utc(folder):
    one = read(folder, 'type = "date"', "min = 1990-01-01", "special = [1900-01-01]")
    assert (one.minimum, one.special) == (dt.date(1990, 1, 1), (dt.date(1900, 1, 1),))
    one = read(
        folder,
        'type = "datetime"',
        "min = 2020-01-01T00:00:00",
        "max = 2020-06-01 12:00:00+02:00",
        "special = [2019-12-31T23:00:00-01:00, 2020-01-01T00:00:00Z]",
    )
    assert one.minimum == dt.datetime(2020, 1, 1)
    assert one.maximum == dt.datetime(2020, 6, 1, 10)
    assert one.special == (dt.datetime(2020, 1, 1), dt.datetime(2020, 1, 1))
    assert all(value.tzinfo is None for value in (one.minimum, one.maximum, *one.special))


def test_an_integer_may_be_cut_between_two_values(folder):
    edges = read(folder, 'type = "int"', "edges = [12.5, 13, -0.5, 9007199254740993]").edges
    assert edges == (12, 13, -1, 0, 9007199254740993)
    assert {type(edge) for edge in edges} == {int}


def test_special_values_may_lie_inside_or_outside_the_range(folder):
    assert read(folder, 'type = "int"', "min = 0", "max = 9", "special = [-1, 5, 99]").special == (-1, 5, 99)


def test_text_may_have_special_values(folder):
    assert read(folder, 'type = "string"', 'special = ["", "N/A"]').special == ("", "N/A")
    unseen = read(folder, 'type = "category"', 'levels = ["a"]', "unseen = true", 'special = ["?"]')
    assert unseen.special == ("?",)


def test_a_range_of_one_value_is_a_range(folder):
    one = read(folder, 'type = "int"', "min = 3", "max = 3")
    assert one.bounds == (3, 3)


@pytest.mark.parametrize(
    ("kind", "line", "message"),
    [
        ("float", 'min = "4"', 'min = "4" is text; write a number'),
        ("float", "min = true", "min = true is a boolean; write a number"),
        ("float", "min = nan", "min = nan is not finite; write a finite number, or leave it out"),
        ("float", "max = inf", "max = inf is not finite; write a finite number, or leave it out"),
        (
            "float",
            "min = 9007199254740993",
            "min = 9007199254740993 is no double: it has too many digits; "
            "write a number that a double can hold",
        ),
        (
            "float",
            f"max = 1{'0' * 400}",
            f"max = 1{'0' * 66}... is no double: it has too many digits; "
            "write a number that a double can hold",
        ),
        ("float", "min = 1990-01-01", "min = 1990-01-01 is a date; write a number"),
        ("int", "min = 4.0", "min = 4.0 is a float; write 4"),
        ("int", "min = 4.5", "min = 4.5 is a float; write a whole number"),
        ("int", "min = false", "min = false is a boolean; write a whole number"),
        (
            "int",
            "min = -9223372036854775809",
            "min = -9223372036854775809 does not fit into 64 bits; write a smaller number",
        ),
        (
            "date",
            'min = "1990-01-01"',
            'min = "1990-01-01" is text; write a date without quotes, like 2030-12-31',
        ),
        (
            "date",
            "min = 1990-01-01T00:00:00",
            "min = 1990-01-01T00:00:00 is a date with a time; write a date without quotes, like 2030-12-31",
        ),
        (
            "date",
            "min = 07:30:00",
            "min = 07:30:00 is a time of day; write a date without quotes, like 2030-12-31",
        ),
        (
            "datetime",
            "min = 1990-01-01",
            "min = 1990-01-01 is a date; write a date with its time, like 2030-12-31T23:59:59Z",
        ),
        (
            "datetime",
            "min = 07:30:00",
            "min = 07:30:00 is a time of day; write a date with its time, like 2030-12-31T23:59:59Z",
        ),
        (
            "datetime",
            "min = 1990-01-01T00:00:00.5",
            "min = 1990-01-01T00:00:00.500000 has a fraction of a second; write whole seconds",
        ),
        (
            "datetime",
            "min = 0001-01-01T00:00:00+01:00",
            "min = 0001-01-01T00:00:00+01:00 lies outside the years 1 to 9999 in UTC; "
            "write a later or earlier one",
        ),
        ("bool", "min = 0", 'min makes no sense for type = "bool", which has no order; leave it out'),
        ("string", 'max = "z"', 'max makes no sense for type = "string", which has no order; leave it out'),
        (
            "string",
            "edges = []",
            'edges make no sense for type = "string", which has no order; leave them out',
        ),
        ("bool", "special = [true]", 'special makes no sense for type = "bool"; leave it out'),
        ("float", "special = -999", "special = -999 is an integer; write a list"),
        ("float", "edges = ['a']", 'edges: "a" is text; write a number'),
        ("int", "special = [1, 2.5]", "special: 2.5 is a float; write a whole number"),
        ("int", "edges = [nan]", "edges: nan is not finite; write a finite number, or leave it out"),
        ("int", "edges = [true]", "edges: true is a boolean; write a whole number"),
        ("string", "special = [1]", "special: 1 is an integer; write text in quotes"),
        ("string", 'special = ["\\u0000"]', 'special: "\\u0000" holds U+0000, which is no text; take it out'),
        ("float", "missing = 1", "missing = 1 is an integer; write true or false"),
        ("float", 'missing = "true"', 'missing = "true" is text; write true or false'),
        ("string", "unseen = true", 'unseen belongs to a category, not to type = "string"; leave it out'),
        ("string", 'levels = ["a"]', 'levels belong to a category, not to type = "string"; leave them out'),
        (
            "float",
            "mim = 4",
            'unknown key "mim"; did you mean min? '
            "(there are: type, min, max, missing, special, edges, levels, unseen)",
        ),
        ("int", "max = 3_000_000_000\nmin = 1", None),
        (
            "int",
            "min = 3_000_000_000",
            "min = 3000000000 is above the default max, 2147483647; write max too",
        ),
        ("float", "max = -1e16", "max = -1e+16 is below the default min, -1e+15; write min too"),
        ("date", "min = 2200-01-01", "min = 2200-01-01 is above the default max, 2100-12-31; write max too"),
    ],
)
def test_a_wrong_value_is_told_with_what_to_write(folder, kind, line, message):
    if message is None:
        assert read(folder, f'type = "{kind}"', line).kind == kind
    else:
        assert wrong(folder, f'type = "{kind}"', line) == [(2, message)]


def test_min_above_max_is_told(folder):
    assert wrong(folder, 'type = "float"', "max = 4", "min = 72") == [
        (3, "min = 72 is above max = 4; swap them")
    ]
    assert wrong(folder, 'type = "date"', "max = 2020-01-01", "min = 2020-01-02") == [
        (3, "min = 2020-01-02 is above max = 2020-01-01; swap them")
    ]


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("flaot", "float"),
        ("numeric", "float"),
        ("integer", "int"),
        ("Factor", "category"),
        ("character", "string"),
        ("logical", "bool"),
        ("POSIXct", "datetime"),
        ("DATE", "date"),
    ],
)
def test_another_languages_word_for_a_type_is_understood(folder, word, meant):
    assert wrong(folder, f'type = "{word}"') == [
        (1, f'type = "{word}" is no type; did you mean {meant}? (there are: {TYPES})')
    ]


def test_a_type_must_be_there_and_be_a_word(folder):
    assert wrong(folder, "min = 1") == [(0, f'has no type; write type = "float", or another of: {TYPES}')]
    assert wrong(folder, "type = 1") == [(1, f"type = 1 is an integer; write one of: {TYPES}")]
    assert wrong(folder, 'tpye = "int"') == [
        (
            1,
            'unknown key "tpye"; did you mean type? '
            "(there are: type, min, max, missing, special, edges, levels, unseen)",
        )
    ]


def test_the_levels_of_a_category_are_checked_one_by_one(folder):
    assert wrong(folder, 'type = "category"') == [
        (0, "has no levels; write levels = [...], in the reference's own order")
    ]
    assert wrong(folder, 'type = "category"', "levels = []") == [
        (2, "levels = [] is empty; write a list of texts in quotes or leave the key out")
    ]
    assert wrong(folder, 'type = "category"', 'levels = "a"') == [
        (2, 'levels = "a" is text; write a list of texts in quotes')
    ]
    lines = ('type = "category"', "levels = [", '  "a",', '  "b",', '  "a",', "  1,", "]")
    assert wrong(folder, *lines) == [
        (5, 'levels: "a" is there twice; take one out'),
        (6, "levels: 1 is an integer; write a list of texts in quotes"),
    ]
    assert wrong(folder, 'type = "category"', 'levels = ["a\\u0000"]') == [
        (2, 'levels: "a\\u0000" holds U+0000, which is no text; take it out')
    ]


def test_a_special_value_of_a_category_must_be_a_level(folder):
    assert wrong(folder, 'type = "category"', 'levels = ["a"]', 'special = ["b"]') == [
        (3, 'special: "b" is none of the levels; add it to them')
    ]


def test_a_name_that_no_form_can_bear_is_refused(folder):
    (line,) = folder.error(instead("[inputs.count]", '[inputs.""]'))
    assert line == '16: [inputs.""] has an empty name; give the column a name'
    (line,) = folder.error(instead("[inputs.count]", '[inputs."a\\u0000"]'))
    assert line == '16: [inputs."a\\u0000"] has a name that holds U+0000, which is no text; take it out'


def test_an_input_that_is_no_table_is_told(folder):
    (line,) = folder.error(instead("[inputs.count]", "[inputs]\ncount = 'int'", instead('type = "int"', "")))
    assert line == '17: [inputs] count = "int" is text; write [inputs.NAME] tables'


def constraint(rule):
    return appended(f"[[constraints]]\nrule = {rule}\n")


@pytest.mark.parametrize(
    ("rule", "read_as"),
    [
        ("\"duration <= 60 or checking != 'none'\"", "duration <= 60 or checking != 'none'"),
        ('"""\nduration > 5\n  and count < 3\n"""', "duration > 5 and count < 3"),
    ],
)
def test_constraints_are_read_on_one_line(folder, rule, read_as):
    assert folder.load(constraint(rule)).schema.constraints == (read_as,)


def test_several_constraints_keep_their_order(folder):
    text = appended('[[constraints]]\nrule = "count > 1"\n[[constraints]]\nrule = "count < 9"\n')
    assert folder.load(text).schema.constraints == ("count > 1", "count < 9")


def test_a_wrong_constraint_is_told_with_its_place(folder):
    text = appended('[[constraints]]\nrule = "count > 1"\n[[constraints]]\nrule = "duratoin < 9"\n')
    assert folder.error(text) == [
        f"{line_of(text, 'duratoin')}: [[constraints]] no. 2 rule = \"duratoin < 9\" speaks of 'duratoin', "
        "which is no input; did you mean duration? (there are: duration, checking, count)"
    ]
    text = appended("[[constraints]]\nwhy = 'x'\n")
    line = line_of(text, "[[constraints]]")
    assert folder.error(text) == [
        f'{line}: [[constraints]] no. 1 has no rule; write rule = "...", an expression over the inputs',
        f'{line + 1}: [[constraints]] no. 1 unknown key "why" (there are: rule)',
    ]


def test_a_constraint_is_not_evaluated_on_inputs_that_could_not_be_read(folder):
    text = instead("max = 72", 'max = "x"', constraint('"duration < 3"'))
    assert folder.error(text) == ['10: [inputs.duration] max = "x" is text; write a number']
    text = instead('levels = ["<0", ">200", "none"]', "", constraint("\"checking == 'none'\""))
    assert len(folder.error(text)) == 1
    assert SOUND


def test_a_level_twice_is_told_where_a_rule_speaks_of_it_too(tmp_path):
    text = """format = 1
[model]
name = "m"
reference = "r"
[inputs.c]
type = "category"
levels = ["", ""]
[[constraints]]
rule = "c != 'x'"
[outputs.y]
type = "float"
[targets.r]
runtime = "r"
source = "score.R"
call = "score"
[targets.python]
runtime = "python"
source = "score.py"
call = "score"
"""
    (tmp_path / "model.toml").write_text(text, encoding="utf-8")
    for name in ("score.R", "score.py"):
        (tmp_path / name).write_text("", encoding="utf-8")
    with pytest.raises(ModelFileError, match=r"model\.toml:7: .*twice"):
        load_model(tmp_path)
