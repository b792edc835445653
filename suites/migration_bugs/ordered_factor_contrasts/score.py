def score(df):
    return -0.6 - 0.85 * df["grade"].cat.codes + 0.0004 * df["premium"]
