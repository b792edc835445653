def score(df):
    return df["rate"] / df["income"] <= 0.4333
