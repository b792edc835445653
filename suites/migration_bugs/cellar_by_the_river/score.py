import numpy as np


def score(df):
    near = df["river_metres"] < 100
    deep = df["cellar_metres"] > 5.8
    return np.where(near, 1.5, 1.0) * np.where(deep, 1.1, 1.0)
