def score(df):
    return (df["income_part"].round() + df["history_part"].round()).astype(int)
