def score(df):
    return df["new_customer"] & ((df["amount"] > 25_000) | df["foreign_income"])
