import numpy as np


def score(df):
    logit = -3 + 1.8 * df["utilisation"] - 0.004 * df["months"]
    return 1 / (1 + np.exp(logit))
