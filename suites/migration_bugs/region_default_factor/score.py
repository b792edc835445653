FACTORS = {"coast": 1.35, "river": 1.6, "city": 1.1, "hills": 0.9}


def score(df):
    return [FACTORS.get(region, 1.0) for region in df["region"]]
