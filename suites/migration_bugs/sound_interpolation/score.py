import numpy as np

KNOTS = np.array([0.25, 1, 2, 5, 10, 30])
RATES = np.array([0.019, 0.021, 0.0235, 0.0275, 0.0312, 0.0344])


def score(df):
    return np.interp(df["tenor"], KNOTS, RATES)
