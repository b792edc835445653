import numpy as np

POINTS = np.array([60, 52, 41, 18, 30, 9, 0])


def score(df):
    return POINTS[np.digitize(df["utilisation"], [0.1, 0.3, 0.5, 0.7, 0.9, 1])]
