import numpy as np


def score(df):
    return np.round(df["price"].to_numpy(), 2)
