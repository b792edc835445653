import numpy as np
import pandas as pd


def score(df):
    income = df["income"]
    high = income > 2_000
    days = pd.Series(np.where(high, 21_000, 20_500)).where(income.notna())
    return {
        "points": [None if np.isnan(i) else 20 if i > 2_000 else 10 for i in income],
        "pd": (0.05 - income / 1e6).astype("Float64").where(income.notna(), pd.NA),
        "band": pd.Series(np.where(high, "high", "low"), dtype=object).where(income.notna(), None),
        "review": pd.to_datetime(days, unit="D"),
    }
