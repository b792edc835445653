def score(df):
    return df[["salary", "bonus", "rent"]].sum(axis=1)
