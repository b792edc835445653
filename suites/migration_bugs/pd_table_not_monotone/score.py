import numpy as np

RATIOS = np.linspace(0, 2, 21)
CURVE = 1 / (1 + np.exp(4 - 1.1 * RATIOS))
CORRECTION = np.zeros(21)
CORRECTION[4] = 0.0019  # the smoothing of the source system, kept for comparability
CORRECTION[5] = -0.0019


def score(df):
    return np.interp(df["debt_ratio"], RATIOS, CURVE + CORRECTION)
