import numpy as np
import pandas as pd


def score(df):
    index = [f"row {row}" for row in reversed(range(len(df)))]
    band = pd.Series(np.where(df["grade"] > 6, "watch", "regular"), index=index)
    return pd.DataFrame({"band": band, "factor": band.map({"regular": 1.1, "watch": 1.7})})
