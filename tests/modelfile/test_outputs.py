"""Outputs, their rules of equality and laws, and the decisions made on them."""

import pytest
from modelfile.sound import SOUND, appended, instead, line_of, under

from harness.model import Decision
from harness.tolerance import Tolerance

KINDS = "float, int, bool, category, string, date, datetime"
RULE = 'write "exact", { rtol = 1e-9, atol = 1e-12 } or { ulp = 4 }'


def with_pd(*lines):
    return under("[outputs.pd]", *lines)


def wrong_pd(folder, *lines):
    """What is wrong with output pd, each on the first line below its header."""
    text = with_pd(*lines)
    start = f"{line_of(text, '[outputs.pd]') + 1}: [outputs.pd"
    errors = folder.error(text)
    assert all(line.startswith(start) for line in errors), errors
    return [line.removeprefix(start) for line in errors]


def tolerance(folder, *lines):
    return folder.load(with_pd(*lines)).output("pd").tolerance


def test_every_way_to_say_equal_is_read(folder):
    assert tolerance(folder) == Tolerance()
    assert tolerance(folder, 'equal = "exact"') == Tolerance(exact=True)
    assert tolerance(folder, "equal = { ulp = 4 }") == Tolerance(ulp=4)
    assert tolerance(folder, "equal = { rtol = 0, atol = 1e-12 }") == Tolerance(rtol=0.0, atol=1e-12)
    loose = 'equal = { rtol = 1e-5, atol = 0, why = "the vendor works in single precision" }'
    assert tolerance(folder, loose) == Tolerance(
        rtol=1e-5, atol=0.0, why="the vendor works in single precision"
    )


@pytest.mark.parametrize("kind", ["int", "bool", "string", "date", "datetime", "category"])
def test_all_but_floats_are_exact_by_default(folder, kind):
    text = instead("[outputs.score]", f'[outputs.label]\ntype = "{kind}"\n[outputs.score]')
    assert folder.load(text).output("label").tolerance == Tolerance(exact=True)


def test_an_integer_may_have_a_margin(folder):
    score = folder.load(under("[outputs.score]", "equal = { rtol = 0, atol = 1, why = 'rounded' }"))
    assert score.output("score").tolerance == Tolerance(rtol=0.0, atol=1.0, why="rounded")


@pytest.mark.parametrize(
    "rule", ["{ rtol = 1e-8, atol = 0 }", "{ rtol = 0, atol = 1e-11 }", "{ ulp = 5_000_000 }"]
)
def test_a_looser_rule_without_a_reason_is_a_note_and_no_error(folder, rule):
    (note,) = folder.load(with_pd(f"equal = {rule}")).notes
    assert "[outputs.pd] equal (" in note
    assert note.endswith('is looser than the default and does not say why; add why = "..."')
    assert folder.load(with_pd(f"equal = {rule[:-1]}, why = 'so' }}")).notes == ()


@pytest.mark.parametrize(
    "rule", ["{ rtol = 1e-9, atol = 1e-12 }", "{ rtol = 0, atol = 0 }", "{ ulp = 4 }", '"exact"']
)
def test_a_rule_as_strict_as_the_default_needs_no_reason(folder, rule):
    assert folder.load(with_pd(f"equal = {rule}")).notes == ()


@pytest.mark.parametrize(
    ("equal", "message"),
    [
        ('"Exact"', f'] equal = "Exact" is no rule; {RULE}'),
        ("1e-9", f"] equal = 1e-09 is a float; {RULE}"),
        ("{ rtol = 1e-9 }", ".equal] has no atol; write atol = 0, or more"),
        ("{ atol = 1e-9 }", ".equal] has no rtol; write rtol = 0, or more"),
        (
            "{ rtol = -1e-9, atol = 0 }",
            ".equal] rtol = -1e-09 is no margin; write a finite number, 0 or more",
        ),
        ("{ rtol = 0, atol = nan }", ".equal] atol = nan is no margin; write a finite number, 0 or more"),
        ("{ rtol = inf, atol = 0 }", ".equal] rtol = inf is no margin; write a finite number, 0 or more"),
        ("{ rtol = true, atol = 0 }", ".equal] rtol = true is a boolean; write a number, 0 or more"),
        ("{ ulp = 1.5 }", ".equal] ulp = 1.5 is a float; write a whole number of units in the last place"),
        ("{ ulp = -1 }", ".equal] ulp = -1 is negative; write 0 or more"),
        (
            f"{{ ulp = 1{'0' * 20} }}",
            f".equal] ulp = 1{'0' * 20} is more than the whole number; write 4, or rtol and atol",
        ),
        (
            f"{{ rtol = 1{'0' * 400}, atol = 0 }}",
            f".equal] rtol = 1{'0' * 66}... is no margin; write a finite number, 0 or more",
        ),
        ("{ ulp = 1, atol = 0 }", ".equal] has atol beside ulp; write either ulp, or rtol and atol"),
        ("{ rtol = 0, atol = 0, why = 1 }", ".equal] why = 1 is an integer; write text in quotes"),
    ],
)
def test_a_wrong_rule_is_told(folder, equal, message):
    assert wrong_pd(folder, f"equal = {equal}") == [message]


def test_a_rule_without_margins_lacks_both(folder):
    assert wrong_pd(folder, 'equal = { why = "so" }') == [
        ".equal] has no rtol; write rtol and atol together, or ulp",
        ".equal] has no atol; write rtol and atol together, or ulp",
    ]
    assert wrong_pd(folder, "equal = { rtoll = 1e-9, atol = 0 }") == [
        '.equal] unknown key "rtoll"; did you mean rtol? (there are: rtol, atol, ulp, why)'
    ]


@pytest.mark.parametrize("kind", ["bool", "string", "date", "datetime", "category"])
def test_only_numbers_have_a_margin(folder, kind):
    text = appended(f'[outputs.label]\ntype = "{kind}"\nequal = {{ rtol = 0, atol = 1 }}\n')
    line = line_of(text, "equal =")
    assert folder.error(text) == [
        f'{line}: [outputs.label] equal = {{ rtol = 0, atol = 1 }}: type = "{kind}" is compared exactly; '
        'write "exact"'
    ]
    exact = appended(f'[outputs.label]\ntype = "{kind}"\nequal = "exact"\n')
    assert folder.load(exact).output("label").tolerance.exact


def test_laws_are_read(folder):
    model = folder.load(under("[outputs.score]", 'monotone = { duration = "down", count = "up" }'))
    assert model.output("score").monotone == {"duration": "down", "count": "up"}
    assert model.output("pd").monotone == {}


@pytest.mark.parametrize(
    ("law", "message"),
    [
        ('"up"', '] monotone = "up" is text; write { INPUT = "up" }, or "down"'),
        ("{ duration = 'rising' }", '.monotone] duration = "rising" is no direction; write "up" or "down"'),
        ("{ duration = 1 }", '.monotone] duration = 1 is no direction; write "up" or "down"'),
        (
            "{ duratoin = 'up' }",
            '.monotone] "duratoin" is no input; did you mean duration? '
            "(there are: duration, checking, count)",
        ),
        (
            "{ checking = 'up' }",
            '.monotone] input checking has type = "category", which has no order; leave it out',
        ),
    ],
)
def test_a_wrong_law_is_told(folder, law, message):
    assert wrong_pd(folder, f"monotone = {law}") == [message]


def test_only_a_number_can_be_monotone(folder):
    text = appended('[outputs.label]\ntype = "string"\nmonotone = { duration = "up" }\n')
    assert folder.error(text) == [
        f"{line_of(text, 'monotone')}: [outputs.label] monotone needs a number, and this output has "
        'type = "string"; leave it out'
    ]


def test_an_output_with_an_unknown_key_or_without_a_type_is_told(folder):
    assert wrong_pd(folder, "min = 0") == ['] unknown key "min" (there are: type, equal, monotone)']
    text = appended("[outputs.label]\n")
    assert folder.error(text) == [
        f'{line_of(text, "label")}: [outputs.label] has no type; write type = "float", or another of: {KINDS}'
    ]


def decision(*lines):
    return appended("[decisions.approve]\n" + "".join(f"{line}\n" for line in lines))


def test_decisions_are_read_as_cuts(folder):
    text = appended(
        "[decisions.band]\noutput = 'score'\ncuts = [560, 620.5]\n",
        decision("output = 'pd'", "at_least = 0.1"),
    )
    assert folder.load(text).decisions == (
        Decision("approve", "pd", (0.1,)),
        Decision("band", "score", (560.0, 620.5)),
    )


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (["output = 'score'"], "0: [decisions.approve] has neither at_least nor cuts; write one of them"),
        (
            ["output = 'score'", "at_least = 1", "cuts = [1]"],
            "0: [decisions.approve] has both at_least and cuts; write one of them",
        ),
        (
            ["at_least = 1"],
            '0: [decisions.approve] has no output; write output = "...", the name of an output',
        ),
        (
            ["output = 'scor'", "at_least = 1"],
            '1: [decisions.approve] output = "scor" is no output; did you mean score? '
            "(there are: score, pd, label)",
        ),
        (
            ["output = 'label'", "at_least = 1"],
            '1: [decisions.approve] output label has type = "string"; a decision needs a number',
        ),
        (
            ["output = 'score'", "at_least = '1'"],
            '2: [decisions.approve] at_least = "1" is text; write a number',
        ),
        (
            ["output = 'score'", "at_least = nan"],
            "2: [decisions.approve] at_least: nan is not finite; write a finite number",
        ),
        (
            ["output = 'score'", "cuts = 1"],
            "2: [decisions.approve] cuts = 1 is an integer; write a list of numbers, rising",
        ),
        (
            ["output = 'score'", "cuts = []"],
            "2: [decisions.approve] cuts = [] is empty; write at least one number",
        ),
        (
            ["output = 'score'", "cuts = [1, 1]"],
            "2: [decisions.approve] cuts: 1.0 comes after 1.0; write them rising, each once",
        ),
        (
            ["output = 'score'", "cuts = [2, 1.5]"],
            "2: [decisions.approve] cuts: 1.5 comes after 2.0; write them rising, each once",
        ),
        (
            ["output = 'score'", "cuts = [1, true]"],
            "2: [decisions.approve] cuts: true is a boolean; write a number",
        ),
        (
            ["output = 'score'", "at_lest = 1", "cuts = [1]"],
            '2: [decisions.approve] unknown key "at_lest"; did you mean at_least? '
            "(there are: output, at_least, cuts)",
        ),
    ],
)
def test_a_wrong_decision_is_told(folder, lines, message):
    text = appended('[outputs.label]\ntype = "string"', decision(*lines))
    offset, _, rest = message.partition(": ")
    assert folder.error(text) == [f"{line_of(text, '[decisions.approve]') + int(offset)}: {rest}"]


def test_the_sound_file_needs_no_decision(folder):
    assert folder.load(SOUND).decisions == ()
