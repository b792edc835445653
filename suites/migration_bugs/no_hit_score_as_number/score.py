import numpy as np

POINTS = np.array([-30, 0, 25, 50])


def score(df):
    return POINTS[np.digitize(df["bureau_score"], [580, 670, 740])]
