def score(df):
    ratio = df["debt"] / df["income"]
    return (df["product"] == "refinance") & (df["age"] > 60) & (ratio > 0.4)
