def score(df):
    return ((df["glass"] + df["storm"]) + df["water"]) + df["fire"] + 0.1
