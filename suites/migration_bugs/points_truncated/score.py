def score(df):
    return (487.123 + 28.8539 * df["log_odds"]).astype(int)
