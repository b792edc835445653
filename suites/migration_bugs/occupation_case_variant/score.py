POINTS = {"teacher": 40, "nurse": 35, "police": 38, "trader": 10}


def score(df):
    return [POINTS.get(occupation, 15) for occupation in df["occupation"]]
