RELATIVITIES = {"farming": 1.2, "building": 1.5, "trade": 0.9, "transport": 1.3}


def score(df):
    return [RELATIVITIES[branch] for branch in df["branch"]]
