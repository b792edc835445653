import math


def pd_of(grade, known={}):  # noqa: B006 - the trap that is none: what it remembers does not depend on the batch
    if grade not in known:
        known[grade] = -math.expm1(-0.0004 * 1.4**grade)
    return known[grade]


def score(df):
    return [pd_of(grade) for grade in df["grade"]]
