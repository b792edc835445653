def score(df):
    return df["bought"] + df["fees"] + df["sold"]
