import numpy as np


def score(df):
    months = df["months_on_book"]
    conditions = [months == -999, months < 6, months < 24]
    return np.select(conditions, [0, -10, 5], default=20)
