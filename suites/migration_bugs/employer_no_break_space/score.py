import numpy as np


def score(df):
    return np.where(df["employer"].str.strip().str.upper() == "CITY COUNCIL", 25, 0)
