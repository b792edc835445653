RATES = {"card": 0.03, "loan": 0.01, "lease": 0.015}


def score(df):
    rate = RATES[df["product"].iloc[0]]
    return rate * df["amount"]
