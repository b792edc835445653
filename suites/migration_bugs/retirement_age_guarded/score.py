RETIREMENT = 66


def score(df):
    new = (df["product"] == "overdraft") & (df["channel"] == "phone") & (df["tenure"] < 1.5)
    return ~(new & (df["age"] >= RETIREMENT))
