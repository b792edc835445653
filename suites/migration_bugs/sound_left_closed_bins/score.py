import numpy as np

EDGES = np.array([25, 40, 60])
POINTS = np.array([12, 21, 30, 38])


def score(df):
    found = POINTS[np.searchsorted(EDGES, df["age"], side="right")]
    return np.where(df["age"].isna(), 17, found)
