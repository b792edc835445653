import numpy as np


def score(df):
    worn = (df["product"] == "lease") & (df["region"] == "east") & (df["mileage"] > 245_000)
    return np.where(worn & (df["term"] >= 36), 50.0, 0.0)
