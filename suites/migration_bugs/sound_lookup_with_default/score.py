RISKS = {"DE": 0.01, "FR": 0.015, "NA": 0.06, "ZA": 0.08, None: 0.05}


def score(df):
    return [RISKS.get(country, 0.1) for country in df["country"]]
