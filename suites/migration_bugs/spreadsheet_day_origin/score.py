import pandas as pd


def score(df):
    day = pd.Timestamp("1900-01-01") + pd.to_timedelta(df["day_number"], unit="D")
    return day.dt.month
