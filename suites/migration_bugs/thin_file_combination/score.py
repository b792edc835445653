import numpy as np


def score(df):
    thin = df["months_since_delinquency"].isna() & (df["income"] <= 0)
    stop = thin & (df["product"] == "lease") & (df["channel"] == "broker") & (df["age"] > 74)
    base = np.where(df["age"] > 40, 30, 20)
    return np.where(stop, base - 40, base)
