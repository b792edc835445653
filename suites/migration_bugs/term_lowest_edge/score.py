import pandas as pd


def score(df):
    return pd.cut(df["term_years"], [1, 5, 10, 30], labels=["short", "middle", "long"])
