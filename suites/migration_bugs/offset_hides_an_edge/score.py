import numpy as np

POINTS = np.array([60, 45, 20, 0])


def score(df):
    return 500 + POINTS[np.searchsorted([30, 60, 90], df["days"])]
