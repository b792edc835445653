def score(df):
    return df["turnover_cents"].astype("int32") / 100_000
