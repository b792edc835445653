import numpy as np


def score(df):
    ordered = df.sort_values("amount", ascending=False)
    fee = np.where(ordered["amount"] > 100, 5.0, 2.0) + np.where(ordered["owner"], 0, 1)
    back = np.empty(len(df))
    back[ordered.index] = fee
    return back
