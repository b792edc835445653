def score(df):
    return ["DE" in iban and len(iban) == 22 for iban in df["iban"]]
