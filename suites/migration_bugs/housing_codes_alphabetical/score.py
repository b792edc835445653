import pandas as pd

LEVELS = sorted(["own", "free", "rent"])


def score(df):
    code = pd.Categorical(df["housing"], categories=LEVELS).codes + 1
    return 400.0 - 25 * code + 1.5 * df["years"]
