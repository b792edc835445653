def score(df):
    return [hash(customer) % 1000 for customer in df["customer"]]
