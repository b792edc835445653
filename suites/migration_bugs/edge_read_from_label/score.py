import numpy as np
import pandas as pd

EDGES = [-np.inf, 1230, 8610, np.inf]


def score(df):
    return pd.cut(df["outstanding"], EDGES, labels=["A", "B", "C"])
