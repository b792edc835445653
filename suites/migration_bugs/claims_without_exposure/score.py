import numpy as np


def score(df):
    claims, exposure = df["claims"].to_numpy(), df["exposure"].to_numpy()
    frequency = np.divide(claims, exposure, out=np.zeros(len(df)), where=exposure != 0)
    return np.minimum(frequency, 10)
