"""The migration that went wrong: it looks like score.R, and differs in three ways."""

import numpy as np

edges = np.array([18, 25, 30, 45, 60, 75])
scores = np.array([10, 20, 35, 40, 50])


def score(df):
    return scores[np.digitize(df["age"], edges) - 1]
