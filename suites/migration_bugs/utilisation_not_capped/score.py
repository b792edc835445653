def score(df):
    return 620 - 80 * df["utilisation"]
