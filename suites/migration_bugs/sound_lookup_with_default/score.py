import pandas as pd

RISKS = {"DE": 0.01, "FR": 0.015, "NA": 0.06, "ZA": 0.08}


def score(df):
    return [0.05 if pd.isna(country) else RISKS.get(country, 0.1) for country in df["country"]]
