import numpy as np


def score(df):
    owner = df["homeowner"].to_numpy(dtype=float, na_value=np.nan)
    return np.where(owner.astype(bool), 20, 0) + np.where(df["years_at_address"] >= 5, 10, 0)
