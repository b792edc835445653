import numpy as np

LOADINGS = np.array([0, 0.05, 0.12, 0.12, 0.75])


def score(df):
    return LOADINGS[df["occupation"].cat.codes - 1]
