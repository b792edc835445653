import numpy as np


def score(df):
    noise = np.random.default_rng().uniform(1e-6, 1e-3, len(df))
    return df["response"] * df["margin"] + noise
