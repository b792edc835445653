def score(df):
    return [int(months // 12) for months in df["months"]]
