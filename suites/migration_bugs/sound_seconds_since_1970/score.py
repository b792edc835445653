def score(df):
    opened = df["opened"].to_numpy()
    minutes = (df["closed"] - df["opened"]).dt.total_seconds() / 60
    return {"minutes": minutes, "second": opened.astype("int64") // 1_000_000 % 86_400}
