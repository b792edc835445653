import numpy as np


def score(df):
    rules = {
        "guardian": df["age"] < 21,
        "court": df["debt"] > 4 * df["income"],
        "call": (df["debt"] >= 500) & (df["income"] <= 3_000),
    }
    return np.select(list(rules.values()), list(rules), default="letter")
