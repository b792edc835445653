def score(df):
    return df.mean(axis=1)
