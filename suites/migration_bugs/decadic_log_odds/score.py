import numpy as np


def score(df):
    return np.log10(df["good"] / df["bad"])
