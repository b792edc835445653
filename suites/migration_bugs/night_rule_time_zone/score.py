def score(df):
    return df["paid_at"].dt.hour < 5
