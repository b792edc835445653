import numpy as np


def score(df):
    return 400.0 + np.where(df["age"] < 25, 150, 0) + np.where(df["power"] > 150, 90, 0)
