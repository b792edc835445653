import numpy as np

KNOTS = [1, 2, 5, 10, 20, 30]
RATES = [0.021, 0.024, 0.028, 0.031, 0.034, 0.035]


def score(df):
    return np.interp(df["tenor"], KNOTS, RATES)
