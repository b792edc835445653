def score(df):
    return {"bank": df["account"] // 2**40, "check": df["account"] % 97}
