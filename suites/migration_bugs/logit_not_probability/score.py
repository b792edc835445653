def score(df):
    return -2 + 0.4 * df["arrears"] - 0.0003 * df["income"]
