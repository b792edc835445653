import pandas as pd

EDGES = [float("-inf"), 1_000, 10_000, 100_000, 999_999]


def score(df):
    return pd.cut(df["claim"], EDGES, labels=["glass", "small", "large", "extreme"])
