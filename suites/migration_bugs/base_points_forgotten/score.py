import numpy as np

POINTS = np.array([12, 25, 33])


def score(df):
    return POINTS[np.digitize(df["age"], [30, 50])] + np.where(df["owner"], 18, 0)
