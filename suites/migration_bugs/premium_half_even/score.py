import numpy as np


def score(df):
    return np.floor(df["premium"] + 0.5).astype(int)
