MARGINS = {"AAA": 0.002, "AA": 0.004, "A": 0.007, "BBB": 0.013, "BB": 0.03}


def score(df):
    return df["grade"].map(MARGINS)
