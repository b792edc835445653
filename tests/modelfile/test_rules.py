"""Expressions over inputs: those that pandas takes are taken, and the others refused with a reason."""

import pytest

from harness.modelfile.rules import RuleError, check_evaluation, check_names, one_line
from harness.schema import Input, Kind

INPUTS = (
    Input("age", Kind.INT, missing=True),
    Input("credit amount", Kind.FLOAT),
    Input("class", Kind.CATEGORY, levels=("a", "b")),
    Input("purpose", Kind.CATEGORY, levels=("car", "tv"), unseen=True),
    Input("note", Kind.STRING, missing=True),
    Input("own", Kind.BOOL),
    Input("opened", Kind.DATE),
    Input("asked", Kind.DATETIME),
)
NAMES = [one.name for one in INPUTS]


@pytest.mark.parametrize(
    "rule",
    [
        "age > 18",
        "18 <= age < 99",
        "`credit amount` / age > 3 and not own",
        "(age > 1) & ~own | (age == 3)",
        "`class` in ['a', 'b']",
        "purpose not in ('car',)",
        "note.str.len() < 5",
        "note.isna()",
        "age.notna() or own",
        "own",
        "sqrt(abs(`credit amount`)) > 2",
        "opened < '2020-01-01'",
        "opened <= asked",
        "note != 'it`s @ \"x\"'",
        "age != age",
        "age.between(18, 99, inclusive='left')",
        "`class` == 'neither'",
    ],
)
def test_what_pandas_takes_is_taken(rule):
    check_names(rule, NAMES)
    check_evaluation(rule, INPUTS)


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        (
            "aeg > 18",
            "speaks of 'aeg', which is no input; did you mean age? (there are: age, credit amount, ",
        ),
        ("`credit amuont` > 1", "speaks of 'credit amuont', which is no input; did you mean credit amount?"),
        ("age = 18", "is not an expression (invalid syntax); compare with == instead of ="),
        ("credit amount > 18", "is not an expression (invalid syntax); write `credit amount` in backticks"),
        ("class == 'a'", "is not an expression (invalid syntax); write `class` in backticks"),
        ("age >", "is not an expression (invalid syntax)"),
        ("age > @limit", "names a Python variable with @; a rule sees the inputs only"),
        ("max(age) > 1", "calls 'max', which is no function"),
        ("sqr(age) > 1", "calls 'sqr', which is no function; did you mean sqrt?"),
        ("own if age > 3 else own", "holds what a pandas query does not take (IfExp)"),
        ("(lambda: age)() > 1", "holds what a pandas query does not take (Lambda)"),
        ("age[0] > 1", "holds what a pandas query does not take (Subscript)"),
        ("age in {1, 2}", "holds what a pandas query does not take (Set)"),
        ("age is None", "holds what a pandas query does not take (Is)"),
        ("age > 1; own", "is not an expression (invalid syntax)"),
        ("index > 1", "speaks of 'index', which is no input"),
        ("age > 1 > \0", "is not an expression ("),
    ],
)
def test_what_pandas_does_not_take_or_know_is_refused(rule, message):
    with pytest.raises(RuleError) as caught:
        check_names(rule, NAMES)
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ("age", "is neither true nor false; write a comparison"),
        ("age + 1", "is neither true nor false; write a comparison"),
        ("1", "is neither true nor false; write a comparison"),
        ("`class` < 'b'", "cannot be evaluated: TypeError: Unordered Categoricals can only compare equality"),
        ("note > 3", "cannot be evaluated: TypeError: "),
        ("note.lenght() > 3", "cannot be evaluated: AttributeError: "),
    ],
)
def test_what_has_no_truth_value_is_refused(rule, message):
    check_names(rule, NAMES)
    with pytest.raises(RuleError) as caught:
        check_evaluation(rule, INPUTS)
    assert str(caught.value).startswith(message)


def test_a_broken_line_is_joined():
    assert one_line("\n  age > 1\n  and own \n") == "age > 1 and own"
