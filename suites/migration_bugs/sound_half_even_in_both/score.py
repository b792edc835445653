import numpy as np


def score(df):
    return np.rint(df["premium"]).astype(int)
