def score(df):
    complete = df.dropna()
    return 300 + 0.01 * complete["income"] + 2 * complete["age"]
