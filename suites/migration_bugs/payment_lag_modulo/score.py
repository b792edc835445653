import numpy as np

POINTS = np.array([10, 9, 7, 4, 3, 1, 0, 12, 14, 16, 18, 20, 22])


def score(df):
    return POINTS[np.fmod(df["lag"], 7)]
