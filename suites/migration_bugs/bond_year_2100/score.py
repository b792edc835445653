import numpy as np


def score(df):
    days = np.where(df["day"].dt.year % 4 == 0, 366, 365)
    return df["coupon"] / days
