import numpy as np


def score(df):
    months = df["days_since_payment"] / 30
    return np.select([months == 999, months > 3], ["visit", "call"], default="letter")
