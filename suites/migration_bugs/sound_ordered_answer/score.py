import numpy as np
import pandas as pd


def score(df):
    grade = np.select([df["score"] >= 70, df["score"] >= 40], ["A", "B"], default="C")
    return pd.Categorical(grade, categories=["A", "B", "C"], ordered=True)
