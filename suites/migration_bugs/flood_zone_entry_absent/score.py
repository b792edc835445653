import numpy as np

FLOOD = {18546, 21129, 25541, 27498, 50667, 53474, 56068, 67346, 83022, 83512, 94469}


def score(df):
    return np.where(df["postcode"].isin(FLOOD), 1.8, 1.0)
