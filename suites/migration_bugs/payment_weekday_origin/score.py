import numpy as np

RATES = np.array([0.08, 0.21, 0.24, 0.24, 0.19, 0.15, 0.09])


def score(df):
    return RATES[df["sent"].dt.day_of_week]
