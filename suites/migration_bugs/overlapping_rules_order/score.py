import numpy as np


def score(df):
    rules = [df["debt"] > 99_000, df["age"] < 18.5]
    return np.select(rules, ["court", "waiver"], default="letter")
