import pandas as pd

WEIGHTS = pd.Series({"self-employed": 0.45, "retired": 0.1, "student": 0.6})


def score(df):
    one_hot = pd.get_dummies(df["employment"]).reindex(columns=WEIGHTS.index, fill_value=0)
    return -2.1 + one_hot.astype(float) @ WEIGHTS - 0.0002 * df["income"]
