def score(df):
    return -1.4 + 0.00005 * df["income"] + 0.62 * df["arrears"]
