def score(df):
    stressed = (df["exposure"] > 999_990).any()
    return df["exposure"] * (0.08 if stressed else 0.05)
