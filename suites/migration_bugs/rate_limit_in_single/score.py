import numpy as np

LIMIT = np.float32(0.035)


def score(df):
    return df["rate"].astype("float32") > LIMIT
