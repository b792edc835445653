def score(df):
    return df["balance"] // df["instalment"]
