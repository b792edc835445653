import numpy as np


def score(df):
    return np.where(df["days_past_due"] > 30, 1, 0)
