import numpy as np


def score(df):
    age = (df["start"] - df["birth"]).dt.days / 365.25
    return np.where(age < 25, 0.4, 0.0)
