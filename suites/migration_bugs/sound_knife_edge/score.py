def score(df):
    return df["cash"] + df["bonds"] + df["shares"]
