def score(df):
    years = df["term_months"] / 12
    return 4.5 + 0.012 * years - 0.00002 * df["amount"]
