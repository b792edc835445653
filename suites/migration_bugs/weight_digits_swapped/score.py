WEIGHTS = {"inquiries": 0.0132, "income": -0.00008, "age": -0.019}


def score(df):
    return -1.7 + sum(weight * df[name] for name, weight in WEIGHTS.items())
