import numpy as np

LIMITS = {"retail": 50_000, "small business": 250_000, "corporate": 1_000_000}


def score(df):
    limit = df["segment"].astype(str).map(LIMITS)
    return np.where(df["exposure"] + df["requested"] >= limit, "refer", "straight through")
