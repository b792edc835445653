"""Which columns a source uses, as far as its text shows it."""

import pytest

from harness.draft.functions import Function
from harness.draft.used import columns_of_frame, named_columns

SCORE = Function("score", ("df",))


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("df$age + df$income", ("age", "income")),
        ("df$`years here`", ("years here",)),
        ('df[["age"]] * df[, "income"] + df["rate"]', ("age", "income", "rate")),
        ("df$age; df$age", ("age",)),
        ("df$ratio <- df$debt / df$income\ndf$ratio", ("debt", "income")),
        ("df$age <- pmin(df$age, 99)\ndf$age", ("age",)),
        ("# df$old\nother$age; mydf$age; df$new", ("new",)),
        ("if (df$age == 3) 1", ("age",)),
    ],
)
def test_columns_that_an_r_source_takes_by_name(text, columns):
    assert columns_of_frame(text, SCORE, "r") == columns


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ('df["age"] + df["income"]', ("age", "income")),
        ('df[["age", "rate"]]', ("age", "rate")),
        ('df["ratio"] = df["debt"] / 2', ("debt",)),
        ('other["age"]; df[mask]; df[1]', ()),
    ],
)
def test_columns_that_a_python_source_takes_by_name(text, columns):
    assert columns_of_frame(text, SCORE, "python") == columns


def test_a_column_is_named_only_by_a_whole_word():
    texts = ["df$age + package$x", "df.rate.fillna(0)"]
    assert named_columns(["age", "pack", "rate", "fill", "x"], texts) == ("age", "rate", "x")
