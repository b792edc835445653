import numpy as np


def score(df):
    return np.maximum(df["bureau_a"], df["bureau_b"])
