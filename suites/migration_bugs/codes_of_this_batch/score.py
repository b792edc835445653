def score(df):
    codes = df["brand"].astype(str).astype("category").cat.codes
    return 100 + 7 * (codes.astype(int) + 1)
