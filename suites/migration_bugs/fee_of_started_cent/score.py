import numpy as np


def score(df):
    return np.ceil(df["amount"] * 100).astype(int)
