import numpy as np


def score(df):
    months = df["months"].to_numpy()
    return np.clip(months, 12, 120) * 0.25 + 10 * (months >= 240)
