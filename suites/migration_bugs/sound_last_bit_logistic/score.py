import numpy as np


def score(df):
    return 1 / (1 + np.exp(3.2 - 2.1 * df["utilisation"] + 0.011 * df["months"]))
