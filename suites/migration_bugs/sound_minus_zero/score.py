def score(df):
    return df["new"] - df["old"]
