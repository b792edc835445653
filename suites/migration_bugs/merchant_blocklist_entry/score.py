BLOCKED = {"M-10017", "M-1O441", "M-20993", "M-31072", "M-48215"}


def score(df):
    return df["merchant"].isin(BLOCKED) & (df["amount"] > 50)
