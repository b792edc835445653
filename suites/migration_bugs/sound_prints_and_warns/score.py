import warnings

import numpy as np

print("loading")


def score(df):
    print(df.head().to_string())
    if (df["amount"] < 0).any():
        warnings.warn("amounts below zero", stacklevel=2)
    return np.sqrt(df["amount"])
