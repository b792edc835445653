def score(df):
    wrong = df["end"] < df["start"]
    if wrong.any():
        raise ValueError(f"{wrong.sum()} contracts end too early")
    return df["end"] - df["start"]
